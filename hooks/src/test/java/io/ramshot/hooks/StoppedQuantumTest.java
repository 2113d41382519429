package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class StoppedQuantumTest {

  /** For longer than a vCPU has to come to its gate. */
  @Test
  void freezeInWhichTheProcessIsStoppedGoesOnWaiting() throws Exception {
    List<String> lines = ForkedHostJvm.of(StoppedQuantum.class).succeed();
    assertTrue(lines.contains(StoppedQuantum.DONE), lines::toString);
  }
}
