package com.example.host;

import java.io.InputStream;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;

/** Another agent in the host: it redefines and retransforms the host's classes for ever. */
public final class RedefinitionStorm {
  private static final long PAUSE_MILLIS = 50;

  private RedefinitionStorm() {}

  /**
   * @param classes their names, with commas between
   */
  public static void premain(String classes, Instrumentation instrumentation) {
    Thread thread = new Thread(() -> run(classes, instrumentation), "storm-redefinitions");
    thread.setDaemon(true);
    thread.start();
  }

  private static void run(String classes, Instrumentation instrumentation) {
    try {
      ClassLoader loader = ClassLoader.getSystemClassLoader();
      for (int count = 1; ; count++) {
        for (String name : classes.split(",")) {
          Class<?> type = Class.forName(name, false, loader);
          if (count % 2 == 0) {
            instrumentation.retransformClasses(type);
          } else {
            instrumentation.redefineClasses(new ClassDefinition(type, bytes(type)));
          }
        }
        System.err.println("redefined " + count);
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (Exception e) {
      System.err.println("the storm abated: " + e);
    }
  }

  private static byte[] bytes(Class<?> type) throws java.io.IOException {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    try (InputStream in = type.getResourceAsStream(file)) {
      return in.readAllBytes();
    }
  }
}
