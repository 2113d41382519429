package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image file, open for reading. All metadata has been checked; a page is checked when it is
 * read.
 *
 * <p>Several threads may read at once. A thread that is interrupted while it reads closes the image
 * for all of them: so {@link java.nio.channels.FileChannel} is made.
 */
public final class Image implements AutoCloseable {
  private final ImageFile file;
  private final ImageHeader header;
  private final Metadata metadata;

  private Image(ImageFile file, ImageHeader header, Metadata metadata) {
    this.file = file;
    this.header = header;
    this.metadata = metadata;
  }

  /**
   * Opens an image and checks its header and metadata, not its pages.
   *
   * @throws ImageException if the file cannot be read, is no image, is damaged, or needs another
   *     build to be read
   */
  public static Image open(Path path) throws ImageException {
    return open(ImageFile.open(path));
  }

  /**
   * Opens an image that stands in memory, with the same checks.
   *
   * @param path names it in messages; need not exist
   * @param bytes of the file, from position to limit; must not change until the image is closed
   */
  public static Image open(Path path, ByteBuffer bytes) throws ImageException {
    return open(ImageFile.of(path, bytes));
  }

  private static Image open(ImageFile file) throws ImageException {
    try {
      long length = file.length();
      ByteBuffer start = ByteBuffer.allocate((int) Math.min(length, ImageHeader.LENGTH));
      file.readFully(start, 0);
      ImageHeader header = ImageHeader.decode(file.path(), start.flip(), length);
      return new Image(file, header, Metadata.read(file, header));
    } catch (ImageException | RuntimeException | Error e) {
      try {
        file.close();
      } catch (ImageException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  public Path path() {
    return file.path();
  }

  /**
   * Whether the image's bytes stand as they are in a file of the operating system, so that native
   * code can read them by {@link #path}.
   */
  public boolean isPlainFile() {
    return file.isPlain();
  }

  public ImageHeader header() {
    return header;
  }

  /** The program that wrote the image. */
  public Product product() {
    return metadata.product();
  }

  /** A block's id is its index here. */
  public List<ImageBlock> blocks() {
    return metadata.blocks();
  }

  /** What a block of kind {@link BlockKind#HEAP_PIECES} was made of; empty for other kinds. */
  public Optional<Shape> shape(ImageBlock block) {
    return metadata.shapes().stream().filter(shape -> shape.blockId() == block.id()).findFirst();
  }

  /** What participants saved at the freeze, in the order in which they saved it. */
  public List<ParticipantState> states() {
    return metadata.states();
  }

  /** Figures of the snapshot, in the order in which they were written. */
  public Map<String, String> info() {
    return metadata.info();
  }

  /**
   * Kinds and checksums of a block's pages, in direct buffers that cannot be written.
   *
   * @throws IllegalArgumentException if the block is not this image's
   */
  public PageTable pageTable(ImageBlock block) {
    if (block.id() < 0
        || block.id() >= blocks().size()
        || !blocks().get(block.id()).equals(block)) {
      throw new IllegalArgumentException(block + " is not in " + file.path());
    }
    return metadata.tables().get(block.id());
  }

  /**
   * @param page index of an image page
   * @throws IndexOutOfBoundsException if the block has no such page
   */
  public PageKind pageKind(ImageBlock block, long page) {
    return pageTable(block).kind(requirePage(block, page));
  }

  /**
   * @param page index of an image page
   * @return CRC-32C of the page as stored, 0 if it is not stored
   * @throws IndexOutOfBoundsException if the block has no such page
   */
  public int pageCrc(ImageBlock block, long page) {
    return pageTable(block).crc(requirePage(block, page));
  }

  /** Pages of a block that stand in the file. */
  public long storedPages(ImageBlock block) {
    return pageTable(block).storedPages();
  }

  /** Pages of a block that were zero or not populated. */
  public long zeroPages(ImageBlock block) {
    return block.pageCount(header.pageSize()) - storedPages(block);
  }

  /**
   * Reads one image page and checks it; a page that is not stored is zeros.
   *
   * @param page index of an image page
   * @param to takes one page from its position on, which moves
   * @throws ImageException if the page is damaged; the buffer holds it all the same
   * @throws IndexOutOfBoundsException if the block has no such page
   */
  public void readPage(ImageBlock block, long page, ByteBuffer to) throws ImageException {
    PageTable table = pageTable(block);
    requirePage(block, page);
    int from = to.position();
    if (table.kind(page) == PageKind.ZERO) {
      to.put(new byte[header.pageSize()]);
      return;
    }
    ByteBuffer target = to.duplicate().limit(from + header.pageSize());
    file.readFully(target, block.fileOffset(page, header.pageSize()));
    to.position(target.position());
    requireCrc(block, page, new Checksum().of(to, from, header.pageSize()));
  }

  ImageFile file() {
    return file;
  }

  void requireCrc(ImageBlock block, long page, int crc) throws ImageException {
    int expected = metadata.tables().get(block.id()).crc(page);
    if (crc != expected) {
      throw ImageException.damaged(
          file.path(),
          String.format(
              "page %d of block %s, at file offset %d, has checksum 0x%08x instead of 0x%08x",
              page, block.name(), block.fileOffset(page, header.pageSize()), crc, expected));
    }
  }

  private long requirePage(ImageBlock block, long page) {
    return java.util.Objects.checkIndex(page, block.pageCount(header.pageSize()));
  }

  @Override
  public void close() throws ImageException {
    file.close();
  }
}
