package io.ramshot.bench.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.worker.BenchLibrary;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RestoringGuestTest {
  private static final long BYTES = 8L << 20;
  private static final int PAGE = 4096;

  private static long ram() throws Exception {
    return BenchLibrary.check("allocating", BenchLibrary.rb_ram_reserve(BYTES));
  }

  @Test
  void itsFirstQuantumTouchesThePagesThatAreForetold() throws Exception {
    long address = ram();
    BenchLibrary.rb_ram_fill(address, BYTES);
    RestoringGuest guest = new RestoringGuest(ram(), BYTES / PAGE, 7);
    guest.warmUp(20);
    assertEquals(0, guest.count());
    long before = System.nanoTime();
    guest.give(address, BYTES);
    guest.awaitFirstQuantum();
    guest.end();
    assertTrue(guest.firstAccessNanos() > before);
    assertTrue(guest.firstQuantumNanos() > guest.firstAccessNanos());
    assertTrue(guest.count() >= RestoringGuest.FIRST_PAGES);
    assertEquals(
        RestoringGuest.FIRST_PAGES,
        Arrays.stream(RestoringGuest.firstPages(7, BYTES / PAGE)).distinct().count());
  }

  /** The first 8 bytes of a page are the guest's to change, nothing else is. */
  @Test
  void wrongPagesAreCounted() throws Exception {
    long address = ram();
    BenchLibrary.rb_ram_fill(address, BYTES);
    assertEquals(0, BenchLibrary.rb_ram_wrong(address, BYTES, 0));
    assertEquals(1, BenchLibrary.rb_ram_wrong(address + PAGE, PAGE, 0));
    assertEquals(0, BenchLibrary.rb_ram_wrong(address + PAGE, PAGE, 1));
    io.ramshot.bench.worker.RawMemory.increment(address + 3 * PAGE);
    assertEquals(0, BenchLibrary.rb_ram_wrong(address, BYTES, 0));
    io.ramshot.bench.worker.RawMemory.increment(address + 3 * PAGE + 8);
    io.ramshot.bench.worker.RawMemory.increment(address + BYTES - 1);
    assertEquals(2, BenchLibrary.rb_ram_wrong(address, BYTES, 0));
  }
}
