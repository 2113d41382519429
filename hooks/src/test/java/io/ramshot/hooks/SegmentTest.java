package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Arenas;
import io.ramshot.image.BlockKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments of every arena. */
@EnabledForJreRange(min = JRE.JAVA_22)
class SegmentTest extends HookedTest {

  private static final int MIB = 1 << 20;

  /** The host's class that allocates. */
  private static final String NAME = "com.example.Arenas#1";

  @ParameterizedTest
  @ValueSource(strings = {"ofConfined", "ofShared", "ofAuto", "global"})
  void segmentBecomesABlockOfExactlyItsLength(String kind) {
    install("ram.min", "1m");
    AutoCloseable arena = Arenas.open(kind);
    Object segment = Arenas.allocate(arena, MIB + 3, 1 << 16);
    assertEquals(
        Map.of(
            NAME,
            new FakeGuest.Registered(BlockKind.SEGMENT, Arenas.address(segment), MIB + 3, null)),
        guest.blocks());
    assertEquals(0, Arenas.address(segment) % (1 << 16));
    assertEquals(List.of(), guest.warnings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofConfined", "ofShared"})
  void closedArenaTakesItsBlocksOut(String kind) throws Exception {
    install("ram.min", "1m");
    try (AutoCloseable arena = Arenas.open(kind)) {
      Arenas.allocate(arena, MIB, 1);
      Arenas.allocate(arena, 2 * MIB, 4096);
      assertEquals(2, guest.blocks().size());
    }
    assertTrue(guest.blocks().isEmpty());
  }

  @Test
  void automaticArenaIsTakenOutWhenItIsCollected() throws InterruptedException {
    install("ram.min", "1m");
    Arenas.allocate(Arenas.open("ofAuto"), MIB, 4096);
    assertEquals(1, guest.blocks().size());
    while (!guest.blocks().isEmpty()) {
      System.gc();
      Thread.sleep(10);
    }
  }
}
