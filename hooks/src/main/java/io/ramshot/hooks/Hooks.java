package io.ramshot.hooks;

import io.ramshot.Guest;
import io.ramshot.Vcpus;
import io.ramshot.boot.Allocations;
import io.ramshot.boot.Gate;
import io.ramshot.boot.Instances;
import io.ramshot.boot.Missed;
import io.ramshot.boot.NativeCalls;
import io.ramshot.text.Cause;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.Machine;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * Ties a host to a {@link Guest}: its RAM becomes blocks, its vCPUs stop at gates, its objects take
 * part in checkpoints.
 *
 * <p>{@code ramshot-boot.jar} must be on the boot class path before this class is loaded. There is
 * one installation a JVM at a time.
 */
public final class Hooks implements AutoCloseable {

  /** Enough for a self-test, small enough for every setting of the limit of direct memory. */
  private static final int SELF_TEST_BYTES = 64;

  private static final int LEAST_PAGE_BYTES = 4096;

  private static final AtomicBoolean INSTALLED = new AtomicBoolean();

  private final Instrumentation instrumentation;
  private final Access access;
  private final HookOptions options;
  private final Consumer<String> warnings;
  private final GuestRam ram;
  private final Gates gates;
  private final States states;
  private final RamFields ramFields;
  private final NativeMemory nativeMemory;
  private final NamedRam namedRam;
  private final GuestView guest;
  private final Pauses pauses;
  private final LoadedClasses classes;
  private final Adapters adapters;
  private final Vcpus vcpus;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final HookTransformer transformer;
  private final boolean existingOnly;

  private Hooks(
      Instrumentation instrumentation,
      HookOptions options,
      GuestView guest,
      Consumer<String> warnings,
      boolean existingOnly) {
    this.options = options;
    this.existingOnly = existingOnly;
    // An object of a hooked class that cannot be handled is seldom the only one.
    Set<String> told = ConcurrentHashMap.newKeySet();
    Consumer<String> once =
        line -> {
          if (told.add(line)) {
            warnings.accept(line);
          }
        };
    this.warnings = once;
    this.instrumentation = instrumentation;
    access = new Access(instrumentation);
    this.guest = guest;
    int pageBytes = pageBytes();
    ram = new GuestRam(guest, options, pageBytes, once);
    ramFields =
        new RamFields(
            options.ram(),
            ram,
            access,
            instrumentation,
            new RamTables(options.freeze() != FreezeBy.THREADS),
            once);
    nativeMemory = new NativeMemory(options, ram, pageBytes, once);
    classes = new LoadedClasses(instrumentation);
    namedRam =
        new NamedRam(ramFields, nativeMemory, guest, options.adapter() != null, classes, once);
    gates = new Gates(options.gates(), classes, once);
    states =
        new States(
            options.states(), guest, access, this::isRam, new RamNames(guest::heapRam), once);
    pauses = new Pauses(options.pauses(), access, classes, once);
    Vcpus gated = new GateVcpus(gates, states, pauses);
    vcpus =
        options.freeze() == FreezeBy.THREADS
            ? new ThreadVcpus(gated, !options.gates().isEmpty(), once)
            : gated;
    adapters = new Adapters(options.adapter(), guest, access, once);
    Set<String> hooked = new HashSet<>(RamAdvice.CLASSES);
    options.gates().forEach(g -> hooked.add(g.className()));
    if (!existingOnly) {
      options.states().forEach(s -> hooked.add(s.className()));
      options.ram().forEach(r -> hooked.add(r.className()));
    }
    options.ramNative().forEach(n -> hooked.add(n.className()));
    options.pauses().forEach(p -> hooked.add(p.className()));
    hooked.addAll(adapters.classNames());
    transformer =
        new HookTransformer(
            instrumentation,
            hooked,
            new WrappedNatives(options.mayBeNative(), instrumentation),
            this::hook,
            (name, line) -> {
              if (!gates.failed(name, line)) {
                once.accept(line);
              }
            });
  }

