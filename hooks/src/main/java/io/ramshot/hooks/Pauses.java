package io.ramshot.hooks;

import io.ramshot.SnapshotException;
import io.ramshot.text.Cause;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;

/**
 * The configured methods that make a native engine return from a long call, so that its vCPU comes
 * to a gate.
 */
final class Pauses {

  /** What became of one {@link PauseSpec}. */
  private static final class Kind {
    final PauseSpec spec;
    boolean loaded;

    /** Whether the user knows that it is not. */
    boolean told;

    /** Why there is nothing to call, or null. */
    String absence;

    boolean isStatic;
    ClassLoader loader;
    final List<WeakReference<Object>> instances = new ArrayList<>();

    Kind(PauseSpec spec) {
      this.spec = spec;
    }
  }

  /** One call that can be made. */
  private record Stop(PauseSpec spec, Method method, Object instance) {}

  private final List<Kind> kinds;
  private final Access access;
  private final LoadedClasses classes;
  private final Consumer<String> warnings;

  /** Empty but during a freeze. */
  private volatile List<Stop> stops = List.of();

  Pauses(List<PauseSpec> specs, Access access, LoadedClasses classes, Consumer<String> warnings) {
    this.kinds = specs.stream().map(Kind::new).toList();
    this.access = access;
    this.classes = classes;
    this.warnings = warnings;
  }

  /**
   * Looks at a configured class when its advice is put in.
   *
   * @return whether its objects are to be tracked
   */
  synchronized boolean loaded(int index, TypeDescription type, ClassLoader loader) {
    Kind kind = kinds.get(index);
    kind.loaded = true;
    kind.loader = loader;
    List<MethodDescription.InDefinedShape> all = new ArrayList<>();
    Signatures.hierarchy(type).forEach(t -> all.addAll(Signatures.methods(t)));
    for (MethodDescription.InDefinedShape method : all) {
      if (method.getName().equals(kind.spec.method()) && method.getParameters().isEmpty()) {
        kind.absence = type.isInterface() && !method.isStatic() ? isInterface(kind.spec) : null;
        kind.isStatic = method.isStatic();
        if (kind.absence != null) {
          warnings.accept(kind.absence);
        }
        return kind.absence == null && !kind.isStatic;
      }
    }
    kind.absence =
        "pause=%s: %s has no method %s without parameters%s"
            .formatted(
                kind.spec,
                kind.spec.className(),
                kind.spec.method(),
                Signatures.nearest(kind.spec.method(), all));
    warnings.accept(kind.absence);
    return false;
  }

  private static String isInterface(PauseSpec spec) {
    return "pause=%s: %s is an interface: name the class that implements it"
        .formatted(spec, spec.className());
  }

  synchronized void constructed(int index, Object instance) {
    List<WeakReference<Object>> instances = kinds.get(index).instances;
    instances.removeIf(reference -> reference.get() == null);
    for (WeakReference<Object> reference : instances) {
      if (reference.get() == instance) {
        return;
      }
    }
    instances.add(new WeakReference<>(instance));
  }

  /**
   * Looks up what {@link #stop} will call; before the freeze. Without the lock, for this may
   * initialize a class of the host: whoever constructs objects must not wait for that.
   *
   * @throws SnapshotException if a configured method does not exist, or may not be called
   */
  void prepare() throws SnapshotException {
    List<Stop> found = new ArrayList<>();
    for (Target target : targets()) {
      PauseSpec spec = target.spec;
      try {
        Class<?> type =
            target.instance == null
                ? Class.forName(spec.className(), true, target.loader)
                : Access.declaring(target.instance, spec.className());
        found.add(new Stop(spec, method(type, spec), target.instance));
      } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
        throw new SnapshotException(
            "pause="
                + spec
                + " cannot be called ("
                + Cause.text(e)
                + "): name a method without parameters",
            e);
      }
    }
    stops = found;
  }

  /** Something to stop: an object, or null for a class with a static method. */
  private record Target(PauseSpec spec, ClassLoader loader, Object instance) {}

  private synchronized List<Target> targets() throws SnapshotException {
    List<Target> found = new ArrayList<>();
    for (Kind kind : kinds) {
      if (!kind.loaded) {
        if (!kind.told) {
          kind.told = true;
          warnings.accept(
              "pause="
                  + kind.spec
                  + " calls nothing yet: the host has not loaded "
                  + kind.spec.className()
                  + classes.nearest(kind.spec.className()));
        }
        continue;
      }
      if (kind.absence != null) {
        throw new SnapshotException(kind.absence);
      }
      if (kind.isStatic) {
        found.add(new Target(kind.spec, kind.loader, null));
      }
      for (WeakReference<Object> reference : kind.instances) {
        Object instance = reference.get();
        if (instance != null) {
          found.add(new Target(kind.spec, kind.loader, instance));
        }
      }
    }
    return found;
  }

  private Method method(Class<?> type, PauseSpec spec) throws NoSuchMethodException {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Method method : at.getDeclaredMethods()) {
        if (method.getName().equals(spec.method()) && method.getParameterCount() == 0) {
          return access.to(method, at);
        }
      }
    }
    throw new NoSuchMethodException(spec.toString());
  }

  /**
   * Calls them all.
   *
   * @throws SnapshotException if one fails
   */
  void stop() throws SnapshotException {
    for (Stop stop : stops) {
      try {
        stop.method.invoke(stop.instance);
      } catch (InvocationTargetException e) {
        throw failed(stop, e.getCause());
      } catch (IllegalAccessException | RuntimeException e) {
        throw failed(stop, e);
      }
    }
  }

  private static SnapshotException failed(Stop stop, Throwable e) {
    return new SnapshotException(
        "pause=%s failed (%s): the guest was not frozen".formatted(stop.spec, Cause.text(e)), e);
  }

  /** Lets go of the objects; takes no lock. */
  void forget() {
    stops = List.of();
  }
}
