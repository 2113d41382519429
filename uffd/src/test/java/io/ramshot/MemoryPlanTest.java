package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.limits.MemoryLimit;
import io.ramshot.limits.MemoryLimit.Counted;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("once")
class MemoryPlanTest {
  private static final long MIB = 1 << 20;
  private static final OwnMemory OWN = new OwnMemory(20 * MIB, 30 * MIB);

  private static MemoryLimit limit(Counted counted, long left, long swap) {
    return new MemoryLimit("/the/" + counted, counted, 4096 * MIB, left * MIB, swap * MIB);
  }

  private static List<MemoryLimit> populated(long left) {
    return List.of(limit(Counted.POPULATED, left, 0));
  }

  /** A guest with so much RAM, all of it touched, and a heap that may grow. */
  private static GuestFootprint guest(long ram, long heap) {
    return new GuestFootprint(ram * MIB, 0, heap * MIB, heap * MIB);
  }

  private static MemoryPlan plan(List<MemoryLimit> limits, GuestFootprint guest)
      throws SnapshotException {
    return MemoryPlan.of(limits, OWN, guest, 1024 * MIB, 0);
  }

  @Test
  void nothingLimitsWhereThereIsEnough() throws SnapshotException {
    MemoryPlan plan = plan(populated(8192), guest(1024, 512));
    assertEquals(1024 * MIB, plan.poolBytes());
    assertEquals(20 * MIB, plan.besideBytes());
    assertTrue(plan.limit().isEmpty());
    assertEquals("", plan.warning());
    assertEquals(0, plan.cacheBytes());
    assertTrue(plan.fillsHugePages());
  }

  @Test
  void withoutAnyLimitThePoolIsWhatIsOfUse() throws SnapshotException {
    assertEquals(1024 * MIB, plan(List.of(), guest(1024, 512)).poolBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "1020, 0, 250", // a quarter of what is left beside the rest
    "1020, 850, 150", // what the guest leaves
    "1020, 990, 16", // never less than that, as long as there is room for it
    "60, 500, 10",
    "26, 500, 2",
    "22, 500, 2"
  })
  void thePoolIsWhatIsLeft(long left, long heap, long pool) throws SnapshotException {
    MemoryPlan plan = plan(populated(left), guest(1024, heap));
    assertEquals(pool * MIB, plan.poolBytes());
    assertEquals("/the/POPULATED", plan.limit().orElseThrow().name());
  }

  @Test
  void untouchedRamIsTheGuests() throws SnapshotException {
    GuestFootprint sparse = new GuestFootprint(100 * MIB, 800 * MIB, 100 * MIB, 0);
    assertEquals(100 * MIB, plan(populated(1020), sparse).poolBytes());
  }

  @Test
  void theLeastOfAllLimitsDecides() throws SnapshotException {
    List<MemoryLimit> limits =
        List.of(
            limit(Counted.POPULATED, 8000, 0),
            limit(Counted.WRITABLE, 430, 0),
            limit(Counted.ADDRESSES, 500, 0));
    MemoryPlan plan = plan(limits, guest(1024, 0));
    assertEquals(100 * MIB, plan.poolBytes());
    assertEquals("/the/WRITABLE", plan.limit().orElseThrow().name());
  }

  @Test
  void aHeapThatIsReservedAlreadyTakesNoAddresses() throws SnapshotException {
    List<MemoryLimit> limits = List.of(limit(Counted.ADDRESSES, 430, 0));
    assertEquals(100 * MIB, plan(limits, guest(1024, 4000)).poolBytes());
  }

  @Test
  void whatDoesNotFitIsRefused() throws SnapshotException {
    String message =
        assertThrows(SnapshotException.class, () -> plan(populated(21), guest(1024, 0)))
            .getMessage();
    assertEquals(
        "the snapshot needs 22 MiB of memory, but 21 MiB are left of the 4096 MiB of"
            + " /the/POPULATED: raise that limit, give the guest less, or set pool= to try all the"
            + " same",
        message);
    assertEquals(2 * MIB, plan(populated(22), guest(1024, 0)).poolBytes());
  }

  @Test
  void swapIsThereForTheLeastButNotForAPool() throws SnapshotException {
    List<MemoryLimit> limits = List.of(limit(Counted.POPULATED, 10, 4000));
    assertEquals(2 * MIB, plan(limits, guest(1024, 0)).poolBytes());
  }

  @Test
  void aPoolThatIsAskedForIsTakenAndWarnedOf() throws SnapshotException {
    MemoryPlan fits = MemoryPlan.of(populated(1000), OWN, guest(1024, 300), 1, 680 * MIB);
    assertEquals(680 * MIB, fits.poolBytes());
    assertEquals("", fits.warning());
    MemoryPlan large = MemoryPlan.of(populated(1000), OWN, guest(1024, 300), 1, 682 * MIB);
    assertEquals(682 * MIB, large.poolBytes());
    assertEquals(
        "pool=682m may be too much: 1000 MiB are left of the 4096 MiB of /the/POPULATED, of which"
            + " the guest may still want 300 MiB and the rest of the snapshot 20 MiB; beyond that"
            + " limit the JVM may be killed: give a smaller pool=, or leave it out",
        large.warning());
    MemoryPlan hopeless = MemoryPlan.of(populated(0), OWN, guest(1024, 300), 1, 5 * MIB);
    assertEquals(4 * MIB, hopeless.poolBytes());
    assertFalse(hopeless.warning().isEmpty());
  }

  @Test
  void thePageCacheIsBoundedWhereTheFileWouldNotFit() throws SnapshotException {
    assertEquals(32 * MIB, plan(populated(1300), guest(1024, 0)).cacheBytes());
    assertEquals(7 * MIB, plan(populated(38), guest(1024, 0)).cacheBytes());
    assertEquals(4 * MIB, plan(populated(24), guest(1024, 0)).cacheBytes());
    assertEquals(0, plan(populated(2200), guest(1024, 0)).cacheBytes());
  }

  @Test
  void hugePagesAreNotFilledWithoutRoomForTheirGaps() throws SnapshotException {
    GuestFootprint gaps = new GuestFootprint(700 * MIB, 300 * MIB, 0, 0);
    assertTrue(plan(populated(200), gaps).fillsHugePages());
    assertFalse(plan(populated(100), gaps).fillsHugePages());
    GuestFootprint full = new GuestFootprint(1000 * MIB, 0, 0, 0);
    assertTrue(plan(populated(30), full).fillsHugePages());
  }

  @Test
  void poolsAreWholeChunks() throws SnapshotException {
    MemoryPlan plan = MemoryPlan.of(populated(8192), OWN, guest(1, 0), 3 * MIB, 0);
    assertEquals(4 * MIB, plan.poolBytes());
  }
}
