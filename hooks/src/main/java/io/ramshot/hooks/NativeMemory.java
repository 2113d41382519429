package io.ramshot.hooks;

import io.ramshot.SnapshotException;
import io.ramshot.boot.NativeCalls;
import io.ramshot.hooks.MemoryMap.Span;
import io.ramshot.text.Cause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * Guest RAM that native code maps, so that Java sees no address of it: compares the process's
 * mappings before and after the configured methods.
 *
 * <p>Calls take turns, because the kernel makes one mapping of what two of them map side by side. A
 * method that waits for a call by another thread is not held up for long, and goes on without a
 * turn: whoever ends first then takes what is new, unless the sizes say better.
 */
final class NativeMemory implements NativeCalls.Sink {

  /** Memory that one method had mapped. */
  private record Region(int spec, Allocation allocation) {}

  /** A call that maps, while it runs; sizes in bytes. */
  private record Call(MemoryMap before, List<Long> sizes, boolean hasTurn) {}

  /** How long a call waits for its turn: mapping takes microseconds. */
  private static final Duration TURN_LIMIT = Duration.ofSeconds(1);

  private final List<NativeSpec> specs;
  private final Turn turn = new Turn();
  private final GuestRam ram;

  private final long pageBytes;
  private final Consumer<String> warnings;

  /** Its own lock guards it; registering and unregistering is done without. */
  private final List<Region> regions = new ArrayList<>();

  private final boolean[] loaded;

  /** Why a method cannot be hooked, or null; by spec. */
  private final String[] problems;

  NativeMemory(HookOptions options, GuestRam ram, long pageBytes, Consumer<String> warnings) {
    this.specs = options.ramNative();
    this.ram = ram;
    this.pageBytes = pageBytes;
    this.warnings = warnings;
    loaded = new boolean[specs.size()];
    problems = new String[specs.size()];
  }

  /** Adds advice to the configured methods of a class. */
  DynamicType.Builder<?> hook(DynamicType.Builder<?> builder, TypeDescription type) {
    DynamicType.Builder<?> result = builder;
    for (int i = 0; i < specs.size(); i++) {
      NativeSpec spec = specs.get(i);
      if (!spec.className().equals(type.getName())) {
        continue;
      }
      loaded[i] = true;
      result = hook(result, type, spec, spec.map(), i);
      if (spec.unmap() != null) {
        result = hook(result, type, spec, spec.unmap(), specs.size() + i);
      }
    }
    return result;
  }

  private DynamicType.Builder<?> hook(
      DynamicType.Builder<?> builder, TypeDescription type, NativeSpec spec, String name, int id) {
    List<MethodDescription.InDefinedShape> methods = Signatures.methods(type);
    List<MethodDescription.InDefinedShape> named =
        methods.stream()
            .filter(
                m ->
                    m.getName().equals(name)
                        && (id >= specs.size() || spec.matches(Signatures.parameters(m))))
            .toList();
    List<MethodDescription.InDefinedShape> runnable =
        named.stream().filter(m -> !m.isAbstract() && !m.isNative()).toList();
    if (runnable.isEmpty()) {
      String why =
          named.isEmpty()
              ? type.getName() + absence(name, methods)
              : Signatures.withoutReturnType(named.get(0))
                  + " of "
                  + type.getName()
                  + (named.get(0).isNative()
                      ? " " + WrappedNatives.REMEDY
                      : " is abstract: name the class that implements it");
      problems[id % specs.size()] = why;
      warnings.accept("ram.native=" + spec + ": " + why);
      return builder;
    }
    return builder.visit(
        Advice.withCustomMapping()
            .bind(NativeCallAdvice.Id.class, id)
            .to(NativeCallAdvice.class)
            .on(ElementMatchers.anyOf(runnable.toArray())));
  }

  private static String absence(String name, List<MethodDescription.InDefinedShape> methods) {
    return methods.stream()
        .filter(method -> method.getName().equals(name))
        .findFirst()
        .map(
            m ->
                " has other parameters: name all of them, a word for each, as of "
                    + Signatures.of(m))
        .orElseGet(() -> " has no such method " + name + Signatures.nearest(name, methods));
  }

  /** Before mapping: sees what is mapped. Before unmapping: takes out what may be unmapped. */
  @Override
  public Object entering(int hook, Object[] arguments) {
    try {
      return hook < specs.size()
          ? begin(specs.get(hook), arguments)
          : takeOut(hook - specs.size(), arguments);
    } catch (IOException | RuntimeException e) {
      missed(hook, e);
      return null;
    }
  }

  private Call begin(NativeSpec spec, Object[] arguments) throws IOException {
    long size = size(spec, arguments);
    if (0 <= size && size < ram.minimum()) {
      // A device, say; what comes in the same call is none of the guest's.
      return null;
    }
    boolean hasTurn = turn.take(TURN_LIMIT);
    try {
      return new Call(MemoryMap.read(), inPages(size), hasTurn);
    } catch (IOException | RuntimeException | Error e) {
      if (hasTurn) {
        turn.give();
      }
      throw e;
    }
  }

  @Override
  public void left(int hook, Object token, Object result, boolean thrown) {
    try {
      if (token instanceof Call call) {
        try {
          if (!thrown) {
            mapped(hook, call, result);
          }
        } finally {
          if (call.hasTurn) {
            turn.give();
          }
        }
      } else if (token != null) {
        putBack(hook - specs.size(), (List<?>) token);
      }
    } catch (IOException | RuntimeException e) {
      missed(hook, e);
    }
  }

  private void missed(int hook, Exception cause) {
    warnings.accept(
        "a call of ram.native=" + specs.get(hook % specs.size()) + " was missed: " + cause);
  }

