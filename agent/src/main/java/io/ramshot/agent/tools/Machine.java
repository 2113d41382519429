package io.ramshot.agent.tools;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A machine that an ELF file can be for, by the names that its users have for it. */
public enum Machine {
  RISCV(243),
  X86_64(62),
  AARCH64(183),
  PPC64(21),
  MIPS64(8),
  LOONGARCH(258);

  private final int code;

  Machine(int code) {
    this.code = code;
  }

  /** {@code e_machine}. */
  int code() {
    return code;
  }

  /**
   * @throws IllegalArgumentException if there is none of that name; names those that there are
   */
  public static Machine of(String name) {
    for (Machine machine : values()) {
      if (machine.toString().equalsIgnoreCase(name)) {
        return machine;
      }
    }
    throw new IllegalArgumentException(
        name
            + " is no machine that is known here: "
            + Arrays.stream(values()).map(Machine::toString).collect(Collectors.joining(", ")));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
