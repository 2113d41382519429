package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.BlockKind;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The JVM of {@link FreeingTest}: guests that free RAM at all the wrong times. */
final class Freeing {
  private static final int BYTES = 16 * Ram.MIB;
  private static final SnapshotOptions SLOW =
      SnapshotOptions.DEFAULTS.withPoolBytes(Ram.CHUNK).withBytesPerSecond(40_000_000);

  private final Path target;
  private final Guest guest = new Guest();

  private Freeing(Path target) {
    this.target = target;
  }

  /**
   * @param arguments what to do, folder
   */
  public static void main(String[] arguments) throws Exception {
    Freeing freeing = new Freeing(Path.of(arguments[1]).resolve("a.ramshot"));
    switch (arguments[0]) {
      case "saving" -> freeing.whileItIsSaved();
      case "faulting" -> freeing.rightAfterAFault();
      case "freezing" -> freeing.beforeTheFreeze();
      case "preparing" -> freeing.whileItIsPrepared();
      case "cancelled" -> freeing.afterACancel();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private Block map(String name, int bytes) {
    return guest.register(name, BlockKind.ADDRESS, Ram.map(bytes), bytes, null);
  }

  private static ByteBuffer view(Block block) {
    return Ram.view(block.address(), (int) block.length());
  }

  private void free(Block block) {
    guest.unregister(block);
    Ram.unmap(block.address(), block.length());
  }

  private void whileItIsSaved() throws Exception {
    List<Block> blocks = new ArrayList<>(List.of(map("a", BYTES), map("b", BYTES)));
    blocks.sort(Comparator.comparingLong(Block::address));
    List<byte[]> before = new ArrayList<>();
    for (Block block : blocks) {
      Ram.fill(view(block), block.address());
      before.add(Ram.bytes(view(block)));
    }
    Block freed =
        blocks.get(0); /* goes first, as its owner waits: the other one keeps the snapshot going */
    Block kept = blocks.get(1);
    Snapshot snapshot = guest.snapshot(target, SLOW);
    Expect.awaitState(snapshot, SnapshotState.SAVING);
    free(freed);
    SnapshotStatus status = snapshot.status();
    assertEquals(SnapshotState.SAVING, status.state(), "the free waited too long");
    assertTrue(status.doneBytes() >= freed.length(), "the free came before the block was saved");
    Ram.writeEveryPage(view(kept));
    Expect.completed(snapshot.await());
    SavedRam.verify(target);
    for (int i = 0; i < blocks.size(); i++) {
      try (SavedRam saved = SavedRam.of(target, blocks.get(i).name())) {
        assertArrayEquals(before.get(i), saved.bytes());
      }
    }
  }

  /**
   * Many small blocks, each freed right after a write to it was answered by a copy, which a small
   * pool sends to the file at once: the engine must be done with the block when the free goes on.
   */
  private void rightAfterAFault() throws Exception {
    for (int round = 0; round < 10; round++) {
      List<Block> blocks = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        Block block = map("ram" + round + "." + i, Ram.CHUNK);
        Ram.fill(view(block), i);
        blocks.add(block);
      }
      Block last = map("last" + round, BYTES);
      Ram.fill(view(last), 99);
      Snapshot snapshot = guest.snapshot(target, SnapshotOptions.DEFAULTS.withPoolBytes(Ram.CHUNK));
      Expect.awaitState(snapshot, SnapshotState.SAVING);
      for (int i = blocks.size() - 1; i >= 0; i--) {
        ByteBuffer ram = view(blocks.get(i));
        ram.put(4097, (byte) 0);
        free(blocks.get(i));
      }
      Expect.completed(snapshot.await());
      SavedRam.verify(target);
      for (int i = 0; i < blocks.size(); i++) {
        ByteBuffer expected =
            ByteBuffer.allocate(Ram.CHUNK).order(java.nio.ByteOrder.nativeOrder());
        Ram.fill(expected, i);
        try (SavedRam saved = SavedRam.of(target, blocks.get(i).name())) {
          assertArrayEquals(expected.array(), saved.bytes());
        }
      }
      free(last);
      Files.delete(target);
    }
  }

  private void beforeTheFreeze() throws Exception {
    Block freed = map("vram", BYTES);
    Block kept = map("kept", BYTES);
    Ram.fill(view(kept), 1);
    guest.vcpus(new Gate(0, () -> free(freed)));
    Expect.failed(guest.snapshot(target).await(), "vram", "once more");
    Ram.writeEveryPage(view(kept));
  }

  private void whileItIsPrepared() throws Exception {
    Block kept = map("kept", BYTES);
    for (int i = 0; i < 20; i++) {
      Block freed = map("vram", BYTES);
      Ram.fill(view(freed), i);
      Snapshot snapshot = guest.snapshot(target);
      if (i % 2 == 1) {
        Thread.sleep(i / 4);
      }
      free(freed);
      SnapshotResult result = snapshot.await();
      /* Which of the two is a matter of luck. */
      if (result.state() == SnapshotState.COMPLETED) {
        Expect.completed(result);
        SavedRam.verify(target);
        Files.delete(target);
      } else {
        Expect.failed(result, "vram", "once more");
      }
      Ram.writeEveryPage(view(kept));
    }
  }

  private void afterACancel() throws Exception {
    Block freed = map("vram", BYTES);
    Block kept = map("kept", BYTES);
    Ram.fill(view(freed), 1);
    Ram.fill(view(kept), 1);
    Snapshot snapshot = guest.snapshot(target, SLOW.withBytesPerSecond(1));
    Expect.awaitState(snapshot, SnapshotState.SAVING);
    snapshot.cancel("enough");
    free(freed);
    Ram.writeEveryPage(view(kept));
    Expect.cancelled(snapshot.await(), "enough");
  }
}
