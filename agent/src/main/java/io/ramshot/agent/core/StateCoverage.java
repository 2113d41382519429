package io.ramshot.agent.core;

import io.ramshot.hooks.GateSpec;
import io.ramshot.hooks.HookOptions;
import io.ramshot.hooks.StateSpec;
import io.ramshot.hooks.VcpuThreads;
import io.ramshot.image.Image;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code state=} saves of a guest, held against what its vCPUs are in the middle of. */
final class StateCoverage {
  private final HookOptions options;
  private final Instrumentation instrumentation;

  StateCoverage(HookOptions options, Instrumentation instrumentation) {
    this.options = options;
    this.instrumentation = instrumentation;
  }

  /**
   * What of the calling vCPU's stack an image has no state of. Nothing where an adapter takes part,
   * for it may save whatever it likes; and never a failure, for the guest is restored already.
   */
  UncoveredState here(Image image) {
    try {
      List<StateSpec> saved = options.states().stream().filter(spec -> has(image, spec)).toList();
      boolean others =
          image.states().stream()
              .anyMatch(state -> saved.stream().noneMatch(spec -> isOf(state.name(), spec)));
      return others
          ? UncoveredState.NONE
          : UncoveredState.of(VcpuStack.here(), saved, options.ram());
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return UncoveredState.NONE;
    }
  }

  /**
   * A line for a snapshot, about what vCPUs are in the middle of just now and {@code state=} does
   * not save; nothing where all is saved, or no vCPU has come to a gate. Takes a look at every
   * vCPU's stack and at all loaded classes: not for a freeze.
   */
  Optional<String> unsaved(List<GateSpec> called) {
    if (called.isEmpty() || options.adapter() != null) {
      return Optional.empty();
    }
    try {
      return unsavedOf(called);
    } catch (RuntimeException | LinkageError e) {
      return Optional.empty(); /* of classes that are not whole: no reason to fail a status */
    }
  }

  private Optional<String> unsavedOf(List<GateSpec> called) {
    Map<String, Class<?>> known = new HashMap<>();
    List<Class<?>> stack = new ArrayList<>();
    for (Thread thread : VcpuThreads.living()) {
      StackTraceElement[] frames = thread.getStackTrace();
      Set<String> names =
          Stream.of(frames).map(StackTraceElement::getClassName).collect(Collectors.toSet());
      called.forEach(gate -> names.add(gate.className()));
      names.removeAll(known.keySet());
      if (!names.isEmpty()) {
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
          if (names.contains(type.getName())) {
            known.putIfAbsent(type.getName(), type);
          }
        }
      }
      stack.addAll(VcpuStack.of(frames, called, known::get));
    }
    UncoveredState found = UncoveredState.of(stack, options.states(), options.ram());
    return found.lost().isEmpty()
        ? Optional.empty()
        : Optional.of(
            found.names()
                + found.verb(
                    " is on the vCPU's stack and not in state=: after a restore it begins as the host"
                        + " makes it; ",
                    " are on the vCPU's stack and not in state=: after a restore they begin as the"
                        + " host makes them; ")
                + found.remedy()
                + found.verb(" saves it", " saves them"));
  }

  private static boolean has(Image image, StateSpec spec) {
    return image.states().stream().anyMatch(state -> isOf(state.name(), spec));
  }

  /** Participants are called by their class, and a number where it has objects. */
  private static boolean isOf(String participant, StateSpec spec) {
    return participant.equals(spec.className()) || participant.startsWith(spec.className() + "#");
  }
}
