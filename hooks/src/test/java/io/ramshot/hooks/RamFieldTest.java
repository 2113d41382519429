package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Arenas;
import com.example.HeapMemory;
import com.example.LateMemory;
import com.example.Memory;
import com.example.video.Screen;
import io.ramshot.SnapshotException;
import io.ramshot.image.BlockKind;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** RAM that a field was named for. */
class RamFieldTest extends HookedTest {

  private static final int MIB = 1 << 20;
  private static final String ANY = "com.example.HeapMemory#any";
  private static final String ANY_1 = "com.example.HeapMemory.any#1";

  @AfterEach
  void forgetStatics() {
    HeapMemory.shared = null;
  }

  private void installFields(String fields) {
    install("ram.min", "1m", "ram", fields);
  }

  private String refusal() {
    return assertThrows(SnapshotException.class, guest::heap).getMessage();
  }

  @Test
  void arrayIsFoundAsTheFieldHasItJustNow() throws Exception {
    installFields("com.example.HeapMemory#bytes");
    HeapMemory memory = new HeapMemory(100);
    assertSame(memory.bytes, guest.heap().get("com.example.HeapMemory.bytes#1"));
    memory.bytes = new byte[200];
    assertSame(memory.bytes, guest.frozenHeap().get("com.example.HeapMemory.bytes#1"));
    assertEquals(Map.of(), guest.blocks());
    assertEquals(List.of(), guest.warnings());
  }

