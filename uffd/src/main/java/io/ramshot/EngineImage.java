package io.ramshot;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.LazyOptions;
import io.ramshot.uffd.LazyRam;

/** Tells the engine where the pages of an image stand, in its file and its ancestors'. */
final class EngineImage {
  private EngineImage() {}

  /**
   * @throws SnapshotException if native code cannot read the image; says why
   */
  static LazyRam open(Image image, RestoreOptions options)
      throws SnapshotException, EngineException {
    for (Image at = image; at != null; at = at.parent().orElse(null)) {
      if (!at.isPlainFile()) {
        throw new SnapshotException(at.path() + " is packed, or no file of the operating system");
      }
    }
    LazyRam ram =
        LazyRam.open(
            new LazyOptions(
                options.zeroDamaged(),
                options.stallLimit().toNanos(),
                options.hugePages(),
                options.directIo(),
                options.bytesPerSecond(),
                Long.getLong("ramshot.lazy.grain", 0)));
    try {
      for (Image at = image; at != null; at = at.parent().orElse(null)) {
        ram.addFile(at.descriptor(), at.path());
      }
      return ram;
    } catch (ImageException e) {
      ram.close();
      throw new SnapshotException(e.getMessage(), e);
    } catch (EngineException e) {
      ram.close();
      throw e;
    }
  }

  /**
   * @param eager whether it will be filled before the guest goes on
   * @return the engine's number of the block
   * @throws SnapshotException if the engine has no use for it; says why
   */
  static int add(Image image, LazyRam ram, ImageBlock from, Block to, boolean eager)
      throws SnapshotException, EngineException {
    if (to.ram() != null) {
      throw new SnapshotException("it is on the Java heap");
    }
    if (Math.floorMod(to.address(), (long) image.header().pageSize()) != from.lead()) {
      throw new SnapshotException("it lies differently in its pages than it did when it was saved");
    }
    int index =
        ram.addBlock(from.name(), to.address(), to.length(), image.pageTable(from).crcs(), eager);
    int file = 0;
    ImageBlock there = from;
    for (Image at = image; there != null; at = at.parent().orElse(null)) {
      ram.addLevel(index, file++, there.dataOffset(), at.pageTable(there).kinds());
      there = at.parentBlock(there).orElse(null);
    }
    return index;
  }
}
