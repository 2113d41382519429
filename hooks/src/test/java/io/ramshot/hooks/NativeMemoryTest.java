package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.HeapMemory;
import com.example.MappingEngine;
import com.example.Memory;
import io.ramshot.SnapshotException;
import io.ramshot.hooks.MemoryMap.Span;
import io.ramshot.image.BlockKind;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** Memory that a native engine maps in configured methods. */
class NativeMemoryTest extends HookedTest {

  private static final int MIB = 1 << 20;
  private static final String MAP = "com.example.MappingEngine::mapMemory";
  private static final String NAME = "com.example.MappingEngine.mapMemory#1";

  private static FakeGuest.Registered block(long address, long bytes) {
    return new FakeGuest.Registered(BlockKind.NATIVE, address, bytes, null);
  }

  @Test
  void whatTheMethodMapsIsABlock() throws Exception {
    install("ram.min", "1m", "ram.native", MAP + "(addr,size)");
    MappingEngine engine = new MappingEngine();
    engine.mapMemory(0x8000_0000L, 2 * MIB);
    assertEquals(Map.of(NAME, block(engine.address(), 2 * MIB)), guest.blocks());
    guest.heap();
    assertEquals(1, guest.blocks().size());
    assertEquals(List.of(), guest.warnings());
    engine.unmapMemory();
    assertThrows(SnapshotException.class, guest::heap);
    assertEquals(Map.of(), guest.blocks());
    assertTrue(guest.warnings().get(0).contains(NAME), guest.warnings()::toString);
  }

  @Test
  void lengthIsInWholePages() {
    install("ram.min", "1m", "ram.native", MAP);
    MappingEngine engine = new MappingEngine();
    engine.mapMemory(0, MIB + 1);
    assertEquals(Map.of(NAME, block(engine.address(), MIB + 4096)), guest.blocks());
    engine.unmapMemory();
  }

  @Test
  void callWithinACallTakesItsMemoryOnce() {
    install("ram.min", "1m", "ram.native", MAP + ",com.example.MappingEngine::mapThrough");
    MappingEngine engine = new MappingEngine();
    engine.mapThrough(MIB);
    assertEquals(Map.of(NAME, block(engine.address(), MIB)), guest.blocks());
    engine.unmapMemory();
  }

  @Test
  void memoryThatTheKernelAddsToANeighbourIsABlockOfItsOwn() throws Exception {
    install("ram.min", "1m", "ram.native", "com.example.MappingEngine::mapAt(addr,size,own)");
    for (int at = 0; at <= 2; at += 2) {
      long whole = hole(4 * MIB, at * MIB, 2 * MIB);
      MappingEngine engine = new MappingEngine();
      engine.mapAt(whole + at * MIB, 2 * MIB, 0);
      assertTrue(isOneMapping(whole, 4 * MIB));
      assertEquals(List.of(block(whole + at * MIB, 2 * MIB)), List.copyOf(guest.blocks().values()));
      MappingEngine.unmap(whole, 4 * MIB);
      assertThrows(SnapshotException.class, guest::heap);
    }
  }

  @Test
  void memoryOfTheEngineThatTheKernelAddsToRamIsAWarning() throws Exception {
    install("ram.min", "1m", "ram.native", "com.example.MappingEngine::mapAt(addr,size,own)");
    long whole = hole(6 * MIB, MIB, 4 * MIB);
    new MappingEngine().mapAt(whole + MIB, 2 * MIB, 2 * MIB);
    assertTrue(isOneMapping(whole, 6 * MIB));
    assertEquals(List.of(block(whole + MIB, 4 * MIB)), List.copyOf(guest.blocks().values()));
    String warning = guest.warnings().toString();
    assertTrue(warning.contains("for 2097152 bytes mapped 4194304 in one piece"), warning);
    MappingEngine.unmap(whole, 6 * MIB);
  }

  /** Memory with room in it, between what is left of one mapping. */
  private static long hole(long bytes, long from, long room) {
    long address = MappingEngine.map(bytes);
    MappingEngine.unmap(address + from, room);
    return address;
  }

