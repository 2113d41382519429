package io.ramshot.text;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.security.PrivilegedActionException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * What was thrown, in the words of whoever threw it first: what only carries another exception
 * tells a user nothing.
 */
public final class Cause {
  /** In characters: some exceptions hold whole documents. */
  static final int LONGEST = 400;

  /** More causes than that are a circle. */
  private static final int DEEPEST = 50;

  private Cause() {}

  /** The class and message of what was thrown, and of what led to it, in one line. */
  public static String text(Throwable thrown) {
    Throwable outer = unwrapped(thrown);
    Throwable root = root(outer);
    String text = said(outer);
    if (root != outer) {
      String first = said(root);
      boolean known = root.getMessage() != null && text.contains(root.getMessage());
      text = known || text.contains(first) ? text : text + ", because of " + first;
    }
    return cut(Printable.line(text));
  }

  /** The message alone where there is one, for exceptions that are ramshot's own. */
  public static String message(Throwable thrown) {
    Throwable outer = unwrapped(thrown);
    String message = outer.getMessage();
    return message == null || message.isBlank() ? text(outer) : message;
  }

  /** What carries it, taken off. */
  public static Throwable unwrapped(Throwable thrown) {
    Throwable at = thrown;
    for (int i = 0; i < DEEPEST && at.getCause() != null && carries(at); i++) {
      at = at.getCause();
    }
    return at;
  }

  private static Throwable root(Throwable thrown) {
    Throwable at = thrown;
    for (int i = 0; i < DEEPEST && at.getCause() != null; i++) {
      at = at.getCause();
    }
    return at;
  }

  /** Whether it says nothing but what its cause says. */
  private static boolean carries(Throwable thrown) {
    if (thrown instanceof InvocationTargetException
        || thrown instanceof UndeclaredThrowableException
        || thrown instanceof ExceptionInInitializerError
        || thrown instanceof ExecutionException
        || thrown instanceof CompletionException
        || thrown instanceof PrivilegedActionException
        || thrown.getClass().getName().startsWith("javax.management.")) { // may be no module here
      return true;
    }
    String message = thrown.getMessage();
    return message == null && thrown.getClass() == RuntimeException.class
        || message != null && message.equals(thrown.getCause().toString());
  }

  private static String said(Throwable thrown) {
    try {
      return String.valueOf(thrown);
    } catch (RuntimeException e) { // a message that somebody else computes
      return thrown.getClass().getName();
    }
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }
}
