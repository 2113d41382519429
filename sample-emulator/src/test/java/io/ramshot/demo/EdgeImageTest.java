package io.ramshot.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The demo must not call an image one instant that is none. */
class EdgeImageTest {
  private static final int PAGES = 100;
  private static final long BATCH = 8;

  /** What the guest's bytes are after that many steps. */
  private static byte[] bytes(long steps) {
    byte[] bytes = new byte[PAGES];
    long step = steps % PAGES;
    for (int i = 0; i < PAGES; i++) {
      bytes[i] = (byte) (steps / PAGES + (i < step ? 1 : 0));
    }
    return bytes;
  }

  private static String broken(byte[] bytes, long counted) {
    return assertThrows(DemoException.class, () -> EdgeImage.judge(bytes, BATCH, counted))
        .getMessage();
  }

  @Test
  void acceptsEveryInstantAndNamesIt() throws DemoException {
    for (long steps = 0; steps < 600L * PAGES; steps += 7) {
      assertEquals(steps, EdgeImage.judge(bytes(steps), BATCH, Math.max(0, steps - BATCH)).steps());
    }
  }

  @Test
  void refusesPageSavedTooLateOrTooEarly() {
    for (int page : new int[] {0, 10, 49, 51, 99}) {
      for (int difference : new int[] {-1, 1}) {
        byte[] bytes = bytes(1050);
        bytes[page] += (byte) difference;
        assertTrue(broken(bytes, 1050).contains("mixes instants"), page + " by " + difference);
      }
    }
  }

  @Test
  void refusesStepThatIsNotOfOne() {
    byte[] bytes = new byte[PAGES];
    Arrays.fill(bytes, 0, 50, (byte) 2);
    assertTrue(broken(bytes, 50).contains("from 2 to 0"));
  }

  @Test
  void refusesBytesThatAreNotWhereTheGuestCounted() {
    assertTrue(broken(bytes(1050), 1051).contains("own count"));
    assertTrue(broken(bytes(1050), 1050 - BATCH - 1).contains("own count"));
    assertTrue(broken(bytes(1050), 1050 + 256 * PAGES + 1).contains("own count"));
  }
}
