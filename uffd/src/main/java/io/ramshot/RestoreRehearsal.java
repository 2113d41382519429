package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.GuestMemory;
import io.ramshot.uffd.LazyRam;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Restores a little memory lazily that nobody needs, before the host has any: what the JVM runs for
 * the first time takes long, and the guest would wait for it.
 */
final class RestoreRehearsal {
  private static final int BYTES = 4 << 20;
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private RestoreRehearsal() {}

  /** What goes wrong here goes wrong later, too, and is said then. */
  static void run(Image image, RestoreOptions options) {
    try {
      Map<ImageBlock, Integer> indices = new LinkedHashMap<>();
      image.blocks().forEach(block -> indices.put(block, block.id()));
      LazyOrder.of(image, indices);
      restore(image, options);
    } catch (SnapshotException | EngineException e) {
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void restore(Image image, RestoreOptions options)
      throws SnapshotException, EngineException, InterruptedException {
    int pageSize = image.header().pageSize();
    ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
    Block block =
        new Block("rehearsal", BlockKind.DIRECT, GuestMemory.addressOf(memory), BYTES, memory);
    int pages = BYTES / pageSize + 1;
    LazyRam ram = EngineImage.open(image, options);
    try {
      int index =
          ram.addBlock(
              block.name(), block.address(), BYTES, ByteBuffer.allocateDirect(4 * pages), false);
      /* Zero pages all: nothing is read. */
      ram.addLevel(index, 0, 0, ByteBuffer.allocateDirect(pages));
      ram.order(new long[0]);
      ram.start();
    } catch (EngineException e) {
      ram.close();
      throw e;
    }
    RestoredRam restored = new RestoredRam(image.path(), ram, List.of(block), List.of());
    restored.await(LIMIT);
    restored.status();
  }
}
