package io.ramshot.agent.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "17,17",
    "4k,4096",
    "4KB,4096",
    "256m,268435456",
    "64MiB,67108864",
    "10mib,10485760",
    "1GB,1073741824",
    "5b,5",
    "5ib,-1",
    "2g,2147483648",
    "8589934591g,9223372035781033984",
    "8589934592g,-1",
    "-1,-1",
    "m,-1",
    "1.5m,-1",
    "1t,-1"
  })
  void bytes(String text, long bytes) {
    assertEquals(bytes, Quantity.bytes(text));
  }

  @Test
  void durations() {
    assertEquals(Duration.ofMillis(500), Quantity.duration("500ms"));
    assertEquals(Duration.ofSeconds(2), Quantity.duration("2S"));
    assertEquals(Duration.ofMinutes(3), Quantity.duration("3m"));
    assertEquals(Quantity.LONGEST, Quantity.duration("525600m"));
    assertNull(Quantity.duration("525601m"));
    assertNull(Quantity.duration("999999999999m"));
    assertNull(Quantity.duration("3"));
    assertNull(Quantity.duration("-3s"));
    assertNull(Quantity.duration(""));
  }

  @ParameterizedTest
  @CsvSource({"0,0 bytes", "1023,1023 bytes", "1024,1 KiB", "1536,1.5 KiB", "104857600,100 MiB"})
  void sizesForAReader(long bytes, String text) {
    assertEquals(text, Quantity.text(bytes));
  }

  @ParameterizedTest
  @CsvSource({"0,0 ns", "999,999 ns", "1500,1.5 us", "70000,70 us", "1500000,1.5 ms", "2e9,2 s"})
  void timesForAReader(double nanos, String text) {
    assertEquals(text, Quantity.time((long) nanos));
  }
}
