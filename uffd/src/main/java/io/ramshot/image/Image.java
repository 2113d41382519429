package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * An image file, open for reading. All metadata has been checked; a page is checked when it is
 * read.
 *
 * <p>Several threads may read at once. A thread that is interrupted while it reads closes the image
 * for all of them: so {@link java.nio.channels.FileChannel} is made.
 */
public final class Image implements AutoCloseable {
  /** A chain that is longer is no use to anybody, and a stack is no place for it. */
  public static final int MAX_ANCESTORS = 1000;

  private final ImageFile file;
  private final ImageHeader header;
  private final Metadata metadata;

  /** The parent's, in this image's order; null for a block that inherits nothing. Set once. */
  private List<ImageBlock> parentBlocks;

  private Image parent;

  private Image(ImageFile file, ImageHeader header, Metadata metadata) {
    this.file = file;
    this.header = header;
    this.metadata = metadata;
  }

  /**
   * Opens an image and all that it builds upon, and checks headers and metadata, not pages.
   *
   * @throws ImageException if a file cannot be read, is no image, is damaged, or needs another
   *     build to be read; or if the file of an ancestor is not beside the one that names it
   */
  public static Image open(Path path) throws ImageException {
    return withAncestors(openAlone(path));
  }

  /**
   * Opens an image that stands in memory, with the same checks.
   *
   * @param path names it in messages, and the folder of its ancestors; need not exist
   * @param bytes of the file, from position to limit; must not change until the image is closed
   */
  public static Image open(Path path, ByteBuffer bytes) throws ImageException {
    return withAncestors(openAlone(ImageFile.of(path, bytes)));
  }

  private static Image withAncestors(Image first) throws ImageException {
    try {
      Set<UUID> seen = new HashSet<>();
      for (Image image = first; ; image = image.parent) {
        if (!seen.add(image.header.id()) || seen.size() > MAX_ANCESTORS + 1) {
          throw ImageException.damaged(first.path(), "its ancestors have no end");
        }
        if (image.parentRef().isEmpty()) {
          break;
        }
        image.adopt(openParent(image));
      }
      return first;
    } catch (ImageException | RuntimeException | Error e) {
      closeAfter(e, first);
      throw e;
    }
  }

  private static Image openParent(Image image) throws ImageException {
    Optional<Image> absorbed = Absorption.parentOf(image);
    if (absorbed.isPresent()) {
      return absorbed.get();
    }
    try {
      return openAlone(ParentFile.find(image.path(), image.parentRef().orElseThrow()));
    } catch (ImageException e) {
      // Its absorption may have begun just now.
      return Absorption.parentOf(image).orElseThrow(() -> e);
    }
  }

  /**
   * A parent that has the pages which this image inherits, where they stand in a file that need not
   * be an image any more.
   */
  Image inheritedFrom(Path pages) throws ImageException {
    ImageHeader parentHeader = header.asParent();
    List<PageTable> tables = metadata.tables().stream().map(PageTable::inheritedOnly).toList();
    return new Image(ImageFile.open(pages), parentHeader, metadata.asParent(tables));
  }

  /**
   * Opens one file only: pages that it inherits cannot be read.
   *
   * @throws ImageException as {@link #open}, but no ancestor is asked for
   */
  public static Image openAlone(Path path) throws ImageException {
    return openAlone(ImageFile.open(path));
  }

  private static Image openAlone(ImageFile file) throws ImageException {
    try {
      ImageHeader header = ParentFile.readHeader(file);
      return new Image(file, header, Metadata.read(file, header));
    } catch (ImageException | RuntimeException | Error e) {
      closeAfter(e, file);
      throw e;
    }
  }

  private static void closeAfter(Throwable failure, AutoCloseable what) {
    try {
      what.close();
    } catch (Exception closing) {
      failure.addSuppressed(closing);
    }
  }

  /** Takes the parent, whether it fits or not: closing this closes it. */
  private void adopt(Image image) throws ImageException {
    parent = image;
    parentBlocks = Lineage.match(this, image);
  }

  public Path path() {
    return file.path();
  }

  /**
   * Whether the image's bytes stand as they are in a file of the operating system, so that native
   * code can read them by {@link #descriptor}.
   */
  public boolean isPlainFile() {
    return file.isPlain();
  }

  /**
   * A path of a plain image's file for native code: that of this very file, whatever has its name
   * by now. Valid while this is open.
   */
  public Path descriptor() throws ImageException {
    return file.descriptor();
  }

  /** Whether the image's bytes are compressed. */
  public boolean isPacked() {
    return file.isPacked();
  }

