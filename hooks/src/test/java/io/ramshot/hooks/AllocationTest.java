package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Memory;
import com.example.video.Screen;
import io.ramshot.image.BlockKind;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationTest extends HookedTest {

  private static final int MIB = 1 << 20;

  @Test
  void directBufferBecomesABlockWithItsOwner() {
    install("ram.min", "1m");
    ByteBuffer buffer = Memory.direct(2 * MIB);
    FakeGuest.Registered block = guest.blocks().get("com.example.Memory#1");
    assertEquals(BlockKind.DIRECT, block.kind());
    assertSame(buffer, block.buffer());
    assertEquals(List.of(), guest.warnings());
  }

  @Test
  void directBufferIsTakenOutWhenItsCleanerFreesIt() throws InterruptedException {
    install("ram.min", "1m");
    Memory.direct(2 * MIB);
    guest.forgetBuffers();
    assertEquals(1, guest.blocks().size());
    while (!guest.blocks().isEmpty()) {
      System.gc();
      Thread.sleep(10);
    }
  }

  @Test
  void unsafeMemoryBecomesABlockAndIsTakenOutWhenFreed() {
    install("ram.min", "1m");
    long address = Memory.allocate(2 * MIB);
    FakeGuest.Registered block = guest.blocks().get("com.example.Memory#1");
    assertEquals(new FakeGuest.Registered(BlockKind.UNSAFE, address, 2 * MIB, null), block);
    Memory.free(address);
    assertEquals(Set.of(), guest.blocks().keySet());
  }

  @Test
  void freeWaitsUntilTheBlockIsOut() throws InterruptedException {
    install("ram.min", "1m");
    long address = Memory.allocate(2 * MIB);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch saved = new CountDownLatch(1);
    guest.onUnregister =
        () -> {
          asked.countDown();
          awaitQuietly(saved);
        };
    Thread freeing = new Thread(() -> Memory.free(address));
    freeing.start();
    asked.await();
    // Others allocate and free meanwhile.
    Memory.free(Memory.allocate(MIB - 4096));
    long other = Memory.allocate(2 * MIB);
    assertTrue(freeing.isAlive());
    assertEquals(Set.of("com.example.Memory#1", "com.example.Memory#2"), guest.blocks().keySet());
    saved.countDown();
    freeing.join();
    assertEquals(Set.of("com.example.Memory#2"), guest.blocks().keySet());
    Memory.free(other);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void reallocatedBlockKeepsItsName() {
    install("ram.min", "1m");
    long first = Memory.allocate(2 * MIB);
    long moved = Memory.reallocate(first, 64 * MIB);
    FakeGuest.Registered block = guest.blocks().get("com.example.Memory#1");
    assertEquals(moved, block.address());
    assertEquals(64 * MIB, block.length());
    assertEquals(1, guest.blocks().size());
    Memory.free(moved);
    assertTrue(guest.blocks().isEmpty());
  }

  @Test
  void reallocationIsAFreeBeforeMemoryMoves() {
    install("ram.min", "1m");
    long first = Memory.allocate(2 * MIB);
    List<Set<String>> seen = new ArrayList<>();
    guest.onUnregister = () -> seen.add(guest.blocks().keySet());
    long second = Memory.reallocate(first, 4 * MIB);
    assertEquals(List.of(Set.of("com.example.Memory#1")), seen);
    Memory.free(second);
  }

  @Test
  void memoryThatGrowsOverTheMinimumBecomesABlock() {
    install("ram.min", "1m");
    long small = Memory.allocate(4096);
    assertTrue(guest.blocks().isEmpty());
    long large = Memory.reallocate(small, 2 * MIB);
    assertEquals(large, guest.blocks().get("com.example.Memory#1").address());
    assertEquals(0, Memory.reallocate(large, 0));
    assertTrue(guest.blocks().isEmpty());
  }

  @Test
  void blockSurvivesAReallocationThatFails() {
    install("ram.min", "1m");
    long address = Memory.allocate(2 * MIB);
    assertThrows(OutOfMemoryError.class, () -> Memory.reallocate(address, 1L << 46));
    assertEquals(address, guest.blocks().get("com.example.Memory#1").address());
    assertEquals(2 * MIB, guest.blocks().get("com.example.Memory#1").length());
    Memory.free(address);
    assertTrue(guest.blocks().isEmpty());
  }

  @Test
  void numberOfAFreedBlockIsUsedAgain() {
    install("ram.min", "1m");
    long one = Memory.allocate(MIB);
    long two = Memory.allocate(MIB);
    Memory.free(one);
    long again = Memory.allocate(MIB);
    assertEquals(again, guest.blocks().get("com.example.Memory#1").address());
    assertEquals(two, guest.blocks().get("com.example.Memory#2").address());
    Memory.free(two);
    Memory.free(again);
  }

  @Test
  void smallMemoryIsNoBlock() {
    install("ram.min", "1m");
    Memory.free(Memory.allocate(MIB - 8));
    ByteBuffer buffer = Memory.direct(MIB - 8);
    assertTrue(guest.blocks().isEmpty());
    Reference.reachabilityFence(buffer);
  }

  @Test
  void memoryOfTheJdkItselfIsNoBlock(@TempDir Path dir) throws IOException {
    install("ram.min", "1m");
    // Goes through a temporary direct buffer of the same size.
    try (FileChannel channel =
        FileChannel.open(
            dir.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(2 * MIB));
    }
    assertTrue(guest.blocks().isEmpty());
  }

  @Test
  void memoryOfRamshotItselfIsNoBlock() {
    install("ram.min", "1m");
    ByteBuffer pool = ByteBuffer.allocateDirect(2 * MIB);
    assertTrue(guest.blocks().isEmpty());
    Reference.reachabilityFence(pool);
  }

  @Test
  void classFilterLooksThroughTheWholeStackAndNamesTheBlock() {
    install("ram.min", "1m", "ram.by", "com.example.video.Screen");
    ByteBuffer ram = Memory.direct(MIB);
    Screen screen = new Screen(MIB);
    assertEquals(Set.of("com.example.video.Screen#1"), guest.blocks().keySet());
    assertSame(screen.pixels(), guest.blocks().get("com.example.video.Screen#1").buffer());
    Reference.reachabilityFence(ram);
  }

  @Test
  void packageFilterLeavesSubpackagesOutUnlessAsked() {
    install("ram.min", "1m", "ram.by", "com.*");
    ByteBuffer none = Memory.direct(MIB);
    assertTrue(guest.blocks().isEmpty());
    hooks.close();
    install("ram.min", "1m", "ram.by", "com.**");
    ByteBuffer some = Memory.direct(MIB);
    assertEquals(Set.of("com.example.Memory#1"), guest.blocks().keySet());
    Reference.reachabilityFence(none);
    Reference.reachabilityFence(some);
  }

  @Test
  void closeTakesBlocksOutAndStopsLooking() {
    install("ram.min", "1m");
    long address = Memory.allocate(2 * MIB);
    hooks.close();
    assertTrue(guest.blocks().isEmpty());
    long other = Memory.allocate(2 * MIB);
    assertTrue(guest.blocks().isEmpty());
    Memory.free(address);
    Memory.free(other);
    assertEquals(List.of(), guest.warnings());
  }

  @Test
  void secondInstallationIsRefused() {
    install();
    assertThrows(IllegalStateException.class, this::install);
  }
}
