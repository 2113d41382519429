package io.ramshot.hooks;

import io.ramshot.text.Cause;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.pool.TypePool;

/**
 * Puts advice into a fixed set of classes, loaded or still to be loaded, the JDK's own among them.
 *
 * <p>Only method bodies change, but for native methods of classes still to be loaded, so that
 * loaded classes can be hooked and restored. Byte Buddy's AgentBuilder would do the same, but looks
 * at every class that is loaded, and its class injection, which is not needed here, makes JDK 25
 * print warnings of sun.misc.Unsafe.
 */
public final class HookTransformer implements ClassFileTransformer {

  /** Adds advice to one class. */
  public interface Hooker {

    /**
     * @param loader null for the boot loader
     * @param wasLoaded whether the class was there before the hooks
     */
    DynamicType.Builder<?> hook(
        DynamicType.Builder<?> builder,
        TypeDescription type,
        ClassLoader loader,
        boolean wasLoaded);
  }

  private final Instrumentation instrumentation;
  private final Set<String> classNames;
  private final Hooker hooker;
  private final BiConsumer<String, String> failures;
  private final WrappedNatives natives;
  private volatile boolean installing;
  private volatile boolean removed;

  /**
   * @param failures told of a class that cannot be hooked: its name, and a line that says why
   */
  public HookTransformer(
      Instrumentation instrumentation,
      Set<String> classNames,
      Hooker hooker,
      BiConsumer<String, String> failures) {
    this(
        instrumentation,
        classNames,
        new WrappedNatives(Map.of(), instrumentation),
        hooker,
        failures);
  }

  /**
   * @param natives the native methods that are to be hooked too
   */
  HookTransformer(
      Instrumentation instrumentation,
      Set<String> classNames,
      WrappedNatives natives,
      Hooker hooker,
      BiConsumer<String, String> failures) {
    this.natives = natives;
    this.instrumentation = instrumentation;
    this.classNames = new HashSet<>(classNames);
    this.hooker = hooker;
    this.failures = failures;
  }

  public void install() {
    instrumentation.addTransformer(this, true);
    if (natives.anyWanted()) {
      instrumentation.setNativeMethodPrefix(this, NativeWrapper.PREFIX);
    }
    installing = true;
    retransform();
    installing = false;
  }

  /**
   * Restores all classes, but for the names of native methods: as long as those are there, the JVM
   * must know their prefix, and this must say the same of them again.
   */
  public void remove() {
    if (natives.any()) {
      removed = true;
      retransform();
    } else if (instrumentation.removeTransformer(this)) {
      retransform();
    }
  }

  /** All at once, because each time the JVM stands still and throws compiled code away. */
  private void retransform() {
    Class<?>[] types =
        Arrays.stream(instrumentation.getAllLoadedClasses())
            .filter(type -> classNames.contains(type.getName()))
            .toArray(Class<?>[]::new);
    try {
      if (types.length > 0) {
        instrumentation.retransformClasses(types);
      }
    } catch (Exception | LinkageError e) {
      // One of them spoils it for all.
      Arrays.stream(types).forEach(this::retransform);
    }
  }

  private void retransform(Class<?> type) {
    try {
      instrumentation.retransformClasses(type);
    } catch (Exception | LinkageError e) {
      failures.accept(
          type.getName(), type.getName() + " cannot be hooked or restored: " + Cause.text(e));
    }
  }

  /** The result is null for a class that stays as it is, and that is nearly every one. */
  @Override
  public byte[] transform(
      Module module,
      ClassLoader loader,
      String internalName,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] classFile) {
    String name = internalName == null ? null : internalName.replace('/', '.');
    if (!classNames.contains(name)) {
      return null;
    }
    byte[] wrapped = natives.wrap(loader, name, redefined != null, classFile);
    boolean changed = wrapped != classFile;
    if (removed) {
      return changed && redefined != null ? wrapped : null;
    }
    byte[] hooked = hook(loader, name, redefined, wrapped);
    if (changed && redefined == null && hooked != null) {
      natives.loaded(loader, name);
    }
    // A class that has methods of ours must keep them, even if nothing can be put into them.
    return hooked != null || redefined == null ? hooked : changed ? wrapped : null;
  }

  private byte[] hook(ClassLoader loader, String name, Class<?> redefined, byte[] classFile) {
    try {
      BootClasses.requireVisible(loader);
      // From class files: looking at a class must not load the classes that it mentions.
      ClassFileLocator locator =
          new ClassFileLocator.Compound(
              ClassFileLocator.Simple.of(name, classFile),
              ClassFileLocator.ForClassLoader.of(loader));
      TypeDescription type = TypePool.Default.of(locator).describe(name).resolve();
      DynamicType.Builder<?> builder =
          new ByteBuddy()
              .with(TypeValidation.DISABLED)
              .with(Implementation.Context.Disabled.Factory.INSTANCE)
              .decorate(type, locator);
      boolean wasLoaded = installing && redefined != null;
      return hooker.hook(builder, type, loader, wasLoaded).make().getBytes();
    } catch (Throwable t) {
      // The JVM would swallow it.
      failures.accept(
          name,
          name
              + " cannot be hooked: "
              + (t instanceof ClassNotFoundException ? t.getMessage() : Cause.text(t)));
      return null;
    }
  }
}