  @Test
  void objectsAreNumberedAsTheyWereConstructed() throws Exception {
    installFields("com.example.HeapMemory#bytes");
    List<HeapMemory> memories = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      memories.add(new HeapMemory(1));
    }
    Map<String, Object> found = guest.heap();
    assertEquals(100, found.size());
    for (int i = 0; i < 100; i++) {
      assertSame(memories.get(i).bytes, found.get("com.example.HeapMemory.bytes#" + (i + 1)));
    }
  }

  @Test
  void collectedObjectsLeaveAndTheRestMovesUp() throws Exception {
    installFields("com.example.HeapMemory#bytes");
    new HeapMemory(1);
    HeapMemory second = new HeapMemory(2);
    Map<String, Object> found;
    while ((found = guest.heap()).size() > 1) {
      found = null;
      System.gc();
      Thread.sleep(5);
    }
    assertSame(second.bytes, found.get("com.example.HeapMemory.bytes#1"));
  }

  @Test
  void oneArrayOfTwoObjectsIsFoundOnce() throws Exception {
    installFields("com.example.HeapMemory#bytes");
    HeapMemory one = new HeapMemory(1);
    HeapMemory two = new HeapMemory(1);
    two.bytes = one.bytes;
    HeapMemory three = new HeapMemory(1);
    assertEquals(
        List.of("com.example.HeapMemory.bytes#1", "com.example.HeapMemory.bytes#2"),
        List.copyOf(guest.heap().keySet()));
    assertSame(three.bytes, guest.heap().get("com.example.HeapMemory.bytes#2"));
  }

  @Test
  void inheritedFieldIsFound() throws Exception {
    installFields("com.example.HeapMemory#words");
    HeapMemory memory = new HeapMemory(10);
    assertEquals(10, ((int[]) guest.heap().get("com.example.HeapMemory.words#1")).length);
    Reference.reachabilityFence(memory);
  }

  @Test
  void staticFieldIsFound() throws Exception {
    HeapMemory.shared = new long[5];
    installFields("com.example.HeapMemory#shared");
    assertSame(HeapMemory.shared, guest.heap().get("com.example.HeapMemory.shared#1"));
    HeapMemory.shared = new long[6];
    assertSame(HeapMemory.shared, guest.frozenHeap().get("com.example.HeapMemory.shared#1"));
  }

  @Test
  void staticFieldOfAClassThatComesLateIsFoundWithoutInitialisingIt() throws Exception {
    installFields("com.example.LateMemory#ram");
    assertTrue(refusal().contains("no class com.example.LateMemory is loaded"));
    Class<?> type = Class.forName("com.example.LateMemory", false, getClass().getClassLoader());
    assertTrue(refusal().contains("is not initialised"), this::refusal);
    assertNotNull(type);
    byte[] ram = LateMemory.ram();
    String late = assertThrows(SnapshotException.class, guest::frozenHeap).getMessage();
    assertTrue(late.contains("start the snapshot once more"), late);
    assertSame(ram, guest.heap().get("com.example.LateMemory.ram#1"));
  }

  @Test
  void everySortOfArrayIsFound() throws Exception {
    installFields(ANY);
    HeapMemory memory = new HeapMemory();
    for (Object array :
        List.of(
            new byte[1],
            new short[1],
            new char[1],
            new int[1],
            new long[1],
            new float[1],
            new double[1],
            new int[][] {null, {1}, null},
            new byte[2][4096])) {
      memory.any = array;
      assertEquals(Map.of(ANY_1, array), guest.heap());
    }
  }

  @Test
  void heapBuffersAreTheirArrays() throws Exception {
    installFields(ANY);
    HeapMemory memory = new HeapMemory();
    ByteBuffer bytes = ByteBuffer.allocate(64);
    memory.any = bytes.slice(3, 5);
    assertSame(bytes.array(), guest.heap().get(ANY_1));
    IntBuffer ints = IntBuffer.allocate(7);
    memory.any = ints;
    assertSame(ints.array(), guest.heap().get(ANY_1));
  }

  @Test
  void piecesInListsAndDeepArraysAreNamedByTheirPlace() throws Exception {
    installFields(ANY);
    HeapMemory memory = new HeapMemory();
    int[][][] deep = {{{1}}, null, {{2}, {3}}};
    memory.any = deep;
    assertEquals(Map.of(ANY_1 + ".0", deep[0], ANY_1 + ".2", deep[2]), guest.heap());
    byte[] a = {1};
    ByteBuffer b = ByteBuffer.allocate(1);
    memory.any = new ArrayList<>(Arrays.asList(a, null, b));
    assertEquals(Map.of(ANY_1 + ".0", a, ANY_1 + ".2", b.array()), guest.heap());
  }

  @Test
  void arrayOfHeapBuffersIsOneBlockUnlessItHasOthers() throws Exception {
    installFields(ANY);
    HeapMemory memory = new HeapMemory();
    ByteBuffer[] buffers = new ByteBuffer[3];
    memory.any = buffers;
    assertEquals(Map.of(), guest.heap());
    assertTrue(
        hooks.unusedRam().get(0).contains("the field is empty"), () -> "" + hooks.unusedRam());
    buffers[1] = ByteBuffer.allocate(64);
    buffers[2] = ByteBuffer.allocate(64);
    assertEquals(Map.of(ANY_1, buffers), guest.heap());
    buffers[2] = buffers[1].slice(1, 63);
    assertEquals(Map.of(ANY_1 + ".1", buffers[1].array()), guest.heap());
    ByteBuffer direct = ByteBuffer.allocateDirect(MIB);
    buffers[0] = direct;
    assertEquals(Map.of(ANY_1 + ".1", buffers[1].array()), guest.heap());
    assertSame(direct, guest.blocks().get(ANY_1).buffer());
  }

  @Test
  void emptyFieldIsNothing() {
    installFields(ANY);
    HeapMemory memory = new HeapMemory();
    assertTrue(refusal().contains("the field is empty"), this::refusal);
    memory.any = new byte[0];
    assertTrue(refusal().contains("the field is empty"), this::refusal);
  }

  @Test
  void whatCannotBeRamIsRefusedByItsType() {
    installFields(ANY);
    HeapMemory memory = new HeapMemory();
    memory.any = Set.of();
    assertTrue(refusal().contains("ImmutableCollections$SetN, which cannot be guest RAM"));
    memory.any = Map.of();
    assertTrue(refusal().contains("ImmutableCollections$MapN that cannot be looked into"));
    memory.any = ByteBuffer.allocate(8).asReadOnlyBuffer();
    assertTrue(refusal().contains("read-only buffer"), this::refusal);
    memory.any = ByteBuffer.allocate(8).asIntBuffer();
    assertTrue(refusal().contains("view of a heap buffer"), this::refusal);
  }

  @Test
  void misspeltFieldIsNamedWithTheNearestWhenLoadedAndAtTheSnapshot() {
    installFields("com.example.HeapMemory#bites");
    HeapMemory memory = new HeapMemory(1);
    String message = guest.warnings().get(0);
    assertTrue(
        message.contains("com.example.HeapMemory has no field bites; nearest: bytes"), message);
    assertEquals(message, refusal());
    Reference.reachabilityFence(memory);
  }

  @Test
  void fieldThatCanHoldNothingIsRefused() {
    installFields("com.example.HeapMemory#count");
    HeapMemory memory = new HeapMemory(1);
    assertTrue(refusal().contains("int count cannot hold guest RAM"), this::refusal);
    Reference.reachabilityFence(memory);
  }

  @Test
  void misspeltClassIsNamedWithTheNearestAndTheCommandThatDiscovers() {
    Memory.free(Memory.allocate(64));
    installFields("com.example.Memroy#bytes");
    String message = refusal();
    assertTrue(message.contains("no class com.example.Memroy is loaded (nearest: "), message);
    assertTrue(message.contains("com.example.Memory"), message);
    assertTrue(message.contains("ramshot discover " + ProcessHandle.current().pid()), message);
  }

  @Test
  void misspeltClassIsFoundInAnotherPackageAndNothingElseIsOffered() {
    Memory.free(Memory.allocate(64));
    installFields("com.exmaple.board.memory#bytes");
    assertTrue(refusal().contains("(nearest: com.example.Memory"), this::refusal);
    hooks.close();
    installFields("com.example.Zyxwvutsrq#bytes");
    assertTrue(refusal().contains("com.example.Zyxwvutsrq is loaded: ramshot discover"));
  }

  @Test
  void fieldsThatFindNothingBesideOneThatDoesAreAlternatives() throws Exception {
    installFields("com.example.HeapMemory#bytes,com.example.Nowhere#ram,com.example.Screen#pixels");
    HeapMemory memory = new HeapMemory(1);
    String nowhere =
        "ram=com.example.Nowhere#ram is not used by this host: no class com.example.Nowhere is"
            + " loaded";
    assertTrue(hooks.unusedRam().contains(nowhere), () -> hooks.unusedRam().toString());
    assertEquals(1, guest.heap().size());
    assertEquals(List.of(), guest.warnings());
    assertEquals(2, hooks.unusedRam().size());
    memory.bytes = null;
    assertTrue(refusal().contains("HeapMemory#bytes finds nothing: the field is empty"));
    assertTrue(refusal().contains("Nowhere#ram finds nothing: no class"), this::refusal);
  }

  @Test
  void fieldsThatFindNothingBesideOtherRamAreAlternatives() throws Exception {
    install(
        "ram.min",
        "1m",
        "ram",
        "com.example.HeapMemory#bytes,com.example.Nowhere#ram",
        "ram.by",
        "com.example.Memory");
    long other = Memory.allocate(MIB);
    assertEquals(Map.of(), guest.heap());
    assertEquals(List.of(), guest.warnings());
    assertEquals(2, hooks.unusedRam().size());
    Memory.free(other);
    assertTrue(refusal().contains("Nowhere#ram finds nothing"), this::refusal);
  }

  @Test
  void onlyFieldThatFindsNothingBesideOtherRamIsAWarningOnce() throws Exception {
    install("ram.min", "1m", "ram", "com.example.Memroy#ram", "ram.by", "com.example.Memory");
    long other = Memory.allocate(MIB);
    guest.heap();
    guest.heap();
    assertEquals(1, guest.warnings().size());
    String warning = guest.warnings().get(0);
    assertTrue(warning.contains("ram=com.example.Memroy#ram finds nothing: no class"), warning);
    assertTrue(warning.contains("(nearest: com.example.Memory"), warning);
    Memory.free(other);
  }

  @Test
  void ramThatOthersKnowMakesAnOptionThatFindsNothingNoRefusal() throws Exception {
    installFields("com.example.Nowhere#ram");
    assertTrue(refusal().contains("Nowhere#ram finds nothing"), this::refusal);
    guest.heapRam.put("others", new byte[1]);
    guest.heap();
    assertEquals(1, guest.warnings().size());
  }

  @Test
  void addressPicksTheMemoryAroundIt() {
    installFields("com.example.Memory#address");
    long other = Memory.allocate(MIB);
    assertTrue(guest.blocks().isEmpty());
    Memory memory = new Memory(MIB);
    assertEquals(memory.address(), guest.blocks().get("com.example.Memory.address#1").address());
    assertEquals(1, guest.blocks().size());
    assertEquals(List.of(), guest.warnings());
    Memory.free(memory.address());
    assertTrue(guest.blocks().isEmpty());
    Memory.free(other);
  }

  @Test
  void directBufferIsPickedWhateverItsSize() throws Exception {
    installFields("com.example.video.Screen#pixels");
    Screen large = new Screen();
    assertSame(large.pixels(), guest.blocks().get("com.example.video.Screen.pixels#1").buffer());
    Screen small = new Screen(4096);
    assertEquals(1, guest.blocks().size());
    guest.heap();
    assertSame(small.pixels(), guest.blocks().get("com.example.video.Screen.pixels#2").buffer());
    assertEquals(List.of(), guest.warnings());
  }

  @Test
  void viewOfADirectBufferStandsForTheWhole() throws Exception {
    installFields(ANY);
    HeapMemory memory = new HeapMemory();
    ByteBuffer whole = ByteBuffer.allocateDirect(8192);
    memory.any = whole.slice(100, 50).asReadOnlyBuffer();
    guest.heap();
    assertSame(whole, guest.blocks().get(ANY_1).buffer());
    Reference.reachabilityFence(memory);
  }

  @Test
  void memoryThatAFieldHoldsLateOrHoldsNoMoreIsSeenAtTheNextSnapshot() throws Exception {
    installFields("com.example.HeapMemory#address");
    HeapMemory memory = new HeapMemory();
    long first = Memory.allocate(MIB);
    long second = Memory.allocate(2 * MIB);
    memory.address = first;
    assertTrue(guest.blocks().isEmpty());
    guest.heap();
    assertEquals(first, guest.blocks().get("com.example.HeapMemory.address#1").address());
    memory.address = second;
    String message = assertThrows(SnapshotException.class, guest::frozenHeap).getMessage();
    assertTrue(message.contains("holds other memory than before"), message);
    guest.heap();
    assertEquals(
        Set.of(second),
        Set.copyOf(guest.blocks().values().stream().map(FakeGuest.Registered::address).toList()));
    guest.frozenHeap();
    Memory.free(first);
    Memory.free(second);
    assertTrue(guest.blocks().isEmpty());
  }

  @Test
  void addressThatNobodyKnowsIsRefused() {
    installFields("com.example.Memory#address");
    Memory small = new Memory(4096);
    assertTrue(refusal().contains("smaller than ram.min"), this::refusal);
    assertTrue(refusal().contains(Long.toHexString(small.address())), this::refusal);
    Memory.free(small.address());
  }

  @Test
  void memoryThatNoFieldHoldsIsNoBlock() throws Exception {
    installFields("com.example.HeapMemory#bytes");
    HeapMemory memory = new HeapMemory(1);
    ByteBuffer other = Memory.direct(2 * MIB);
    guest.heap();
    assertEquals(Map.of(), guest.blocks());
    Reference.reachabilityFence(other);
    Reference.reachabilityFence(memory);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22)
  void segmentIsPickedOnAndOffTheHeap() throws Exception {
    installFields(ANY);
    HeapMemory memory = new HeapMemory();
    byte[] array = new byte[100];
    memory.any = Arenas.ofArray(array);
    assertSame(array, guest.heap().get(ANY_1));
    try (AutoCloseable arena = Arenas.open("ofConfined")) {
      Object segment = Arenas.allocate(arena, MIB, 1);
      memory.any = Arenas.slice(segment, 100, 200);
      assertEquals(Map.of(), guest.heap());
      assertEquals(
          new FakeGuest.Registered(BlockKind.SEGMENT, Arenas.address(segment), MIB, null),
          guest.blocks().get(ANY_1));
      memory.any = null;
    }
    assertNull(guest.blocks().get(ANY_1));
  }
}
