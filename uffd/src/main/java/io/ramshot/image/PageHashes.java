package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The hashes of an image's pages, by which a later increment knows what has changed: the optional
 * section {@code hash} (docs/FORMAT.md). Kept for pages that are not zero.
 */
public final class PageHashes {
  /** The section's type. */
  public static final String SECTION = "hash";

  /** Of one hash, in bytes. */
  public static final int LENGTH = 16;

  /** Of a block that can have hashes: 512 GiB with pages of 4 KiB. */
  public static final long MAX_PAGES = Integer.MAX_VALUE / LENGTH;

  private static final int START_LENGTH = HashKey.SEED_LENGTH + 2 * Integer.BYTES;
  private static final int BLOCK_LENGTH = 2 * Integer.BYTES + Long.BYTES;

  private final HashKey key;
  private final List<PageTable> tables;

  /** One a block, little-endian, empty where there are none. */
  private final List<Optional<ByteBuffer>> hashes;

  private PageHashes(HashKey key, List<PageTable> tables, List<Optional<ByteBuffer>> hashes) {
    this.key = key;
    this.tables = tables;
    this.hashes = hashes;
  }

  /**
   * @return empty if the image has none
   * @throws ImageException if they are damaged or cannot be read
   */
  public static Optional<PageHashes> read(Image image) throws ImageException {
    Optional<ByteBuffer> payload = image.extra(SECTION);
    return payload.isEmpty() ? Optional.empty() : Optional.of(decode(image, payload.get()));
  }

  private static PageHashes decode(Image image, ByteBuffer in) throws ImageException {
    List<PageTable> tables = new ArrayList<>();
    List<Optional<ByteBuffer>> hashes = new ArrayList<>();
    for (ImageBlock block : image.blocks()) {
      tables.add(image.pageTable(block));
      hashes.add(Optional.empty());
    }
    require(image, in.remaining() >= START_LENGTH, "ends too early");
    byte[] seed = new byte[HashKey.SEED_LENGTH];
    in.get(seed);
    int count = in.getInt();
    require(image, in.getInt() == 0, "has a reserved word that is not zero");
    require(image, count >= 0 && count <= tables.size(), "has hashes of too many blocks");
    for (int i = 0; i < count; i++) {
      require(image, in.remaining() >= BLOCK_LENGTH, "ends too early");
      int id = in.getInt();
      require(image, in.getInt() == 0, "has a reserved word that is not zero");
      long pages = in.getLong();
      require(
          image,
          id >= 0 && id < tables.size() && hashes.get(id).isEmpty(),
          "has hashes of no block, or of one twice");
      PageTable table = tables.get(id);
      require(
          image,
          pages == table.pageCount() - table.pages(PageKind.ZERO)
              && pages <= in.remaining() / LENGTH,
          "has another number of hashes than there are pages");
      int length = (int) pages * LENGTH;
      hashes.set(id, Optional.of(in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN)));
      in.position(in.position() + length);
    }
    require(image, !in.hasRemaining(), "has bytes too many");
    return new PageHashes(new HashKey(seed), tables, hashes);
  }

  private static void require(Image image, boolean right, String problem) throws ImageException {
    if (!right) {
      throw ImageException.damaged(image.path(), "section " + SECTION + " " + problem);
    }
  }

  /** What they were made with. */
  public HashKey key() {
    return key;
  }

  /** Whether there are hashes of this block's pages. */
  public boolean has(ImageBlock block) {
    return hashes.get(block.id()).isPresent();
  }

  /**
   * Gives every page its hash, and zero pages none.
   *
   * @param to takes 16 bytes a page from its start on; all zero for none
   */
  public void expand(ImageBlock block, ByteBuffer to) {
    ByteBuffer compact = hashes.get(block.id()).orElseThrow();
    PageTable table = tables.get(block.id());
    for (int page = 0, at = 0; page < table.pageCount(); ) {
      int end = (int) table.contentRunEnd(page);
      if (table.kind(page) != PageKind.ZERO) {
        int length = (end - page) * LENGTH;
        to.put(page * LENGTH, compact, at, length);
        at += length;
      }
      page = end;
    }
  }

  /** How many bytes {@link #section} needs. */
  public static long sectionLength(List<PageTable> tables) {
    long length = START_LENGTH;
    for (PageTable table : tables) {
      length += BLOCK_LENGTH + (table.pageCount() - table.pages(PageKind.ZERO)) * (long) LENGTH;
    }
    return length;
  }

  /**
   * The section for an image.
   *
   * @param tables one a block
   * @param hashes one a block: 16 bytes a page, or empty where there are none
   * @param to memory for it, of at least {@link #sectionLength}
   */
  public static ExtraSection section(
      HashKey key, List<PageTable> tables, List<Optional<ByteBuffer>> hashes, ByteBuffer to) {
    ByteBuffer out = to.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    out.put(key.seed());
    out.putInt((int) hashes.stream().filter(Optional::isPresent).count());
    out.putInt(0);
    for (int id = 0; id < tables.size(); id++) {
      if (hashes.get(id).isPresent()) {
        PageTable table = tables.get(id);
        out.putInt(id).putInt(0).putLong(table.pageCount() - table.pages(PageKind.ZERO));
        put(out, table, hashes.get(id).get());
      }
    }
    return new ExtraSection(SECTION, out.flip());
  }

  private static void put(ByteBuffer out, PageTable table, ByteBuffer hashes) {
    for (int page = 0; page < table.pageCount(); ) {
      int end = (int) table.contentRunEnd(page);
      if (table.kind(page) != PageKind.ZERO) {
        int length = (end - page) * LENGTH;
        out.put(out.position(), hashes, page * LENGTH, length);
        out.position(out.position() + length);
      }
      page = end;
    }
  }
}
