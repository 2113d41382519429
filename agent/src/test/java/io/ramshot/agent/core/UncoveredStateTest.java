package io.ramshot.agent.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.hooks.HookOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which classes on a vCPU's stack are missed in an image, and which are not. */
class UncoveredStateTest {
  static class Base {
    int[] registers;
  }

  static class Cpu extends Base {
    boolean halted;
  }

  static class Memory {
    byte[] bytes;
  }

  static class Fixed {
    final int size = 4;
    boolean on;
    String name;
    static int instances;
  }

  static class Machine {
    Base[] cpus;
    long frames;
  }

  static class Timer {
    Cpu cpu;
    int ticks;
  }

  static class A {
    int a;
  }

  static class B {
    int b;
  }

  static class C {
    int c;
  }

  private static UncoveredState of(String options, Class<?>... stack) {
    Map<String, String> values = new java.util.HashMap<>();
    for (String option : options.isEmpty() ? new String[0] : options.split(",")) {
      String here = UncoveredStateTest.class.getName() + "$";
      int equals = option.indexOf('=');
      values.put(option.substring(0, equals), option.substring(equals + 1).replace("~", here));
    }
    HookOptions parsed = HookOptions.parse(values);
    return UncoveredState.of(List.of(stack), parsed.states(), parsed.ram());
  }

  private static List<Class<?>> lost(String options, Class<?>... stack) {
    UncoveredState found = of(options, stack);
    assertTrue(found.doubtful().isEmpty(), found.toString());
    return found.lost();
  }

  @Test
  void whatNothingSavesIsLost() {
    assertEquals(List.of(Cpu.class), lost("", Cpu.class));
    assertEquals(List.of(Cpu.class), lost("state=fields:~Timer", Cpu.class, Timer.class));
  }

  @Test
  void whatIsSavedByItsClassItsParentOrItsChildIsNot() {
    assertEquals(List.of(), lost("state=fields:~Cpu", Cpu.class));
    assertEquals(List.of(), lost("state=~Base::save/load", Cpu.class));
    assertEquals(List.of(), lost("state=fields:~Cpu", Base.class));
  }

  @Test
  void aMethodOfTheParentIsOfTheSameObject() {
    assertEquals(List.of(Cpu.class), lost("", Base.class, Cpu.class));
  }

  @Test
  void guestRamAndWhatCannotChangeAreNoState() {
    assertEquals(List.of(), lost("", Fixed.class));
    assertEquals(List.of(), lost("ram=~Memory#bytes", Memory.class));
    assertEquals(List.of(Memory.class), lost("ram=~Machine#bytes", Memory.class));
  }

  @Test
  void whatItsMachineSavesIsNotLost() {
    assertEquals(List.of(), lost("state=~Machine::save/load", Cpu.class, Machine.class));
  }

  /** A timer knows the CPU too, in order to interrupt it. */
  @Test
  void whatSomebodyElseMaySaveIsInDoubt() {
    UncoveredState found = of("state=~Timer::save/load", Cpu.class);
    assertEquals(List.of(), found.lost());
    assertEquals(
        Cpu.class.getName()
            + " on the vCPU's stack only as far as "
            + Timer.class.getName()
            + "::save/load covers it",
        found.doubts());
  }

  @Test
  void onlyAFewAreNamed() {
    UncoveredState found = of("", Cpu.class, A.class, B.class, C.class, Timer.class);
    assertTrue(found.names().endsWith("$B and 2 more"), found.names());
    assertEquals(3, found.remedy().split(";").length);
  }
}
