package io.ramshot.sample.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StateTest {

  private static byte[] state() {
    StateWriter out = new StateWriter();
    out.putBoolean(true);
    out.putInt(-2);
    out.putLong(Long.MIN_VALUE);
    out.putLongs(new long[] {1, 2});
    out.putBytes(new byte[] {7, 8, 9});
    return out.toByteArray();
  }

  private static void assertRefused(byte[] state, String reason) {
    BadStateException e = assertThrows(BadStateException.class, () -> new StateReader(state));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void readsWhatWasWritten() {
    StateReader in = new StateReader(state());
    assertTrue(in.getBoolean());
    assertEquals(-2, in.getInt());
    assertEquals(Long.MIN_VALUE, in.getLong());
    long[] longs = new long[2];
    in.getLongs(longs);
    assertArrayEquals(new long[] {1, 2}, longs);
    assertArrayEquals(new byte[] {7, 8, 9}, in.getBytes());
    in.end();
  }

  @Test
  void anotherMagicIsRefused() {
    byte[] state = state();
    state[0]++;
    assertRefused(state, "starts with");
  }

  @Test
  void anotherVersionIsRefused() {
    byte[] state = state();
    state[7]++;
    assertRefused(state, "version 2");
  }

  @Test
  void anotherLengthIsRefused() {
    byte[] state = state();
    assertRefused(Arrays.copyOf(state, state.length - 1), "announces");
    assertRefused(Arrays.copyOf(state, state.length + 1), "announces");
    assertRefused(new byte[5], "too few");
  }

  @Test
  void aFlippedBitIsRefused() {
    byte[] state = state();
    state[20] ^= 4;
    assertRefused(state, "checksum");
  }

  @Test
  void readingPastTheEndIsRefused() {
    StateReader in = new StateReader(new StateWriter().toByteArray());
    assertThrows(BadStateException.class, in::getInt);
    StateWriter out = new StateWriter();
    out.putInt(-1);
    StateReader negative = new StateReader(out.toByteArray());
    assertThrows(BadStateException.class, negative::getBytes);
  }

  @Test
  void leftoversAreRefused() {
    StateReader in = new StateReader(state());
    assertThrows(BadStateException.class, in::end);
  }
}