  private static boolean isOneMapping(long address, long bytes) throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      String[] range = line.substring(0, line.indexOf(' ')).split("-");
      if (Long.parseUnsignedLong(range[0], 16) <= address
          && address + bytes <= Long.parseUnsignedLong(range[1], 16)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void callForLessThanTheMinimumIsNoBlockAndNoWarning() {
    install("ram.min", "1m", "ram.native", MAP + "(addr,size)");
    MappingEngine small = new MappingEngine();
    small.mapMemory(0, MIB - 1);
    MappingEngine large = new MappingEngine();
    large.mapMemory(0, MIB);
    assertEquals(List.of(block(large.address(), MIB)), List.copyOf(guest.blocks().values()));
    assertEquals(List.of(), guest.warnings());
    small.unmapMemory();
    large.unmapMemory();
  }

  @Test
  void callThatMapsNothingOfTheSizeItSaysIsAWarning() {
    install("ram.min", "1m", "ram.native", "com.example.MappingEngine::unmap(addr,size)");
    MappingEngine.unmap(MappingEngine.map(MIB), MIB);
    String warning = guest.warnings().toString();
    assertTrue(warning.contains("mapped nothing of at least ram.min"), warning);
  }

  @Test
  void severalMappingsAreAllTaken() {
    install("ram.min", "1m", "ram.native", "com.example.MappingEngine::mapTwo()");
    assertTrue(guest.blocks().isEmpty());
    hooks.close();
    install("ram.min", "1m", "ram.native", "com.example.MappingEngine::mapTwo(x)");
    long[] addresses = new MappingEngine().mapTwo(2 * MIB);
    // The kernel may have put them side by side.
    long total = guest.blocks().values().stream().mapToLong(FakeGuest.Registered::length).sum();
    assertEquals(8 * MIB, total);
    for (long address : addresses) {
      assertTrue(
          guest.blocks().values().stream()
              .anyMatch(b -> b.address() <= address && address < b.address() + b.length()));
    }
    MappingEngine.unmap(addresses[0], 2 * MIB);
    MappingEngine.unmap(addresses[1], 6 * MIB);
  }

  @Test
  void failedCallMapsNothing() {
    install("ram.min", "1m", "ram.native", "com.example.MappingEngine::mapAndFail");
    MappingEngine engine = new MappingEngine();
    assertThrows(IllegalStateException.class, () -> engine.mapAndFail(MIB));
    assertEquals(Map.of(), guest.blocks());
    engine.unmapMemory();
  }

  @Test
  void callsAtTheSameTimeTakeEachMappingOnce() throws Exception {
    install("ram.min", "1m", "ram.native", MAP + "(addr,size)");
    int threads = 4;
    int rounds = 10;
    List<MappingEngine> engines = new ArrayList<>();
    for (int i = 0; i < threads * rounds; i++) {
      engines.add(new MappingEngine());
    }
    CyclicBarrier together = new CyclicBarrier(threads);
    List<Thread> started = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < rounds; i++) {
                  int index = i * threads + first;
                  try {
                    together.await();
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                  engines.get(index).mapMemory(0, MIB + index * 4096L);
                }
              });
      thread.start();
      started.add(thread);
    }
    for (Thread thread : started) {
      thread.join();
    }
    Set<FakeGuest.Registered> expected = new HashSet<>();
    for (int i = 0; i < engines.size(); i++) {
      expected.add(block(engines.get(i).address(), MIB + i * 4096L));
    }
    assertEquals(expected, Set.copyOf(guest.blocks().values()));
    engines.forEach(MappingEngine::unmapMemory);
  }

  @Test
  void unmappingMethodWaitsUntilTheBlockIsOut() throws Exception {
    install("ram.min", "1m", "ram.native", MAP + "/unmapMemory");
    MappingEngine one = new MappingEngine();
    one.mapMemory(0, MIB);
    MappingEngine two = new MappingEngine();
    two.mapMemory(0, 2 * MIB);
    List<Boolean> mapped = new ArrayList<>();
    guest.onUnregister =
        () -> {
          try {
            mapped.add(MemoryMap.read().covers(one.address(), MIB));
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        };
    one.unmapMemory();
    assertEquals(List.of(true, true), mapped);
    assertEquals(
        Map.of("com.example.MappingEngine.mapMemory#2", block(two.address(), 2 * MIB)),
        guest.blocks());
    assertEquals(List.of(), guest.warnings());
    two.unmapMemory();
    assertEquals(Map.of(), guest.blocks());
  }

  @Test
  void nothingElseIsRam() {
    install("ram.min", "1m", "ram.native", MAP);
    long other = Memory.allocate(MIB);
    assertEquals(Map.of(), guest.blocks());
    Memory.free(other);
  }

  @Test
  void methodWithoutCodeOrOfNoSuchNameIsAWarning() {
    new MappingEngine();
    install(
        "ram.native",
        "com.example.MappingEngine::nativeMap,com.example.MappingEngine::mapMemroy(addr,size),"
            + "com.example.MappingEngine::mapMemory(size)");
    String all = guest.warnings().toString();
    assertTrue(all.contains("nativeMap(long) of com.example.MappingEngine is native"), all);
    assertTrue(all.contains("start the JVM with -javaagent, or name a Java method"), all);
    String unused = hooks.unusedRam().toString();
    assertTrue(unused.contains("nativeMap(long) of com.example.MappingEngine is native"), unused);
    assertTrue(all.contains("name all of them, a word for each, as of void mapMemory(long,"), all);
    assertTrue(all.contains("no such method mapMemroy; nearest: void mapMemory(long,long)"), all);
  }

  @Test
  void optionThatFindsNothingIsARefusalWithTheCommandThatDiscovers() {
    install("ram.native", "com.example.Missing::map");
    String message = assertThrows(SnapshotException.class, guest::heap).getMessage();
    assertTrue(message.contains("no class com.example.Missing is loaded"), message);
    assertTrue(message.contains("ramshot discover"), message);
  }

  @Test
  void optionThatFindsNothingBesideAFieldThatDoesIsAnAlternative() throws Exception {
    install("ram.native", "com.example.Missing::map", "ram", "com.example.HeapMemory#bytes");
    String message = assertThrows(SnapshotException.class, guest::heap).getMessage();
    assertTrue(message.contains("ram.native=com.example.Missing::map finds nothing"), message);
    assertTrue(message.contains("ram=com.example.HeapMemory#bytes finds nothing"), message);
    HeapMemory memory = new HeapMemory(1);
    assertEquals(1, guest.heap().size());
    assertEquals(List.of(), guest.warnings());
    assertEquals(
        List.of(
            "ram.native=com.example.Missing::map is not used by this host: no class"
                + " com.example.Missing is loaded"),
        hooks.unusedRam());
    Reference.reachabilityFence(memory);
  }

  @Test
  void newMemoryIsWhatWasNoMappingBefore() {
    MemoryMap before =
        MemoryMap.parse(
            List.of(
                "1000-3000 rw-p 00000000 00:00 0 ",
                "8000-9000 ---p 00000000 00:00 0 ",
                "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0    [vsyscall]"));
    MemoryMap after =
        MemoryMap.parse(
            List.of(
                "1000-4000 rw-p 00000000 00:00 0 ",
                "4000-5000 rw-s 00000000 00:01 77   /memfd:ram (deleted)",
                "6000-7000 rw-p 00000000 08:01 77   /usr/lib/libengine.so",
                "7000-8000 r--p 00000000 00:00 0 ",
                "8000-a000 rw-p 00000000 00:00 0 ",
                "b000-c000 rw-s 00000000 00:05 5    /dev/dri/card0",
                "c000-d000 rwxp 00000000 00:00 0 "));
    assertEquals(
        List.of(new Span(0x3000, 0x5000), new Span(0x9000, 0xa000)), after.newSince(before));
    assertTrue(after.covers(0x1000, 0x4000));
    assertEquals(false, after.covers(0x4000, 0x3000));
  }

  @Test
  void sizeThatWasAskedForChoosesTheMapping() {
    Span small = new Span(0x1000, 0x3000);
    Span large = new Span(0x10000, 0x20000);
    List<Span> both = List.of(small, large);
    assertEquals(List.of(small), NativeMemory.choose(both, List.of(0x2000L), null));
    assertEquals(List.of(large), NativeMemory.choose(both, List.of(0x5000L), "no address"));
    assertEquals(both, NativeMemory.choose(both, List.of(0x50000L), null));
    assertEquals(both, NativeMemory.choose(both, List.of(), null));
    assertEquals(
        List.of(new Span(0x11000, 0x16000)), NativeMemory.choose(both, List.of(0x5000L), 0x11000L));
  }
}
