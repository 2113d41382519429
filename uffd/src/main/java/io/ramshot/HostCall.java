package io.ramshot;

import java.util.Objects;

/**
 * The code of the host that one of ramshot's threads is in just now, if any: it may never return,
 * and whoever is left behind in it is named. Written by that thread, read by any.
 */
final class HostCall {
  /** What is asked of the host's code. */
  enum Kind {
    LOOK("did not finish looking for RAM on the heap"),
    PREPARE("did not finish preparing to save its state"),
    SAVE("did not finish saving its state"),
    FREEZE("did not finish freezing the vCPUs"),
    THAW("did not finish letting the vCPUs run again");

    private final String undone;

    Kind(String undone) {
      this.undone = undone;
    }
  }

  private final boolean own;
  private Thread thread;
  private String name;
  private Kind kind;
  private int count;

  /** Null while no code of the host is called. Written last and read first. */
  private volatile Object callee;

  /** On any thread. */
  HostCall() {
    this(false);
  }

  /**
   * @param own whether the thread is ramshot's own, and nobody else's interrupts are lost on it
   */
  HostCall(boolean own) {
    this.own = own;
  }

  /**
   * Before the call. Allocates nothing.
   *
   * @param name of the object, for messages
   */
  void enter(Object object, String objectName, Kind asked) {
    thread = Thread.currentThread();
    name = objectName;
    kind = asked;
    count++;
    callee = object;
  }

  /**
   * After the call, however it ended. The host's code may leave its thread interrupted, which would
   * close the file that this one writes.
   */
  void leave() {
    callee = null;
    if (own) {
      Thread.interrupted();
    }
  }

  /** Whether a call is under way. */
  boolean underWay() {
    return callee != null;
  }

  /** Whether a call on this very object is under way. */
  boolean isOn(Object object) {
    return callee == object;
  }

  /** Grows with each call. */
  int count() {
    return count;
  }

  /** Becomes what another one is just now. Allocates nothing. */
  void copy(HostCall other) {
    Object called = other.callee;
    thread = other.thread;
    name = other.name;
    kind = other.kind;
    count = other.count;
    callee = called;
  }

  /** Whether another one is still this call. */
  boolean isStill(HostCall other) {
    return other.callee == callee && other.count == count;
  }

  /** Who did not finish what, and where he is; for when a call is under way. */
  String undone() {
    return undoneBy() + " (at " + place(thread) + ")";
  }

  /** Who did not finish what; for when a call is under way. */
  String undoneBy() {
    return name + " " + kind.undone;
  }

  /** Where a thread is: the innermost frame that is not the JDK's. */
  static String place(Thread thread) {
    StackTraceElement[] stack = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
    for (StackTraceElement frame : stack) {
      if (!isJdk(frame.getClassName())) {
        return text(frame);
      }
    }
    return stack.length == 0 ? "unknown" : text(stack[0]);
  }

  /** As in a stack trace, but without class loader and module. */
  private static String text(StackTraceElement frame) {
    String line = frame.getLineNumber() < 0 ? "" : ":" + frame.getLineNumber();
    String file = frame.isNativeMethod() ? "Native Method" : frame.getFileName() + line;
    return frame.getClassName() + "." + frame.getMethodName() + "(" + file + ")";
  }

  private static boolean isJdk(String type) {
    return type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.");
  }

  @Override
  public String toString() {
    return underWay() ? Objects.toString(name) + " " + kind : "none";
  }
}
