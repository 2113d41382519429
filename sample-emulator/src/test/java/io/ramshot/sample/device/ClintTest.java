package io.ramshot.sample.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ClintTest {

  private long steps;
  private final Clock clock = new StepClock(() -> steps);
  private final Clint clint = new Clint(clock);

  @Test
  void softwareInterruptIsOneBit() {
    clint.write(0, 4, 3);
    assertEquals(1, clint.read(0, 4));
    assertEquals(Clint.MSI, clint.interruptLines());
    clint.write(0, 4, 2);
    assertEquals(0, clint.interruptLines());
  }

  @Test
  void timerInterruptsFromItsTimeOn() {
    clint.write(0x4000, 8, 5);
    steps = 49;
    assertEquals(0, clint.interruptLines());
    steps = 50;
    assertEquals(Clint.MTI, clint.interruptLines());
    clint.write(0x4000, 8, -1);
    assertEquals(0, clint.interruptLines(), "all ones is never");
  }

  @Test
  void registersCanBeAccessedByHalves() {
    clint.write(0x4000, 4, 0x89ab_cdefL);
    clint.write(0x4004, 4, 0x0123_4567L);
    assertEquals(0x0123_4567_89ab_cdefL, clint.compare());
    assertEquals(0x89ab_cdefL, clint.read(0x4000, 4));
    assertEquals(0x0123_4567L, clint.read(0x4004, 4));
    steps = 70;
    assertEquals(7, clint.read(0xbff8, 4));
    assertEquals(0, clint.read(0xbffc, 4));
  }

  @Test
  void timeCanBeSet() {
    steps = 100;
    clint.write(0xbff8, 8, 1_000_000);
    assertEquals(1_000_000, clint.read(0xbff8, 8));
    steps = 200;
    assertEquals(1_000_010, clint.read(0xbff8, 8));
  }

  @Test
  void stepClockKnowsTheExactStepOfATime() {
    for (steps = 0; steps < 30; steps++) {
      long wait = clock.stepsUntil(5);
      long start = steps;
      steps += wait - 1;
      assertEquals(4, clock.now());
      steps++;
      assertEquals(5, clock.now());
      steps = start;
    }
    steps = 60;
    assertTrue(clock.stepsUntil(5) <= 0);
    assertEquals(Long.MAX_VALUE, clock.stepsUntil(-1));
  }

  @Test
  void hostClockGoesOnFromWhereItIsSet() {
    HostClock host = new HostClock();
    host.set(1L << 40);
    long first = host.now();
    assertTrue(first >= 1L << 40);
    assertTrue(host.now() >= first);
  }
}
