package io.ramshot.sample.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PlicTest {

  private static final long MEI = 1 << 11;
  private static final long SEI = 1 << 9;
  private static final long PENDING = 0x1000;
  private static final long ENABLE_M = 0x2000;
  private static final long ENABLE_S = 0x2080;
  private static final long THRESHOLD_S = 0x201000;
  private static final long CLAIM_M = 0x200004;
  private static final long CLAIM_S = 0x201004;

  private final Plic plic = new Plic();

  PlicTest() {
    plic.write(4 * 10, 4, 1);
    plic.write(ENABLE_S, 4, 1 << 10);
  }

  @Test
  void raisesTheContextThatEnablesASource() {
    assertEquals(0, plic.interruptLines());
    plic.setLevel(10, true);
    assertEquals(SEI, plic.interruptLines());
    plic.write(ENABLE_M, 4, 1 << 10);
    assertEquals(SEI | MEI, plic.interruptLines());
    plic.write(ENABLE_S, 4, 0);
    assertEquals(MEI, plic.interruptLines());
    assertEquals(1 << 10, plic.read(PENDING, 4));
  }

  @Test
  void claimingLowersTheLineUntilCompletion() {
    plic.setLevel(10, true);
    assertEquals(10, plic.read(CLAIM_S, 4));
    assertEquals(0, plic.interruptLines());
    assertEquals(0, plic.read(CLAIM_S, 4));
    plic.setLevel(10, true);
    assertEquals(0, plic.interruptLines(), "still in service");
    plic.write(CLAIM_S, 4, 10);
    assertEquals(SEI, plic.interruptLines(), "the level is still high");
    assertEquals(10, plic.read(CLAIM_S, 4));
    plic.setLevel(10, false);
    plic.write(CLAIM_S, 4, 10);
    assertEquals(0, plic.interruptLines());
  }

  @Test
  void onlyAContextThatEnablesASourceCompletesIt() {
    plic.setLevel(10, true);
    plic.read(CLAIM_S, 4);
    plic.write(CLAIM_M, 4, 10);
    plic.write(CLAIM_S, 4, 99);
    assertEquals(0, plic.interruptLines());
  }

  @Test
  void thresholdMasksLowPriorities() {
    plic.setLevel(10, true);
    plic.write(THRESHOLD_S, 4, 1);
    assertEquals(0, plic.interruptLines());
    plic.write(40, 4, 2);
    assertEquals(SEI, plic.interruptLines());
    assertEquals(1, plic.read(THRESHOLD_S, 4));
  }

  @Test
  void priorityZeroNeverInterrupts() {
    plic.write(40, 4, 0);
    plic.setLevel(10, true);
    assertEquals(0, plic.interruptLines());
    assertEquals(0, plic.read(CLAIM_S, 4));
  }

  @Test
  void theHighestPriorityThenTheLowestNumberIsClaimedFirst() {
    plic.write(ENABLE_S, 4, 1 << 10 | 1 << 4 | 1 << 31);
    plic.write(4 * 4, 4, 1);
    plic.write(4 * 31, 4, 5);
    plic.setLevel(10, true);
    plic.setLevel(4, true);
    plic.setLevel(31, true);
    assertEquals(31, plic.read(CLAIM_S, 4));
    assertEquals(4, plic.read(CLAIM_S, 4));
    assertEquals(10, plic.read(CLAIM_S, 4));
  }

  @Test
  void registersReadBack() {
    assertEquals(1, plic.read(40, 4));
    assertEquals(1 << 10, plic.read(ENABLE_S, 4));
    plic.write(0, 4, 7);
    assertEquals(0, plic.read(0, 4), "there is no source 0");
    assertEquals(0, plic.read(0x3000, 4));
  }
}
