package io.ramshot.hooks;

import io.ramshot.Guest;
import io.ramshot.Vcpus;
import io.ramshot.boot.Allocations;
import io.ramshot.boot.Gate;
import io.ramshot.boot.Instances;
import java.lang.instrument.Instrumentation;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.ResettableClassFileTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.utility.JavaModule;

/**
 * Ties a host to a {@link Guest}: its RAM becomes blocks, its vCPUs stop at gates, its objects take
 * part in checkpoints.
 *
 * <p>{@code ramshot-boot.jar} must be on the boot class path before this class is loaded. There is
 * one installation a JVM at a time.
 */
public final class Hooks implements AutoCloseable {

  private static final String UNSAFE = "jdk.internal.misc.Unsafe";
  private static final String BYTE_BUFFER = "java.nio.ByteBuffer";

  /** Enough for a self-test, small enough for every setting of the limit of direct memory. */
  private static final int SELF_TEST_BYTES = 64;

  private static final AtomicBoolean INSTALLED = new AtomicBoolean();

  private final Instrumentation instrumentation;
  private final HookOptions options;
  private final Consumer<String> warnings;
  private final GuestRam ram;
  private final Gates gates;
  private final States states;
  private final List<Holder> holders;
  private final Vcpus vcpus;
  private final Set<String> hooked = new LinkedHashSet<>();
  private final Set<String> loadedBefore = new HashSet<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private ResettableClassFileTransformer transformer;

  private Hooks(
      Instrumentation instrumentation,
      HookOptions options,
      GuestView guest,
      Consumer<String> warnings) {
    this.instrumentation = instrumentation;
    this.options = options;
    this.warnings = warnings;
    Access access = new Access(instrumentation);
    ram = new GuestRam(guest, options, warnings);
    gates = new Gates(options.gates(), warnings);
    states = new States(options.states(), guest, access, warnings);
    holders = options.ramHolders().stream().map(h -> new Holder(h, ram, access, warnings)).toList();
    vcpus = new GateVcpus(gates, states);
    hooked.add(UNSAFE);
    hooked.add(BYTE_BUFFER);
    options.gates().forEach(g -> hooked.add(g.className()));
    options.states().forEach(s -> hooked.add(s.className()));
    options.ramHolders().forEach(h -> hooked.add(h.className()));
  }

  /**
   * Puts the hooks in place, in classes that are loaded and in those that will be.
   *
   * @param instrumentation must be able to retransform classes
   * @param guest gets the blocks and the participants as they appear; the caller gives it the
   *     {@link #vcpus}
   * @param warnings told, by any thread, in one line what the user should know
   * @throws IllegalStateException if hooks are installed already, or the boot jar is not where it
   *     must be
   */
  public static Hooks install(
      Instrumentation instrumentation,
      HookOptions options,
      Guest guest,
      Consumer<String> warnings) {
    return install(instrumentation, options, GuestView.of(guest), warnings);
  }

  static Hooks install(
      Instrumentation instrumentation,
      HookOptions options,
      GuestView guest,
      Consumer<String> warnings) {
    if (Allocations.class.getClassLoader() != null) {
      throw new IllegalStateException(
          "io.ramshot.boot is not in the boot loader: append ramshot-boot.jar to its search before"
              + " any class of io.ramshot.hooks is loaded");
    }
    if (!INSTALLED.compareAndSet(false, true)) {
      throw new IllegalStateException("hooks are installed already: close them first");
    }
    Hooks hooks = new Hooks(instrumentation, options, guest, warnings);
    try {
      hooks.install();
    } catch (RuntimeException | Error e) {
      hooks.close();
      throw e;
    }
    return hooks;
  }

