package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.PagedMemory;
import com.example.PagedMemory.Page;
import io.ramshot.SnapshotException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** RAM in tables that the guest fills as it runs. */
class RamTablesTest extends HookedTest {

  private static final String HOST = "com.example.PagedMemory";

  @AfterEach
  void forget() {
    PagedMemory.shared = null;
  }

  private String refusal() {
    return assertThrows(SnapshotException.class, guest::heap).getMessage();
  }

  @Test
  void objectsInATableAreNamedByTheirPlace() throws Exception {
    install("ram", HOST + "#pages.data");
    PagedMemory memory = new PagedMemory();
    for (int i = 3; i >= 0; i--) {
      memory.pages[i] = new Page(i);
    }
    Map<String, Object> found = guest.heap();
    assertEquals(4, found.size());
    assertSame(memory.pages[2].data, found.get(HOST + ".pages.data#1.2"));
    memory.pages[2].data = null;
    assertEquals(3, guest.frozenHeap().size());
  }

  @Test
  void objectsThatTheHostMakesAsItGoesAreRefusedInOneLine() {
    install("ram", HOST + "#pages.data");
    PagedMemory memory = new PagedMemory();
    memory.pages[1] = new Page(1);
    assertTrue(refusal().contains("makes objects of com.example.PagedMemory$Page"), this::refusal);
    assertTrue(refusal().contains("have it make all of them at start"), this::refusal);
  }

  @Test
  void wrongFieldOfTheObjectsIsNamed() {
    install("ram", HOST + "#pages.bytes");
    PagedMemory memory = new PagedMemory();
    memory.pages[1] = new Page(1);
    assertTrue(refusal().contains("of objects with a field bytes"), this::refusal);
  }

  @Test
  void manyObjectsThatTheGuestMadeAreRefusedForWantOfAPlace() throws Exception {
    install("ram", "com.example.PagedMemory$Page#data", "gate", HOST + "::touch");
    PagedMemory memory = new PagedMemory();
    for (int i = 0; i < 1000; i++) {
      memory.list.add(new Page(i));
    }
    assertEquals(1000, guest.heap().size());
    for (int i = 0; i < 100; i++) {
      memory.touch(i);
    }
    String message = refusal();
    assertTrue(message.contains("100 objects that the guest made as it ran"), message);
    assertTrue(message.length() < 300, message);
  }

  @Test
  void mapIsOneTableAndRefusedWhereAThreadMayBeStoppedInsideOfIt() throws Exception {
    install("ram", HOST + "#map");
    PagedMemory memory = new PagedMemory();
    memory.map.put(7, new byte[3]);
    memory.map.put(-1, new byte[3]);
    assertEquals(
        List.of(HOST + ".map#1.-1", HOST + ".map#1.7"), List.copyOf(guest.heap().keySet()));
    hooks.close();
    install("ram", HOST + "#map", "freeze", "threads");
    memory = new PagedMemory();
    memory.map.put(7, new byte[3]);
    assertTrue(refusal().contains("java.util.HashMap that cannot be looked into with"));
  }

  @Test
  void deepStaticTableIsOneBlockHoweverManyArraysItHas() throws Exception {
    install("ram", HOST + "#shared");
    PagedMemory.shared = new int[1024][][];
    new PagedMemory();
    assertEquals(Map.of(), guest.heap());
    Arrays.setAll(PagedMemory.shared, i -> i % 2 == 0 ? null : new int[][] {null, {i}});
    assertEquals(List.of(HOST + ".shared#1"), List.copyOf(guest.heap().keySet()));
    assertEquals(List.of(), hooks.unusedRam());
  }
}
