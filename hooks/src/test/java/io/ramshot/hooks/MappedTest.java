package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Arenas;
import com.example.Mapper;
import io.ramshot.image.BlockKind;
import io.ramshot.uffd.GuestMemory;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Files that the host maps. */
class MappedTest extends HookedTest {

  private static final int MIB = 1 << 20;
  private static final String NAME = "com.example.Mapper#1";

  @TempDir private Path folder;

  @Test
  void mappingForWritingBecomesABlock() throws Exception {
    install("ram.min", "1m");
    ByteBuffer shared = Mapper.map(folder.resolve("a"), MapMode.READ_WRITE, 100, MIB);
    ByteBuffer own = Mapper.map(folder.resolve("b"), MapMode.PRIVATE, 0, 2 * MIB);
    assertEquals(
        Map.of(
            NAME,
            new FakeGuest.Registered(BlockKind.MAPPED, GuestMemory.addressOf(shared), MIB, null),
            "com.example.Mapper#2",
            new FakeGuest.Registered(BlockKind.MAPPED, GuestMemory.addressOf(own), 2 * MIB, null)),
        guest.blocks());
    Reference.reachabilityFence(shared);
    Reference.reachabilityFence(own);
  }

  @Test
  void mappingForReadingAndSmallOneAreNone() throws Exception {
    install("ram.min", "1m");
    Mapper.map(folder.resolve("a"), MapMode.READ_WRITE, 0, MIB - 1);
    ByteBuffer readOnly = Mapper.map(folder.resolve("a"), MapMode.READ_ONLY, 0, MIB - 1);
    assertEquals(Map.of(), guest.blocks());
    Mapper.map(folder.resolve("b"), MapMode.READ_WRITE, 0, 4096);
    Mapper.grow(folder.resolve("b"), 2 * MIB);
    readOnly = Mapper.map(folder.resolve("b"), MapMode.READ_ONLY, 0, 2 * MIB);
    assertEquals(Map.of(), guest.blocks());
    Reference.reachabilityFence(readOnly);
  }

  @Test
  void collectedBufferTakesItsBlockOutBeforeItIsUnmapped() throws Exception {
    install("ram.min", "1m");
    Mapper.map(folder.resolve("a"), MapMode.READ_WRITE, 5000, MIB);
    assertEquals(1, guest.blocks().size());
    boolean[] mapped = {false};
    FakeGuest.Registered block = guest.blocks().get(NAME);
    guest.onUnregister =
        () -> {
          try {
            mapped[0] = MemoryMap.read().covers(block.address(), block.length());
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        };
    while (!guest.blocks().isEmpty()) {
      System.gc();
      Thread.sleep(10);
    }
    assertTrue(mapped[0]);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22)
  void mappedSegmentIsABlockUntilItsArenaIsClosed() throws Exception {
    install("ram.min", "1m");
    Mapper.grow(folder.resolve("a"), 3 * MIB);
    try (FileChannel channel = Mapper.open(folder.resolve("a"));
        AutoCloseable arena = Arenas.open("ofShared")) {
      Object segment = Arenas.map(channel, 4096 + 8, MIB, arena);
      assertEquals(
          Map.of(
              "com.example.Arenas#1",
              new FakeGuest.Registered(BlockKind.MAPPED, Arenas.address(segment), MIB, null)),
          guest.blocks());
    }
    assertEquals(Map.of(), guest.blocks());
  }
}
