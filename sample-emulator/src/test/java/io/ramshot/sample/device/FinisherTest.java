package io.ramshot.sample.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FinisherTest {

  private final Finisher finisher = new Finisher();

  @Test
  void passes() {
    finisher.write(0, 4, 0x5555);
    assertEquals(Finisher.Verdict.PASS, finisher.verdict());
  }

  @Test
  void failsWithACode() {
    finisher.write(0, 4, 0x1234_3333);
    assertEquals(Finisher.Verdict.FAIL, finisher.verdict());
    assertEquals(0x1234, finisher.code());
  }

  @Test
  void resets() {
    finisher.write(0, 4, 0x7777);
    assertEquals(Finisher.Verdict.RESET, finisher.verdict());
  }

  @Test
  void ignoresAnythingElse() {
    finisher.write(0, 4, 0x1111);
    finisher.write(4, 4, 0x5555);
    assertEquals(Finisher.Verdict.RUNNING, finisher.verdict());
    assertEquals(0, finisher.read(0, 4));
  }
}
