package io.ramshot.sample.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SerialInputTest {

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aFullQueueHoldsTheWriterUpAndLosesNothing() throws InterruptedException {
    SerialInput input = new SerialInput(3);
    byte[] bytes = new byte[1000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    Thread writer =
        new Thread(
            () -> {
              try {
                input.put(bytes, bytes.length);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    writer.start();
    for (byte expected : bytes) {
      while (input.isEmpty()) {
        input.await(TimeUnit.MILLISECONDS.toNanos(1));
      }
      assertEquals(expected & 0xff, input.take());
    }
    writer.join();
    assertTrue(input.isEmpty());
    assertEquals(-1, input.take());
  }
}
