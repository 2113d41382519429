package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Board;
import com.example.FastBoard;
import io.ramshot.Participant;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a host made before the hooks came, as when ramshot is attached to a running JVM. */
class ExistingTest extends HookedTest {

  @Test
  void buffersAndObjectsFromBeforeAreFound() throws Exception {
    ByteBuffer large = ByteBuffer.allocateDirect(3 << 20);
    ByteBuffer view = large.slice(0, 2 << 20);
    ByteBuffer small = ByteBuffer.allocateDirect(1 << 10);
    Board board = new FastBoard();
    board.registers[1] = 8;
    install("ram.min", "1m", "state", "com.example.Board::save/load");
    assertEquals(List.of(), guest.participants());

    hooks.adoptExisting();

    assertEquals(
        1, guest.blocks().values().stream().filter(block -> block.buffer() == large).count());
    assertEquals(
        0,
        guest.blocks().values().stream()
            .filter(block -> block.buffer() == view || block.buffer() == small)
            .count());
    // Buffers of earlier tests may be there still.
    assertTrue(
        guest.blocks().keySet().stream().allMatch(n -> n.matches("java.nio.ByteBuffer~?#\\d+")),
        guest.blocks().toString());
    int saved = 0;
    for (Participant participant : guest.participants()) {
      assertTrue(participant.name().startsWith("com.example.Board#"), participant::name);
      saved += Arrays.equals(new byte[] {0, 8, 3}, participant.save()) ? 1 : 0;
    }
    assertEquals(1, saved);
    Reference.reachabilityFence(view);
    Reference.reachabilityFence(small);
    Reference.reachabilityFence(board);
  }

  @Test
  void whatIsKnownIsNotFoundTwice() {
    install("ram.min", "1m", "state", "com.example.Board::save/load");
    Board board = new Board();
    hooks.adoptExisting();
    Set<String> blocks = guest.blocks().keySet();
    /* Those of earlier tests may be there still. */
    List<Participant> participants = guest.participants();
    assertFalse(participants.isEmpty());

    hooks.adoptExisting();

    assertEquals(blocks, guest.blocks().keySet());
    assertEquals(participants, guest.participants());
    Reference.reachabilityFence(board);
  }

  @Test
  void aFieldThatHoldsRamIsReadInObjectsFromBefore() {
    Holding holding = new Holding(ByteBuffer.allocateDirect(3 << 20));
    install("ram.min", "1m", "ram", Holding.class.getName() + "#ram");

    hooks.adoptExisting();

    assertEquals(Set.of(Holding.class.getName() + ".ram#1"), guest.blocks().keySet());
    assertSame(holding.ram, guest.blocks().values().iterator().next().buffer());
    Reference.reachabilityFence(holding);
  }

  @Test
  void severalObjectsFromBeforeHaveNoOrder() throws Exception {
    Heap one = new Heap(new byte[10]);
    Heap two = new Heap(new byte[20]);
    install("ram", Heap.class.getName() + "#ram");

    hooks.adoptExisting();

    assertEquals(
        Set.of(Heap.class.getName() + ".ram~#1", Heap.class.getName() + ".ram~#2"),
        guest.heap().keySet());
    Reference.reachabilityFence(one);
    Reference.reachabilityFence(two);
  }

  /** A host's object with its RAM on the heap. */
  static final class Heap {
    final byte[] ram;

    Heap(byte[] ram) {
      this.ram = ram;
    }
  }

  /** A host's object. */
  static final class Holding {
    final ByteBuffer ram;

    Holding(ByteBuffer ram) {
      this.ram = ram;
    }
  }
}
