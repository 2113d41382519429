package io.ramshot.hooks;

import java.lang.instrument.Instrumentation;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The native methods that hooks want Java code for, and the classes that have got it. A method can
 * only be added to a class while it is loaded, and never be taken away again.
 */
final class WrappedNatives {

  /** Why a native method has no code to hook, and what to do. */
  static final String REMEDY =
      "is native, which can be hooked in a host's class that is loaded after ramshot came: start the"
          + " JVM with -javaagent, or name a Java method that calls it";

  /** The names of native methods, by the name of their class. */
  private final Map<String, Set<String>> wanted;

  private final boolean supported;

  /** The classes that were changed as they were loaded. */
  private final Map<ClassLoader, Set<String>> wrapped = new WeakHashMap<>();

  /**
   * @param wanted names of methods that may be native, by the name of their class
   */
  WrappedNatives(Map<String, Set<String>> wanted, Instrumentation instrumentation) {
    this.wanted = wanted;
    this.supported = instrumentation.isNativeMethodPrefixSupported();
  }

  boolean anyWanted() {
    return supported && !wanted.isEmpty();
  }

  /** Whether any class has been changed for good. */
  synchronized boolean any() {
    return !wrapped.isEmpty();
  }

  /**
   * @param loader null for the boot loader, whose classes stay as they are
   * @param loaded whether the class is there already, and so must keep its methods
   * @return the class file with Java code for native methods, or the same one
   */
  byte[] wrap(ClassLoader loader, String className, boolean loaded, byte[] classFile) {
    Set<String> names = wanted.get(className);
    if (!supported || loader == null || names == null || loaded && !isWrapped(loader, className)) {
      return classFile;
    }
    byte[] changed = NativeWrapper.wrap(classFile, names);
    return changed == null ? classFile : changed;
  }

  private synchronized boolean isWrapped(ClassLoader loader, String className) {
    return wrapped.getOrDefault(loader, Set.of()).contains(className);
  }

  /** Takes note of a class that is loaded with a changed class file. */
  synchronized void loaded(ClassLoader loader, String className) {
    wrapped.computeIfAbsent(loader, l -> ConcurrentHashMap.newKeySet()).add(className);
  }
}