  /** What the call wants mapped, in bytes; -1 if the option does not say where that is. */
  private static long size(NativeSpec spec, Object[] arguments) {
    int index = spec.sizeIndex();
    // To guess would be to leave out RAM of a method that maps more than one piece.
    return index >= 0 && (arguments[index] instanceof Long || arguments[index] instanceof Integer)
        ? ((Number) arguments[index]).longValue()
        : -1;
  }

  private List<Long> inPages(long size) {
    return size < 0 ? List.of() : List.of((size + pageBytes - 1) & -pageBytes);
  }

  private void mapped(int spec, Call call, Object result) throws IOException {
    List<Span> spans =
        MemoryMap.read().newSince(call.before).stream()
            .flatMap(span -> ram.unknown(span).stream())
            .filter(span -> span.bytes() >= ram.minimum())
            .toList();
    List<Span> chosen = choose(spans, call.sizes, result);
    if (chosen.isEmpty()) {
      warnings.accept(
          "a call of ram.native="
              + specs.get(spec)
              + " mapped nothing of at least ram.min ("
              + ram.minimum()
              + " bytes) that can be read and written");
    }
    warnOfNeighbours(spec, chosen, call.sizes);
    for (Span span : chosen) {
      Allocation allocation = ram.addNative(span.start(), span.bytes(), specs.get(spec).site());
      if (allocation != null) {
        synchronized (regions) {
          regions.add(new Region(spec, allocation));
        }
      }
    }
  }

  /** The kernel makes one mapping of what is mapped side by side, and says no more of it. */
  private void warnOfNeighbours(int spec, List<Span> chosen, List<Long> sizes) {
    for (Span span : chosen) {
      for (long size : sizes) {
        if (span.bytes() > size) {
          warnings.accept(
              "a call of ram.native="
                  + specs.get(spec)
                  + " for "
                  + size
                  + " bytes mapped "
                  + span.bytes()
                  + " in one piece: all of it is saved and restored, as is what may belong to the"
                  + " engine; name a method that maps nothing else, or one that returns the"
                  + " address");
        }
      }
    }
  }

  /**
   * What the call itself mapped: a piece of the size it asked for, else the piece at the address it
   * returned, else those with room for it, else all there is.
   */
  static List<Span> choose(List<Span> spans, List<Long> sizes, Object result) {
    List<Span> exact = spans.stream().filter(span -> sizes.contains(span.bytes())).toList();
    if (!exact.isEmpty()) {
      return exact;
    }
    if (result instanceof Long address) {
      for (Span span : spans) {
        for (long size : sizes) {
          if (span.start() <= address && address + size <= span.end()) {
            return List.of(new Span(address, address + size));
          }
        }
      }
    }
    List<Span> large =
        spans.stream().filter(span -> sizes.stream().anyMatch(s -> span.bytes() > s)).toList();
    return large.isEmpty() ? spans : large;
  }

  /** An address among the arguments tells which memory is meant; else it may be any. */
  private List<Allocation> takeOut(int spec, Object[] arguments) {
    List<Object> values = Arrays.asList(arguments);
    List<Allocation> out = new ArrayList<>();
    synchronized (regions) {
      List<Region> own = regions.stream().filter(r -> r.spec == spec).toList();
      List<Region> meant = own.stream().filter(r -> values.contains(r.allocation.address)).toList();
      for (Region region : meant.isEmpty() ? own : meant) {
        regions.remove(region);
        out.add(region.allocation);
      }
    }
    out.forEach(ram::remove);
    return out;
  }

  private void putBack(int spec, List<?> allocations) throws IOException {
    if (allocations.isEmpty()) {
      return;
    }
    MemoryMap now = MemoryMap.read();
    for (Object each : allocations) {
      Allocation old = (Allocation) each;
      if (now.covers(old.address, old.bytes)) {
        Allocation again = ram.addAgain(old);
        synchronized (regions) {
          regions.add(new Region(spec, again));
        }
      }
    }
  }

  /** Takes out what is not mapped any more, for nobody may have told. */
  void prepare() throws SnapshotException {
    List<Allocation> all = new ArrayList<>(ram.unannounced());
    synchronized (regions) {
      regions.forEach(r -> all.add(r.allocation));
    }
    if (!all.isEmpty()) {
      dropUnmapped(all);
    }
  }

  private void dropUnmapped(List<Allocation> all) throws SnapshotException {
    MemoryMap now;
    try {
      now = MemoryMap.read();
    } catch (IOException e) {
      throw new SnapshotException(
          "cannot see whether native RAM is still mapped ("
              + Cause.text(e)
              + "): is /proc mounted?",
          e);
    }
    for (Allocation allocation : all) {
      if (!now.covers(allocation.start, allocation.length)) {
        warnings.accept(
            String.format(
                "block %s of %d bytes at 0x%x is not mapped any more, and is left out",
                allocation.name, allocation.length, allocation.start));
        ram.remove(allocation);
        synchronized (regions) {
          regions.removeIf(r -> r.allocation == allocation);
        }
      }
    }
  }

  /** How many methods were configured. */
  int count() {
    return specs.size();
  }

  /** The methods that have no memory mapped just now, in the order of the options. */
  List<MissingRam> missing() {
    List<MissingRam> missing = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      int spec = i;
      synchronized (regions) {
        if (regions.stream().anyMatch(r -> r.spec == spec)) {
          continue;
        }
      }
      String option = "ram.native=" + specs.get(i);
      missing.add(
          problems[i] != null
              ? new MissingRam(option, problems[i], null)
              : loaded[i]
                  ? new MissingRam(option, "no call has mapped memory that is there still", null)
                  : MissingRam.ofClass(option, specs.get(i).className()));
    }
    return missing;
  }
}
