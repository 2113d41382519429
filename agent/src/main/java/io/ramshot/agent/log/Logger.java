package io.ramshot.agent.log;

import io.ramshot.agent.core.Console;
import java.text.MessageFormat;

/** What JNA calls of java.util.logging.Logger; warnings go to stderr, the rest nowhere. */
public final class Logger {
  private final String name;

  private Logger(String name) {
    this.name = name;
  }

  public static Logger getLogger(String name) {
    return new Logger(name);
  }

  public boolean isLoggable(Level level) {
    return level.isShown();
  }

  public void log(Level level, String message) {
    if (level.isShown()) {
      Console.STDERR.say(name + ": " + message);
    }
  }

  public void log(Level level, String message, Throwable thrown) {
    if (level.isShown()) {
      log(level, message + ": " + thrown);
    }
  }

  public void log(Level level, String pattern, Object value) {
    log(level, pattern, new Object[] {value});
  }

  public void log(Level level, String pattern, Object[] values) {
    if (level.isShown()) {
      log(level, MessageFormat.format(pattern, values));
    }
  }
}
