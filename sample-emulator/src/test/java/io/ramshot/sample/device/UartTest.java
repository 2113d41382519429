package io.ramshot.sample.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.sample.state.BadStateException;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class UartTest {

  private final SerialInput input = new SerialInput(8);
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final Uart uart = new Uart(input, output);

  private void type(String text) throws InterruptedException {
    input.put(text.getBytes(), text.length());
  }

  @Test
  void transmitsOnFlush() {
    uart.write(0, 1, 'h');
    uart.write(0, 1, 'i');
    uart.flush();
    assertEquals("hi", output.toString());
  }

  @Test
  void transmitsLongBurstsBySelf() {
    for (int i = 0; i < 10_000; i++) {
      uart.write(0, 1, i);
    }
    assertTrue(output.size() >= 8192);
    uart.flush();
    assertEquals(10_000, output.size());
    assertEquals((byte) 9_999, output.toByteArray()[9_999]);
  }

  @Test
  void receivesInOrder() throws InterruptedException {
    assertEquals(0x60, uart.read(5, 1));
    type("ab");
    assertEquals(0x61, uart.read(5, 1));
    assertEquals('a', uart.read(0, 1));
    assertEquals('b', uart.read(0, 1));
    assertEquals(0x60, uart.read(5, 1));
    assertEquals(0, uart.read(0, 1));
  }

  @Test
  void receivesAllByteValues() throws InterruptedException {
    input.put(new byte[] {(byte) 0xff, 0, (byte) 0x80}, 3);
    assertEquals(0xff, uart.read(0, 1));
    assertEquals(0, uart.read(0, 1));
    assertEquals(0x80, uart.read(0, 1));
  }

  @Test
  void interruptsWhileInputWaits() throws InterruptedException {
    type("a");
    assertFalse(uart.interruptLine());
    uart.write(1, 1, 1);
    assertTrue(uart.interruptLine());
    assertEquals(4, uart.read(2, 1));
    uart.read(0, 1);
    assertFalse(uart.interruptLine());
    assertEquals(1, uart.read(2, 1));
  }

  @Test
  void interruptsOnceWhenTheTransmitterIsEmpty() {
    uart.write(1, 1, 2);
    assertTrue(uart.interruptLine());
    assertEquals(2, uart.read(2, 1));
    assertFalse(uart.interruptLine());
    uart.write(0, 1, 'x');
    assertTrue(uart.interruptLine());
  }

  @Test
  void divisorHidesBehindItsLatch() {
    uart.write(3, 1, 0x83);
    uart.write(0, 1, 0x34);
    uart.write(1, 1, 0x12);
    assertEquals(0x34, uart.read(0, 1));
    assertEquals(0x12, uart.read(1, 1));
    uart.write(3, 1, 0x03);
    assertEquals(0, uart.read(1, 1));
    uart.flush();
    assertEquals(0, output.size());
  }

  @Test
  void keepsItsOtherRegisters() {
    uart.write(7, 1, 0xa5);
    uart.write(4, 1, 0x0b);
    uart.write(2, 1, 1);
    assertEquals(0xa5, uart.read(7, 1));
    assertEquals(0x0b, uart.read(4, 1));
    assertEquals(0xb0, uart.read(6, 1));
    assertEquals(0xc1, uart.read(2, 1));
  }

  @Test
  void inputNotReadYetIsPartOfTheState() throws InterruptedException {
    type("abc");
    uart.read(0, 1);
    uart.write(1, 1, 1);
    uart.write(0, 1, '!');
    StateWriter out = new StateWriter();
    uart.save(out);
    assertEquals("!", output.toString(), "what was sent has left the machine");

    SerialInput otherInput = new SerialInput(8);
    Uart other = new Uart(otherInput, output);
    other.load(new StateReader(out.toByteArray()));
    assertTrue(other.interruptLine());
    assertEquals('b', other.read(0, 1));
    assertEquals('c', other.read(0, 1));
    assertArrayEquals(new byte[0], otherInput.contents());
  }

  @Test
  void moreInputThanFitsIsRefused() throws InterruptedException {
    type("abc");
    StateWriter out = new StateWriter();
    uart.save(out);
    Uart tight = new Uart(new SerialInput(2), output);
    StateReader in = new StateReader(out.toByteArray());
    assertThrows(BadStateException.class, () -> tight.load(in));
  }
}