  /**
   * Puts the hooks in place, in classes that are loaded and in those that will be.
   *
   * @param instrumentation must be able to retransform classes
   * @param guest gets the blocks and the participants as they appear; the caller gives it the
   *     {@link #vcpus}
   * @param warnings told, by any thread, in one line what the user should know; no line twice
   * @throws IllegalArgumentException if the options name an adapter that cannot be loaded
   * @throws IllegalStateException if hooks are installed already, or the boot jar is not where it
   *     must be
   */
  public static Hooks install(
      Instrumentation instrumentation,
      HookOptions options,
      Guest guest,
      Consumer<String> warnings) {
    warmUp(guest);
    guest.stateOnly(options.ramless());
    return install(instrumentation, options, GuestView.of(guest), warnings, false);
  }

  /**
   * The same for what exists by now only, for {@link #adoptExisting}: classes with RAM and state
   * stay as they are. A loop that runs in a class that is changed goes on in the interpreter.
   */
  public static Hooks installForExisting(
      Instrumentation instrumentation,
      HookOptions options,
      Guest guest,
      Consumer<String> warnings) {
    warmUp(guest);
    return install(instrumentation, options, GuestView.of(guest), warnings, true);
  }

  private static int pageBytes() {
    try {
      return Machine.pageBytes();
    } catch (EngineException e) {
      // Every snapshot will say so, to somebody who can act on it.
      return LEAST_PAGE_BYTES;
    }
  }