  private void install() {
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (hooked.contains(type.getName())) {
        loadedBefore.add(type.getName());
      }
    }
    Gate.reset();
    Instances.sink(this::constructed);
    transformer =
        new AgentBuilder.Default(new ByteBuddy().with(TypeValidation.DISABLED))
            // Only method bodies change, so that loaded classes can be hooked and reset.
            .with(AgentBuilder.TypeStrategy.Default.DECORATE)
            .disableClassFormatChanges()
            // Looking at a class must not load the classes it mentions.
            .with(AgentBuilder.DescriptionStrategy.Default.POOL_ONLY)
            .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
            .with(new ErrorListener())
            .ignore(ElementMatchers.none())
            .type(ElementMatchers.namedOneOf(hooked.toArray(String[]::new)))
            .transform((builder, type, loader, module, domain) -> hook(builder, type, loader))
            .installOn(instrumentation);
    selfTest();
    Allocations.sink(ram);
    Allocations.minimum = options.ramMin();
  }

  private DynamicType.Builder<?> hook(
      DynamicType.Builder<?> builder, TypeDescription type, ClassLoader loader) {
    String name = type.getName();
    if (name.equals(UNSAFE)) {
      return builder
          .visit(
              Advice.to(UnsafeAdvice.Allocate.class)
                  .on(
                      ElementMatchers.named("allocateMemory")
                          .and(ElementMatchers.takesArguments(long.class))))
          .visit(
              Advice.to(UnsafeAdvice.Free.class)
                  .on(
                      ElementMatchers.named("freeMemory")
                          .and(ElementMatchers.takesArguments(long.class))))
          .visit(
              Advice.to(UnsafeAdvice.Reallocate.class)
                  .on(
                      ElementMatchers.named("reallocateMemory")
                          .and(ElementMatchers.takesArguments(long.class, long.class))));
    }
    if (name.equals(BYTE_BUFFER)) {
      return builder.visit(
          Advice.to(ByteBufferAdvice.class)
              .on(
                  ElementMatchers.named("allocateDirect")
                      .and(ElementMatchers.takesArguments(int.class))));
    }
    boolean wasLoaded = loadedBefore.contains(name);
    DynamicType.Builder<?> result = gates.hook(builder, type, wasLoaded);
    for (int i = 0; i < options.states().size(); i++) {
      if (options.states().get(i).className().equals(name)
          && states.loaded(i, type, loader, wasLoaded)) {
        result = trackInstances(result, i);
      }
    }
    for (int i = 0; i < holders.size(); i++) {
      if (options.ramHolders().get(i).className().equals(name)) {
        result = trackInstances(result, options.states().size() + i);
      }
    }
    return result;
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
      } else {
        holders.get(hook - states).constructed(instance);
      }
    } catch (RuntimeException e) {
      warnings.accept("an object of " + instance.getClass().getName() + " was missed: " + e);
    }
  }

  /** Proves that the advice runs, and makes sure that the code behind it is loaded and linked. */
  private void selfTest() {
    SelfTest test = new SelfTest(ram, Thread.currentThread());
    Allocations.sink(test);
    Allocations.minimum = SELF_TEST_BYTES;
    try {
      ByteBuffer.allocateDirect(SELF_TEST_BYTES);
    } finally {
      Allocations.minimum = Long.MAX_VALUE;
      Allocations.sink(null);
    }
    if (!test.passed()) {
      warnings.accept(
          "native memory allocations cannot be seen in this JVM ("
              + System.getProperty("java.vm.version")
              + "): guest RAM will not be found");
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
            warnings.accept("the guest will not start: what must precede it failed: " + e);
            throw e;
          }
        });
  }

  /** What became of each configured gate, in the order of the options. */
  public List<GateInfo> gates() {
    return gates.infos();
  }

  /** What became of each configured class with state, in the order of the options. */
  public List<StateInfo> states() {
    return states.infos();
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
    Gate.reset();
    ram.close();
    Allocations.sink(null);
    states.close();
    if (transformer != null
        && !transformer.reset(
            instrumentation, AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)) {
      warnings.accept("some classes keep their hooks, which do nothing any more");
    }
    INSTALLED.set(false);
  }

  /** Acts only on errors. */
  private final class ErrorListener extends AgentBuilder.Listener.Adapter {
    @Override
    public void onError(
        String typeName,
        ClassLoader loader,
        JavaModule module,
        boolean loaded,
        Throwable throwable) {
      if (hooked.contains(typeName)) {
        warnings.accept(typeName + " cannot be hooked: " + throwable);
      }
    }
  }

  /** Sees the allocations of one thread only, and passes them on. */
  private static final class SelfTest implements Allocations.Sink {
    private final Allocations.Sink sink;
    private final Thread thread;
    private boolean allocated;
    private boolean wrapped;

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
    public void wrapped(ByteBuffer buffer) {
      if (Thread.currentThread() == thread) {
        wrapped = true;
        sink.wrapped(buffer);
      }
    }

    @Override
    public Object freeing(long address) {
      return sink.freeing(address);
    }

    @Override
    public void reallocated(Object freed, long address, long bytes) {}

    boolean passed() {
      return allocated && wrapped;
    }
  }
}
