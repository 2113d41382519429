package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.JnaHost;
import com.example.MappingEngine;
import com.example.Memory;
import com.sun.jna.Pointer;
import io.ramshot.image.BlockKind;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Buffers that native code makes of its memory, and JNA's memory. */
class NativeBufferTest extends HookedTest {

  private static final int MIB = 1 << 20;
  private static final String NAME = "com.example.JnaHost#1";

  @Test
  void bufferOfNativeCodeIsABlockUntilItIsCollected() throws Exception {
    install("ram.min", "1m");
    long address = MappingEngine.map(MIB);
    ByteBuffer buffer = JnaHost.view(address, MIB);
    assertEquals(
        Map.of(NAME, new FakeGuest.Registered(BlockKind.NATIVE, address, MIB, null)),
        guest.blocks());
    Reference.reachabilityFence(buffer);
    buffer = null;
    awaitNoBlocks();
    MappingEngine.unmap(address, MIB);
    assertEquals(List.of(), guest.warnings());
  }

  private void awaitNoBlocks() throws InterruptedException {
    while (!guest.blocks().isEmpty()) {
      System.gc();
      Thread.sleep(5);
    }
  }

  @Test
  void blockLivesAsLongAsAnyOfTheBuffersOverIt() throws Exception {
    install("ram.min", "1m");
    long address = MappingEngine.map(MIB);
    ByteBuffer first = JnaHost.view(address, MIB);
    for (int i = 0; i < 100; i++) {
      JnaHost.view(address, MIB);
    }
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(10);
      assertEquals(1, guest.blocks().size());
    }
    Reference.reachabilityFence(first);
    first = null;
    awaitNoBlocks();
    MappingEngine.unmap(address, MIB);
  }

  @Test
  void viewsOfKnownMemoryAreNoBlocks() {
    install("ram.min", "1m");
    long address = Memory.allocate(4 * MIB);
    ByteBuffer view = JnaHost.view(address + MIB, MIB);
    ByteBuffer direct = Memory.direct(2 * MIB);
    ByteBuffer slice = direct.slice(100, MIB + 1000);
    assertEquals(List.of("com.example.Memory#1", "com.example.Memory#2"), names());
    Memory.free(address);
    Reference.reachabilityFence(view);
    Reference.reachabilityFence(slice);
    Reference.reachabilityFence(direct);
  }

  private List<String> names() {
    return List.copyOf(guest.blocks().keySet());
  }

  @Test
  void otherMemoryAtTheSameAddressTakesTheBlocksPlace() {
    install("ram.min", "1m");
    long address = MappingEngine.map(4 * MIB);
    ByteBuffer old = JnaHost.view(address, 2 * MIB);
    ByteBuffer larger = JnaHost.view(address, 3 * MIB);
    assertEquals(
        Map.of(NAME, new FakeGuest.Registered(BlockKind.NATIVE, address, 3 * MIB, null)),
        guest.blocks());
    ByteBuffer within = JnaHost.view(address + MIB, MIB);
    ByteBuffer across = JnaHost.view(address + 2 * MIB, 2 * MIB);
    assertEquals(
        Map.of(NAME, new FakeGuest.Registered(BlockKind.NATIVE, address + 2 * MIB, 2 * MIB, null)),
        guest.blocks());
    Reference.reachabilityFence(old);
    Reference.reachabilityFence(larger);
    Reference.reachabilityFence(within);
    Reference.reachabilityFence(across);
    MappingEngine.unmap(address, 4 * MIB);
  }

  @Test
  void blockWhoseMemoryIsGoneIsLeftOutAtTheSnapshot() throws Exception {
    install("ram.min", "1m");
    long address = MappingEngine.map(MIB);
    ByteBuffer buffer = JnaHost.view(address, MIB);
    guest.heap();
    assertEquals(1, guest.blocks().size());
    MappingEngine.unmap(address, MIB);
    guest.heap();
    assertEquals(Map.of(), guest.blocks());
    assertTrue(
        guest.warnings().get(0).contains("block com.example.JnaHost#1 of 1048576 bytes"),
        guest.warnings()::toString);
    assertTrue(guest.warnings().get(0).contains("not mapped any more"));
    Reference.reachabilityFence(buffer);
  }

  @Test
  void memoryOfJnaIsABlockUntilItIsFreed() throws Exception {
    install("ram.min", "1m");
    com.sun.jna.Memory memory = JnaHost.allocate(2 * MIB);
    assertEquals(
        Map.of(
            NAME,
            new FakeGuest.Registered(BlockKind.NATIVE, Pointer.nativeValue(memory), 2 * MIB, null)),
        guest.blocks());
    ByteBuffer view = memory.getByteBuffer(0, 2 * MIB);
    assertEquals(1, guest.blocks().size());
    memory.close();
    assertEquals(Map.of(), guest.blocks());
    Reference.reachabilityFence(view);
    JnaHost.allocate(MIB);
    awaitNoBlocks();
    com.sun.jna.Memory small = JnaHost.allocate(MIB - 1);
    assertEquals(Map.of(), guest.blocks());
    small.close();
  }
}
