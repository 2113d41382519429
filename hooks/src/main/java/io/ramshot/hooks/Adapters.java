package io.ramshot.hooks;

import io.ramshot.Participant;
import io.ramshot.text.Cause;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.function.Consumer;

/** The adapters of one jar: tells them of the objects they want. */
final class Adapters implements AutoCloseable {

  /** Adapters that see the classes of one loader of the host. */
  private record Instances(AdapterLoader loader, List<Adapter> adapters) {}

  /** An object that was told of, or is about to be. */
  private record Told(WeakReference<Object> object, String className) {}

  private final File jar;
  private final GuestView guest;
  private final Access access;
  private final Consumer<String> warnings;

  /** By the host's loader. */
  private final Map<ClassLoader, Instances> instances = new WeakHashMap<>();

  /** By class name, in the order of the adapters in the jar. */
  private final List<String> classNames;

  private final List<Told> told = new ArrayList<>();

  /** By hook, objects whose constructor may be left by way of another one of the same class. */
  private final ThreadLocal<Map<Integer, List<Object>>> unfinished =
      ThreadLocal.withInitial(HashMap::new);

  private volatile String failure;

  /**
   * @param jar null for none
   * @throws IllegalArgumentException if there is no adapter in it; the message says why in one line
   */
  Adapters(String jar, GuestView guest, Access access, Consumer<String> warnings) {
    this.jar = jar == null ? null : new File(jar);
    this.guest = guest;
    this.access = access;
    this.warnings = warnings;
    classNames = jar == null ? List.of() : classesOf(ClassLoader.getSystemClassLoader());
  }

  private List<String> classesOf(ClassLoader host) {
    if (!jar.isFile()) {
      throw new IllegalArgumentException(
          "adapter="
              + jar
              + (jar.exists() ? " is not a file" : " does not exist")
              + ": name a jar");
    }
    TreeSet<String> names = new TreeSet<>();
    try {
      for (Adapter adapter : in(host).adapters()) {
        names.addAll(adapter.classes());
      }
    } catch (RuntimeException | LinkageError e) {
      throw e instanceof IllegalArgumentException i
          ? i
          : new IllegalArgumentException(
              "adapter="
                  + jar
                  + " cannot say its classes ("
                  + Cause.text(e)
                  + "): mend the adapter",
              e);
    }
    return List.copyOf(names);
  }

  /** What to hook; an object's hook is its class's place in this list. */
  List<String> classNames() {
    return classNames;
  }

  private synchronized Instances in(ClassLoader host) {
    Instances known = instances.get(host);
    if (known != null) {
      return known;
    }
    AdapterLoader loader = new AdapterLoader(url(), host);
    List<Adapter> adapters = new ArrayList<>();
    try {
      ServiceLoader.load(Adapter.class, loader).forEach(adapters::add);
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new IllegalArgumentException(
          "adapter=" + jar + " cannot be loaded: " + Cause.text(e), e);
    }
    if (adapters.isEmpty()) {
      throw new IllegalArgumentException(
          "adapter="
              + jar
              + " has no adapter: list its class in META-INF/services/"
              + Adapter.class.getName());
    }
    Instances made = new Instances(loader, List.copyOf(adapters));
    instances.put(host, made);
    return made;
  }

  private URL url() {
    try {
      return jar.toURI().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes note of an object whose constructor is about to return. */
  void constructed(int hook, Object instance) {
    Map<Integer, List<Object>> ofThread = unfinished.get();
    List<Object> waiting = ofThread.computeIfAbsent(hook, h -> new ArrayList<>());
    waiting.removeIf(o -> o == instance);
    waiting.add(instance);
    if (isInside(classNames.get(hook))) {
      return;
    }
    ofThread.remove(hook);
    if (ofThread.isEmpty()) {
      unfinished.remove();
    }
    waiting.forEach(o -> tell(classNames.get(hook), o));
  }

  /** Whether the thread is in another constructor of this class, maybe of the same object. */
  private static boolean isInside(String className) {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                        .filter(
                            f ->
                                f.getMethodName().equals("<init>")
                                    && f.getClassName().equals(className))
                        .limit(2)
                        .count()
                    > 1);
  }

  private void tell(String className, Object instance) {
    synchronized (told) {
      told.removeIf(t -> t.object().get() == null);
      if (told.stream()
          .anyMatch(t -> t.object().refersTo(instance) && t.className().equals(className))) {
        return;
      }
      told.add(new Told(new WeakReference<>(instance), className));
    }
    try {
      Class<?> type = Access.declaring(instance, className);
      Instances adapters = in(type.getClassLoader());
      access.open(type, adapters.loader().getUnnamedModule());
      for (Adapter adapter : adapters.adapters()) {
        if (adapter.classes().contains(className)) {
          adapter.constructed(instance, guest.guest());
        }
      }
    } catch (Throwable e) {
      fail(
          "adapter="
              + jar
              + " failed on an object of "
              + instance.getClass().getName()
              + ": "
              + Cause.text(e));
    }
  }

  private synchronized void fail(String problem) {
    if (failure != null) {
      return;
    }
    failure = problem;
    warnings.accept(problem + "; snapshots are refused");
    guest.add(new Failed(problem));
  }

  /** Why no checkpoint of this guest can be whole. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public synchronized void close() {
    for (Instances made : instances.values()) {
      try {
        made.loader().close();
      } catch (IOException e) {
        // Nothing is written to it.
      }
    }
    instances.clear();
  }

  /** Fails each snapshot: it would lack the state of an object. */
  private record Failed(String problem) implements Participant {

    @Override
    public String name() {
      return "adapter";
    }

    @Override
    public void prepare() throws IOException {
      throw new IOException(problem);
    }

    @Override
    public byte[] save() throws IOException {
      throw new IOException(problem);
    }

    @Override
    public void load(byte[] state) throws IOException {
      throw new IOException(problem);
    }
  }
}