  /** Has the engine's native code loaded now, not inside the host's first allocation. */
  private static void warmUp(Guest guest) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(SELF_TEST_BYTES);
    guest.unregister(guest.register("io.ramshot.hooks#0", buffer));
  }

  static Hooks install(
      Instrumentation instrumentation,
      HookOptions options,
      GuestView guest,
      Consumer<String> warnings) {
    return install(instrumentation, options, guest, warnings, false);
  }

  private static Hooks install(
      Instrumentation instrumentation,
      HookOptions options,
      GuestView guest,
      Consumer<String> warnings,
      boolean existingOnly) {
    if (Allocations.class.getClassLoader() != null) {
      throw new IllegalStateException(
          "io.ramshot.boot is not in the boot loader: append ramshot-boot.jar to its search before"
              + " any class of io.ramshot.hooks is loaded");
    }
    if (!INSTALLED.compareAndSet(false, true)) {
      throw new IllegalStateException("hooks are installed already: close them first");
    }
    Hooks hooks;
    try {
      hooks = new Hooks(instrumentation, options, guest, warnings, existingOnly);
    } catch (RuntimeException | Error e) {
      INSTALLED.set(false);
      throw e;
    }
    try {
      hooks.install();
    } catch (RuntimeException | Error e) {
      hooks.close();
      throw e;
    }
    return hooks;
  }

  private void install() {
    Gate.reset();
    Gate.rehearse();
    Missed.reset();
    Instances.sink(this::constructed);
    NativeCalls.sink(nativeMemory);
    transformer.install();
    selfTest();
    Allocations.sink(ram);
    guest.add(namedRam);
    Allocations.minimum = options.ramMin();
  }

  private DynamicType.Builder<?> hook(
      DynamicType.Builder<?> builder, TypeDescription type, ClassLoader loader, boolean wasLoaded) {
    String name = type.getName();
    if (RamAdvice.CLASSES.contains(name)) {
      return RamAdvice.hook(builder, type, loader);
    }
    DynamicType.Builder<?> result = gates.hook(builder, type, wasLoaded);
    for (int i = 0; i < options.states().size(); i++) {
      if (options.states().get(i).className().equals(name) && states.loaded(i, type, loader)) {
        result = trackInstances(result, i);
      }
    }
    for (int i = 0; i < options.ram().size(); i++) {
      if (options.ram().get(i).className().equals(name) && ramFields.loaded(i, type)) {
        result = trackInstances(result, options.states().size() + i);
      }
    }
    for (int i = 0; i < options.pauses().size(); i++) {
      if (options.pauses().get(i).className().equals(name) && pauses.loaded(i, type, loader)) {
        result = trackInstances(result, pausesFrom() + i);
      }
    }
    result = nativeMemory.hook(result, type);
    int adapted = adapters.classNames().indexOf(name);
    if (adapted >= 0) {
      result = trackInstances(result, firstAdapted() + adapted);
    }
    return result;
  }

  /** Hooks of constructors are numbered: classes with state, with RAM, to be paused, adapted. */
  private int pausesFrom() {
    return options.states().size() + options.ram().size();
  }

  private static DynamicType.Builder<?> trackInstances(DynamicType.Builder<?> builder, int hook) {
    return builder.visit(
        Advice.withCustomMapping()
            .bind(ConstructorAdvice.Id.class, hook)
            .to(ConstructorAdvice.class)
            .on(ElementMatchers.isConstructor()));
  }

  private void constructed(int hook, Object instance) {
    try {
      int states = options.states().size();
      if (hook < states) {
        this.states.constructed(hook, instance);
      } else if (hook < pausesFrom()) {
        ramFields.constructed(hook - states, instance);
      } else if (hook < firstAdapted()) {
        pauses.constructed(hook - pausesFrom(), instance);
      } else {
        adapters.constructed(hook - firstAdapted(), instance);
      }
    } catch (RuntimeException e) {
      warnings.accept(
          "an object of " + instance.getClass().getName() + " was missed: " + Cause.text(e));
    }
  }

  private int firstAdapted() {
    return pausesFrom() + options.pauses().size();
  }

  private boolean isRam(String field) {
    return options.ram().stream().anyMatch(r -> r.toString().equals(field));
  }

  /** Proves that the advice runs, and makes sure that the code behind it is loaded and linked. */
  private void selfTest() {
    SelfTest test = new SelfTest(ram, Thread.currentThread());
    boolean segments;
    Allocations.sink(test);
    Allocations.minimum = SELF_TEST_BYTES;
    try {
      ByteBuffer.allocateDirect(SELF_TEST_BYTES);
      segments = Segments.exist() && test.segmentPassed();
    } finally {
      Allocations.minimum = Long.MAX_VALUE;
      Allocations.sink(null);
    }
    if (segments) {
      ram.segmentsAreWrapped();
    }
    if (!test.passed()) {
      warnings.accept(
          "native memory allocations cannot be seen in this JVM ("
              + System.getProperty("java.vm.version")
              + "): guest RAM will not be found");
    }
  }

  /** Does what is else done when a class is hooked. */
  private void lookAtLoaded() {
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      for (int i = 0; i < options.states().size(); i++) {
        if (options.states().get(i).className().equals(type.getName())) {
          states.loaded(i, TypeDescription.ForLoadedType.of(type), type.getClassLoader());
        }
      }
      for (int i = 0; i < options.ram().size(); i++) {
        if (options.ram().get(i).className().equals(type.getName())) {
          ramFields.loaded(i, TypeDescription.ForLoadedType.of(type));
        }
      }
    }
  }

  /**
   * For a host that runs already: finds the direct buffers and the objects with state that were
   * made before ramshot came. What Unsafe allocated before stays unknown. The JVM stands still
   * meanwhile, about as long as for a full garbage collection.
   */
  public void adoptExisting() {
    if (existingOnly) {
      lookAtLoaded();
    }
    Existing existing = new Existing(instrumentation, access);
    try {
      existing.adoptBuffers(options.ramMin(), ram);
      for (int i = 0; i < options.states().size(); i++) {
        int hook = i;
        existing
            .instances(options.states().get(i).className())
            .forEach(instance -> constructed(hook, instance));
      }
      for (int i = 0; i < options.ram().size(); i++) {
        List<Object> instances = existing.instances(options.ram().get(i).className());
        if (instances.size() > 1) {
          ramFields.unordered(i);
        }
        for (Object instance : instances) {
          ramFields.constructed(i, instance);
        }
      }
      for (int i = 0; i < options.pauses().size(); i++) {
        int hook = pausesFrom() + i;
        existing
            .instances(options.pauses().get(i).className())
            .forEach(instance -> constructed(hook, instance));
      }
      for (int i = 0; i < adapters.classNames().size(); i++) {
        int hook = firstAdapted() + i;
        existing
            .instances(adapters.classNames().get(i))
            .forEach(instance -> constructed(hook, instance));
      }
    } catch (EngineException | ReflectiveOperationException | IOException | RuntimeException e) {
      warnings.accept(
          "RAM and state from before ramshot came are not in checkpoints ("
              + e.getMessage()
              + "): start the host with -javaagent");
    }
  }

  /** How vCPUs are frozen. With no gate configured it freezes nobody. */
  public Vcpus vcpus() {
    return vcpus;
  }

  /**
   * Has the first vCPU thread that comes to a gate run an action once, while it and all others are
   * held there. The action may call gated methods, and sees what the guest allocated until then. If
   * it throws, that is a warning and the guest never runs.
   *
   * @throws IllegalStateException if no gate is configured, or a vCPU came to one already
   */
  public void beforeFirstQuantum(Runnable action) {
    if (options.gates().isEmpty()) {
      throw new IllegalStateException(
          "no gate is configured, so the guest's first quantum cannot be seen: give gate=");
    }
    if (gates.anyCalled()) {
      throw new IllegalStateException("a vCPU has run already, so this cannot precede it");
    }
    Gate.beforeFirst(
        () -> {
          try {
            action.run();
          } catch (RuntimeException | Error e) {
            warnings.accept(
                "the guest will not start: what must precede it failed: " + Cause.text(e));
            throw e;
          }
        });
  }

  /**
   * Says that a vCPU must come to a gate: one that nothing can come to is no warning then.
   *
   * @param absent gets it in one line, at once if there is one already, by the thread that loads
   *     its class, before any code of the class has run
   */
  public void requireGates(Consumer<String> absent) {
    gates.require(absent);
  }

  /** Why no vCPU may have come to a gate so far, with the names that may have been meant. */
  public String uncalledGates() {
    return gates.uncalled();
  }

  /** Whether any class of a host has been loaded, and not the JDK's and ramshot's only. */
  public boolean hostHasClasses() {
    return classes.any();
  }

  /**
   * RAM that fields hold by now and that is not among the guest's blocks before a snapshot or a
   * restore asks for it: lengths in bytes, 0 for an array of pieces. Changes nothing, so that a
   * guest may be watched while it is made.
   */
  public List<Long> ramToCome() {
    return ramFields.toCome();
  }

  /**
   * The configured places of RAM where this host has none just now, with the names that may have
   * been meant; or nothing.
   */
  public String missingRam() {
    return namedRam.missingText();
  }

  /** What became of each configured gate, in the order of the options. */
  public List<GateInfo> gates() {
    return gates.infos();
  }

  /** Why no checkpoint of this guest can be whole, if an adapter failed on an object. */
  public Optional<String> adapterFailure() {
    return adapters.failure();
  }

  /** What became of each configured class with state, in the order of the options. */
  public List<StateInfo> states() {
    return states.infos();
  }

  /**
   * The configured places of RAM where this host has none just now, a line each: alternatives of a
   * profile, or what the host has not allocated yet.
   */
  public List<String> unusedRam() {
    return namedRam.unused();
  }

  /**
   * Takes blocks and participants out of the guest, opens the gates and restores all classes; waits
   * for a snapshot that holds blocks. Harmless when closed already.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    Allocations.minimum = Long.MAX_VALUE;
    Instances.sink(null);
    NativeCalls.sink(null);
    Gate.reset();
    guest.remove(namedRam);
    ram.close();
    Allocations.sink(null);
    states.close();
    adapters.close();
    transformer.remove();
    INSTALLED.set(false);
  }

  /** Sees the allocations of one thread only, and passes them on. */
  private static final class SelfTest implements Allocations.Sink {
    private final Allocations.Sink sink;
    private final Thread thread;
    private boolean allocated;
    private boolean wrapped;
    private boolean segment;

    SelfTest(Allocations.Sink sink, Thread thread) {
      this.sink = sink;
      this.thread = thread;
    }

    @Override
    public void allocated(long address, long bytes) {
      if (Thread.currentThread() == thread) {
        allocated = true;
        sink.allocated(address, bytes);
      }
    }

    @Override
    public void wrapped(Object memory) {
      if (Thread.currentThread() == thread) {
        wrapped = true;
        segment |= Segments.isSegment(memory);
        sink.wrapped(memory);
      }
    }

    @Override
    public void mapped(Object memory) {}

    @Override
    public void viewed(ByteBuffer buffer) {}

    @Override
    public Object freeing(long address) {
      return sink.freeing(address);
    }

    @Override
    public void reallocated(Object freed, long address, long bytes) {}

    /** Whether the arena tells which segment it makes. */
    boolean segmentPassed() {
      Segments.allocate(SELF_TEST_BYTES);
      return segment;
    }

    boolean passed() {
      return allocated && wrapped;
    }
  }
}
