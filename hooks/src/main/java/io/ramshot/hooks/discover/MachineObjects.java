package io.ramshot.hooks.discover;

import io.ramshot.hooks.Access;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.HeapSearch;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The objects that vCPUs run in: those that gates were called on, and those whose loops call them.
 */
final class MachineObjects {

  /** Of a class whose objects nobody was seen to call. */
  private static final int MOST_INSTANCES = 4;

  private MachineObjects() {}

  /**
   * Their state, and that of what they refer to, by fields.
   *
   * @param ram fields that are RAM, as {@code class#field}
   */
  static FieldStates state(
      HostCode code, Access access, Set<String> ram, Collection<GateCandidate> gates) {
    FieldStates fields = new FieldStates(ram, access);
    for (GateCandidate gate : gates) {
      if (gate.count().receiver() != null) {
        fields.add(gate.count().receiver());
      } else if (!gate.count().isStatic()) {
        instances(code, gate.count().method().className()).forEach(fields::add);
      }
    }
    for (GateCandidate gate : gates) {
      if (gate.loop() != null) {
        instances(code, gate.loop().className()).forEach(fields::add);
      }
    }
    return fields;
  }

  private static List<Object> instances(HostCode code, String className) {
    Class<?> type = code.find(className);
    try {
      return type == null
          ? List.of()
          : HeapSearch.instances(type).stream().limit(MOST_INSTANCES).toList();
    } catch (EngineException e) {
      return List.of(); // What it refers to cannot be told; the classes without state are.
    }
  }
}
