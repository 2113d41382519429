package io.ramshot.bench.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SystemMemoryTest {
  private static final String MEMINFO =
      "MemTotal:       24684092 kB\nMemFree:          100000 kB\nMemAvailable:    4194304 kB\n";

  @Test
  void availableMemoryIsWhatCounts() {
    assertEquals(Optional.empty(), SystemMemory.shortage(4L << 30, MEMINFO));
    String why = SystemMemory.shortage((4L << 30) + 1, MEMINFO).orElseThrow();
    assertTrue(why.contains("4 GiB are free"), why);
    assertEquals(Optional.empty(), SystemMemory.shortage(4L << 30, "nothing"));
  }
}