  /**
   * What the file itself takes up, in bytes, holes included: less than {@code
   * header().fileLength()} if it is packed.
   */
  public long storedLength() throws ImageException {
    return file.storedLength();
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

  /** Whom the freeze stopped; empty for images that were written before that was noted. */
  public Optional<Frozen> frozen() {
    return Frozen.of(metadata.info());
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

  /** What this image builds upon, if it is an increment. */
  public Optional<ParentRef> parentRef() {
    return metadata.parent();
  }

  /** The image that this one builds upon; empty as well if this was opened alone. */
  public Optional<Image> parent() {
    return Optional.ofNullable(parent);
  }

  /**
   * The parent's block that one of this image inherits from; empty if it inherits nothing, or this
   * was opened alone.
   *
   * @throws IllegalArgumentException if the block is not this image's
   */
  public Optional<ImageBlock> parentBlock(ImageBlock block) {
    pageTable(block);
    return parent == null ? Optional.empty() : Optional.ofNullable(parentBlocks.get(block.id()));
  }

  /**
   * The payload of an optional section, little-endian, read now.
   *
   * @param type four letters
   * @throws ImageException if it cannot be read, or there are two of this type
   */
  public Optional<ByteBuffer> extra(String type) throws ImageException {
    List<Section> found =
        metadata.extras().stream().filter(section -> section.type().equals(type)).toList();
    if (found.size() > 1) {
      throw ImageException.damaged(path(), "it has two sections " + type);
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    SectionReader in = SectionReader.open(file, found.get(0));
    if (in.remaining() > Integer.MAX_VALUE) {
      throw ImageException.damaged(path(), "its section " + type + " is impossibly large");
    }
    return Optional.of(
        in.direct((int) in.remaining(), "its payload").order(ByteOrder.LITTLE_ENDIAN));
  }

  /**
   * How the snapshot was saved; empty for an image that does not say. Read and checked now.
   *
   * @throws ImageException if what it says cannot be
   */
  public Optional<SavingHistory> history() throws ImageException {
    Optional<ByteBuffer> payload = extra(SavingHistory.SECTION);
    if (payload.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(SavingHistory.decode(payload.get(), blocks(), header.pageSize()));
    } catch (IllegalArgumentException e) {
      throw ImageException.damaged(
          path(), "section " + SavingHistory.SECTION + ": " + e.getMessage());
    }
  }

  /** The types of all optional sections, in file order. */
  public List<String> extras() {
    return metadata.extras().stream().map(Section::type).toList();
  }

  /** Pages of a block that stand in this file. */
  public long storedPages(ImageBlock block) {
    return pageTable(block).pages(PageKind.STORED);
  }

  /** Pages of a block that were zero or not populated. */
  public long zeroPages(ImageBlock block) {
    return pageTable(block).pages(PageKind.ZERO);
  }

  /** Pages of a block that stand in the file of an ancestor. */
  public long inheritedPages(ImageBlock block) {
    return pageTable(block).pages(PageKind.INHERITED);
  }

  /**
   * The place of a page that is not zero.
   *
   * @param image this one, or an ancestor
   * @param block of that image
   */
  public record Source(Image image, ImageBlock block) {}

  /**
   * Where a page that is not zero stands: at {@code block.fileOffset(page, pageSize)} of what is
   * returned.
   *
   * @throws ImageException if it is inherited, and this image was opened alone
   */
  public Source source(ImageBlock block, long page) throws ImageException {
    Image image = this;
    ImageBlock there = block;
    while (image.pageTable(there).kind(page) == PageKind.INHERITED) {
      if (image.parent == null) {
        throw new ImageException(
            path(), "inherits pages of block " + block.name() + ", but was opened alone");
      }
      there = image.parentBlocks.get(there.id());
      image = image.parent;
    }
    return new Source(image, there);
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
    readPages(block, page, 1, to);
  }

  /**
   * Reads image pages, wherever they stand, and checks them. Zero pages are zeros.
   *
   * @param first index of an image page
   * @param to takes the pages from its position on, which moves
   * @throws ImageException if a page is damaged; it is in the buffer all the same
   * @throws IndexOutOfBoundsException if the block has no such pages
   */
  public void readPages(ImageBlock block, long first, int count, ByteBuffer to)
      throws ImageException {
    Objects.checkFromIndexSize(first, count, block.pageCount(header.pageSize()));
    PageTable table = pageTable(block);
    Checksum checksum = new Checksum();
    int pageSize = header.pageSize();
    for (long page = first; page < first + count; ) {
      int from = to.position();
      long end = Math.min(table.runEnd(page), first + count);
      if (table.kind(page) == PageKind.ZERO) {
        for (; page < end; page++) {
          to.put(new byte[pageSize]);
        }
        continue;
      }
      Source source = source(block, page);
      end = sameSource(block, page, end, source);
      ByteBuffer target = to.duplicate().limit(from + (int) (end - page) * pageSize);
      source.image().file.readFully(target, source.block().fileOffset(page, pageSize));
      to.position(target.position());
      for (int at = from; page < end; page++, at += pageSize) {
        requireCrc(block, page, checksum.of(to, at, pageSize), source);
      }
    }
  }

  private long sameSource(ImageBlock block, long page, long end, Source source)
      throws ImageException {
    if (source.image() == this) {
      return end;
    }
    long next = page + 1;
    while (next < end && source(block, next).image() == source.image()) {
      next++;
    }
    return next;
  }

  ImageFile file() {
    return file;
  }

  private void requireCrc(ImageBlock block, long page, int crc, Source source)
      throws ImageException {
    int expected = metadata.tables().get(block.id()).crc(page);
    if (crc != expected) {
      throw ImageException.damaged(
          source.image().path(),
          String.format(
              "page %d of block %s, at file offset %d, has checksum 0x%08x instead of 0x%08x",
              page,
              block.name(),
              source.block().fileOffset(page, header.pageSize()),
              crc,
              expected));
    }
  }

  private long requirePage(ImageBlock block, long page) {
    return Objects.checkIndex(page, block.pageCount(header.pageSize()));
  }

  @Override
  public void close() throws ImageException {
    try {
      file.close();
    } finally {
      if (parent != null) {
        parent.close();
      }
    }
  }
}
