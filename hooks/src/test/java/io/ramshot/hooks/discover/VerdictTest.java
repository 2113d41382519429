package io.ramshot.hooks.discover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final StackSamples.Busy CPU = new StackSamples.Busy("cpu");
  private static final StackSamples.Method LOOP = new StackSamples.Method("Board", "run");

  private static GateCandidate gate(String name, double share, StackSamples.Method loop) {
    CallCounts.Count count =
        new CallCounts.Count(
            new StackSamples.Method("Board", name),
            name,
            false,
            false,
            false,
            1000,
            1000,
            false,
            1000,
            2000,
            share,
            null);
    return new GateCandidate(CPU, count, share, loop, false);
  }

  private static List<String> obstacles(GateCandidate... gates) {
    Findings found =
        new Findings(
            "host",
            "host",
            1,
            List.of(),
            List.of(gates),
            List.of(),
            List.of(),
            1,
            List.of("Board::save/load"),
            new FieldStates(Set.of(), null),
            List.of(),
            new ArrayList<>(),
            false,
            List.of());
    return new Verdict(found, null, "it is a test", Set.of(), List.of()).obstacles();
  }

  private static boolean saysOutside(List<String> obstacles) {
    return obstacles.stream().anyMatch(o -> o.startsWith("thread cpu is outside of its gate"));
  }

  @Test
  void aGateThatHoldsLittleOfAThreadIsNoBoundary() {
    List<String> obstacles = obstacles(gate("flags", 0.31, null));
    assertTrue(saysOutside(obstacles), obstacles::toString);
    assertTrue(obstacles.toString().contains("in 69 % of the time"), obstacles::toString);
  }

  @Test
  void gatesOfOneThreadCountTogether() {
    assertFalse(saysOutside(obstacles(gate("cpu", 0.3, null), gate("timer", 0.3, null))));
    assertFalse(saysOutside(obstacles(gate("step", 0.9, null))));
  }

  @Test
  void whatALoopCallsIsTooShortToTell() {
    assertFalse(saysOutside(obstacles(gate("step", 0.2, LOOP))));
  }

  @Test
  void aSettingIsNoState() {
    assertEquals(List.of(), StateCandidates.of(Set.of(Settings.class)));
    assertEquals(
        List.of("com.example.Settings$Machine::getState/setState"),
        StateCandidates.of(Set.of(Settings.Machine.class)));
  }
}
