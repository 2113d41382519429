package io.ramshot.bench.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcFilesTest {
  @Test
  void addsUserAndSystemTimeBehindAnyName() {
    String stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 11 12 13 14 150 50 25 10 20 0 5 0 100";
    assertEquals(2.0, ProcFiles.cpuSeconds(stat, 2));
    assertEquals(2.35, ProcFiles.cpuSeconds(stat, 4), 1e-9);
  }

  @Test
  void readsThisProcess() throws IOException {
    ProcFiles self = new ProcFiles(ProcessHandle.current().pid());
    assertTrue(self.cpuSeconds() > 0);
    assertTrue(self.residentBytes() > 1 << 20);
    assertTrue(self.peakResidentBytes() >= self.residentBytes() / 2);
  }

  @Test
  void missesAKeyAloud() {
    assertThrows(IOException.class, () -> ProcFiles.kibibytes("VmRSS: 12 kB\n", "VmHWM"));
  }

  @Test
  void knowsWhatDoesNotFit() throws IOException {
    String meminfo = "MemTotal:  4194304 kB\nMemAvailable:  2097152 kB\n";
    assertEquals(Optional.empty(), Shortage.of(1L << 30, meminfo));
    assertEquals(
        Optional.of("QEMU needs 4608 MiB of free memory, and there are 2048 MiB"),
        Shortage.of(4L << 30, meminfo));
  }
}
