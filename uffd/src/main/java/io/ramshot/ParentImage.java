package io.ramshot;

import io.ramshot.image.HashKey;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.PageHashes;
import io.ramshot.image.PageKind;
import io.ramshot.image.PageTable;
import io.ramshot.image.ParentRef;
import io.ramshot.text.Cause;
import io.ramshot.uffd.PageHasher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The image that an increment builds upon: what of it this guest's blocks may inherit. */
final class ParentImage implements AutoCloseable {
  /** Asked between pieces of work, so that a snapshot can be cancelled. */
  @FunctionalInterface
  interface Check {
    void run() throws SnapshotException;
  }

  /** Pages that are read and hashed at a time: 1 MiB of them. */
  private static final int READ_LENGTH = 1 << 20;

  private final Image image;
  private final Optional<PageHashes> hashes;
  private final HashKey key;

  private ParentImage(Image image, Optional<PageHashes> hashes) {
    this.image = image;
    this.hashes = hashes;
    this.key = hashes.map(PageHashes::key).orElseGet(HashKey::random);
  }

  /**
   * Refuses a parent before anything has been done.
   *
   * @param target absolute; its folder exists
   */
  static void check(Path parent, Path target) throws SnapshotException {
    if (!Files.isRegularFile(parent)) {
      throw new SnapshotException("parent " + parent + " is no file: name an image");
    }
    Path folder = parent.toAbsolutePath().getParent();
    try {
      if (!Files.isSameFile(folder, target.getParent())) {
        throw new SnapshotException(
            "parent "
                + parent
                + " is not in folder "
                + target.getParent()
                + ", where a restore would look for it: put both into one folder");
      }
    } catch (IOException e) {
      throw new SnapshotException(
          "folder "
              + folder
              + " cannot be looked at ("
              + Cause.text(e)
              + "): check its permissions",
          e);
    }
  }

  /**
   * Opens it with all of its ancestors.
   *
   * @param page size of a page of this machine, in bytes
   * @param captures of the guest
   * @throws SnapshotException if it cannot be the parent of an image of this guest
   */
  static ParentImage open(Path path, int page, List<BlockCapture> captures)
      throws SnapshotException {
    Image image;
    try {
      image = Image.open(path);
    } catch (ImageException e) {
      throw new SnapshotException("parent " + e.getMessage(), e);
    }
    boolean fits = false;
    try {
      requireFit(image, page, captures);
      ParentImage parent = new ParentImage(image, PageHashes.read(image));
      fits = true;
      return parent;
    } catch (ImageException e) {
      throw new SnapshotException("parent " + e.getMessage(), e);
    } finally {
      if (!fits) {
        close(image);
      }
    }
  }

  private static void requireFit(Image image, int page, List<BlockCapture> captures)
      throws SnapshotException {
    if (image.header().pageSize() != page) {
      throw new SnapshotException(
          "parent "
              + image.path()
              + " has pages of "
              + image.header().pageSize()
              + " bytes, this machine of "
              + page
              + ": take a full snapshot");
    }
    boolean stateOnly = captures.isEmpty() && image.blocks().isEmpty();
    if (!stateOnly && captures.stream().noneMatch(capture -> match(image, capture).isPresent())) {
      throw new SnapshotException(
          "parent "
              + image.path()
              + " is of another guest: none of its blocks has a name, kind and length of this"
              + " one's: take a full snapshot, or name another parent");
    }
    if (depth(image) >= Image.MAX_ANCESTORS) {
      throw new SnapshotException(
          "parent "
              + image.path()
              + " has "
              + (Image.MAX_ANCESTORS - 1)
              + " ancestors, no image may have more: flatten it first");
    }
  }

  private static int depth(Image image) {
    int depth = 1;
    for (Optional<Image> at = image.parent(); at.isPresent(); at = at.get().parent()) {
      depth++;
    }
    return depth;
  }

  private static Optional<ImageBlock> match(Image image, BlockCapture capture) {
    return image.blocks().stream()
        .filter(capture::mayInherit)
        .filter(block -> block.pageCount(image.header().pageSize()) <= PageHashes.MAX_PAGES)
        .findFirst();
  }

  /** What a block may inherit from. */
  Optional<ImageBlock> match(BlockCapture capture) {
    return match(image, capture);
  }

  /** With which this image's hashes are made, and all that build upon it. */
  HashKey key() {
    return key;
  }

  ParentRef ref() {
    return new ParentRef(image.header().id(), image.path().getFileName().toString());
  }

  /**
   * Gives every page of a block its hash; reads all of them first where the image has no hashes.
   *
   * @param to 16 bytes a page, all zero
   */
  void fill(ImageBlock block, ByteBuffer to, Check check) throws SnapshotException {
    if (hashes.isPresent() && hashes.get().has(block)) {
      hashes.get().expand(block, to);
      return;
    }
    int page = image.header().pageSize();
    PageTable table = image.pageTable(block);
    try (PageHasher hasher = new PageHasher(key.bytes(page), READ_LENGTH)) {
      for (int first = 0; first < table.pageCount(); ) {
        check.run();
        int count = Math.min(table.pageCount() - first, READ_LENGTH / page);
        ByteBuffer pages = hasher.pages().clear().limit(count * page);
        image.readPages(block, first, count, pages);
        ByteBuffer found = hasher.hashes(count);
        for (int i = 0; i < count; i++) {
          if (table.kind(first + i) != PageKind.ZERO) {
            to.put(
                (first + i) * PageHashes.LENGTH, found, i * PageHashes.LENGTH, PageHashes.LENGTH);
          }
        }
        first += count;
      }
    } catch (ImageException e) {
      throw new SnapshotException("parent " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    close(image);
  }

  private static void close(Image image) {
    try {
      image.close();
    } catch (ImageException e) {
      return; /* it was only read */
    }
  }
}
