package com.example.host;

import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Installs its own log manager first thing in main, and logs late; as application servers do. */
public final class LoggingHost {

  private LoggingHost() {}

  /** What must not be pre-empted. */
  public static final class OwnLogManager extends LogManager {}

  /**
   * @param args for how many ms the host does other things before it logs
   */
  public static void main(String[] args) throws InterruptedException {
    System.setProperty("java.util.logging.manager", OwnLogManager.class.getName());
    System.out.println("started");
    Thread.sleep(Long.parseLong(args[0]));
    System.out.println("manager " + LogManager.getLogManager().getClass().getSimpleName());
    Logger.getLogger("host").fine("logging");
    Thread.sleep(30_000);
  }
}
