package io.ramshot.image;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where everything will stand in an image file, known before the first byte is written, so that
 * page data can be written in any order.
 */
public final class ImageLayout {
  /** Page data, and every block's region within it, starts at a multiple of this, in bytes. */
  public static final long ALIGNMENT = 1L << 20;

  private final int pageSize;
  private final List<ImageBlock> blocks;
  private final long dataLength;

  private ImageLayout(int pageSize, List<ImageBlock> blocks, long dataLength) {
    this.pageSize = pageSize;
    this.blocks = blocks;
    this.dataLength = dataLength;
  }

  /**
   * Lays blocks out one after the other, in the order given.
   *
   * @param pageSize of the machine, in bytes: a power of two from 4096 to 65536
   * @throws IllegalArgumentException if a name occurs twice, a lead is not below the page size, or
   *     a block has more than 2^28 pages (1 TiB with pages of 4 KiB)
   */
  public static ImageLayout plan(int pageSize, List<Extent> extents) {
    if (!ImageHeader.isPageSize(pageSize)) {
      throw new IllegalArgumentException(
          "page size of " + pageSize + " bytes is no power of two from 4096 to 65536");
    }
    Set<String> names = new HashSet<>();
    List<ImageBlock> blocks = new ArrayList<>(extents.size());
    long end = ALIGNMENT;
    for (Extent extent : extents) {
      if (!names.add(extent.name())) {
        throw new IllegalArgumentException("two blocks are named " + extent.name());
      }
      if (extent.lead() >= pageSize) {
        throw new IllegalArgumentException(
            "block " + extent.name() + " has a lead of " + extent.lead() + ", a page or more");
      }
      if (!ImageBlock.fits(extent.length(), extent.lead(), pageSize)) {
        throw new IllegalArgumentException(
            "block "
                + extent.name()
                + " has more than "
                + ImageBlock.MAX_PAGES
                + " pages: register it as several blocks");
      }
      ImageBlock block =
          new ImageBlock(
              blocks.size(),
              extent.name(),
              extent.kind(),
              extent.length(),
              Math.addExact(end, ALIGNMENT - 1) & -ALIGNMENT,
              extent.lead());
      blocks.add(block);
      end = Math.addExact(block.dataOffset(), block.regionLength(pageSize));
    }
    return new ImageLayout(pageSize, List.copyOf(blocks), end - ALIGNMENT);
  }

  /** The layout of an image that is there. */
  public static ImageLayout of(Image image) {
    ImageHeader header = image.header();
    if (header.dataOffset() != ALIGNMENT) {
      return plan(
          header.pageSize(),
          image.blocks().stream()
              .map(block -> new Extent(block.name(), block.kind(), block.length(), block.lead()))
              .toList());
    }
    return new ImageLayout(header.pageSize(), image.blocks(), header.dataLength());
  }

  /**
   * The same places, for blocks that turned out to begin elsewhere in their first page, or to be
   * shorter, than was planned for.
   *
   * @param actual in the order planned, names and kinds as they were
   * @throws IllegalArgumentException if a block needs more pages than it was given
   */
  public ImageLayout settle(List<Extent> actual) {
    List<ImageBlock> settled = new ArrayList<>(blocks.size());
    long end = ALIGNMENT;
    for (int i = 0; i < blocks.size(); i++) {
      ImageBlock planned = blocks.get(i);
      Extent extent = actual.get(i);
      ImageBlock block =
          new ImageBlock(
              i,
              planned.name(),
              planned.kind(),
              extent.length(),
              planned.dataOffset(),
              extent.lead());
      if (block.pageCount(pageSize) > planned.pageCount(pageSize)) {
        throw new IllegalArgumentException(
            "block "
                + planned.name()
                + " takes "
                + block.pageCount(pageSize)
                + " pages, planned were "
                + planned.pageCount(pageSize));
      }
      settled.add(block);
      end = block.dataOffset() + block.regionLength(pageSize);
    }
    return new ImageLayout(pageSize, List.copyOf(settled), end - ALIGNMENT);
  }

  /** In bytes. */
  public int pageSize() {
    return pageSize;
  }

  /** In the order given; a block's id is its index here. */
  public List<ImageBlock> blocks() {
    return blocks;
  }

  /** Where the first region may start, in bytes. */
  public long dataOffset() {
    return ALIGNMENT;
  }

  /** From {@link #dataOffset} to the end of the last region, in bytes. */
  public long dataLength() {
    return dataLength;
  }

  /** Where the metadata starts, right after the last region, in bytes; page aligned. */
  public long metadataOffset() {
    return ALIGNMENT + dataLength;
  }
}
