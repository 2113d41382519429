package io.ramshot.sample.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FlashSocketTest {

  @Test
  void readsAllOnesWhateverIsWritten() {
    FlashSocket socket = new FlashSocket();
    socket.write(0x55, 4, 0x98);
    assertEquals(0xff, socket.read(0x10, 1));
    assertEquals(0xffff_ffffL, socket.read(0x10, 4));
    assertEquals(-1, socket.read(0x10, 8));
  }
}
