package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Turns a file that holds page data into an image. */
public final class ImageWriter {

  private ImageWriter() {}

  /**
   * Writes the metadata, cuts the file to its length, and writes the header last: a file without
   * header is no image. Forces nothing to disk; whoever seals the file does.
   *
   * @param channel open for writing, not for appending; its position does not matter
   * @param layout by which the page data has been written already
   * @param id of the image; random
   * @param freezeTime kept in whole ms
   * @param tables one a block, in the layout's order
   * @param shapes one a block of kind {@link BlockKind#HEAP_PIECES}, in the layout's order
   * @param states participants', with unique names
   * @param info figures of the snapshot, in the map's own order; keys are not empty and hold no
   *     control characters, keys and values take at most 65535 bytes of UTF-8
   * @return what was written to the start of the file
   * @throws IllegalArgumentException if the arguments do not make an image that {@link Image#open}
   *     accepts; nothing of the header has been written then
   */
  public static ImageHeader finish(
      FileChannel channel,
      ImageLayout layout,
      UUID id,
      Instant freezeTime,
      List<PageTable> tables,
      List<Shape> shapes,
      List<ParticipantState> states,
      Map<String, String> info)
      throws IOException {
    if (id.equals(new UUID(0, 0))) {
      throw new IllegalArgumentException("an image id is not all zero");
    }
    requireTables(layout, tables);
    requireShapes(layout, shapes);
    requireUniqueNames(states);

    SectionWriter out = new SectionWriter(channel, layout.metadataOffset());
    writeProduct(out, Product.current());
    writeBlocks(out, layout.blocks());
    for (ImageBlock block : layout.blocks()) {
      writePages(out, block, tables.get(block.id()));
    }
    for (Shape shape : shapes) {
      writeShape(out, shape);
    }
    writeStates(out, states);
    writeInfo(out, info);

    ImageHeader header =
        new ImageHeader(
            layout.pageSize(),
            ByteOrder.nativeOrder(),
            id,
            null,
            Instant.ofEpochMilli(freezeTime.toEpochMilli()),
            layout.dataOffset(),
            layout.dataLength(),
            layout.metadataOffset(),
            out.position() - layout.metadataOffset(),
            out.count(),
            layout.blocks().size(),
            out.headersCrc(),
            out.position());
    channel.truncate(header.fileLength());
    SectionWriter.writeFully(channel, header.encode(), 0);
    return header;
  }

  /** Finishes an image that has no block of kind {@link BlockKind#HEAP_PIECES}. */
  public static ImageHeader finish(
      FileChannel channel,
      ImageLayout layout,
      UUID id,
      Instant freezeTime,
      List<PageTable> tables,
      List<ParticipantState> states,
      Map<String, String> info)
      throws IOException {
    return finish(channel, layout, id, freezeTime, tables, List.of(), states, info);
  }

  private static void requireTables(ImageLayout layout, List<PageTable> tables) {
    if (tables.size() != layout.blocks().size()) {
      throw new IllegalArgumentException(
          tables.size() + " page tables for " + layout.blocks().size() + " blocks");
    }
    for (ImageBlock block : layout.blocks()) {
      PageTable table = tables.get(block.id());
      long pages = block.pageCount(layout.pageSize());
      if (table.pageCount() != pages) {
        throw new IllegalArgumentException(
            "block " + block.name() + " has " + pages + " pages, its table " + table.pageCount());
      }
      int invalid = table.firstInvalid();
      if (invalid >= 0) {
        throw new IllegalArgumentException(
            String.format(
                "page %d of block %s has kind %d and checksum 0x%08x",
                invalid, block.name(), table.kinds().get(invalid), table.crc(invalid)));
      }
    }
  }

  private static void requireShapes(ImageLayout layout, List<Shape> shapes) {
    Map<Integer, Long> wanted = new LinkedHashMap<>();
    Map<Integer, Long> given = new LinkedHashMap<>();
    for (ImageBlock block : layout.blocks()) {
      if (block.kind() == BlockKind.HEAP_PIECES) {
        wanted.put(block.id(), block.length());
      }
    }
    shapes.forEach(shape -> given.put(shape.blockId(), shape.bytes()));
    if (!List.copyOf(wanted.entrySet()).equals(List.copyOf(given.entrySet()))) {
      throw new IllegalArgumentException(
          "blocks of pieces and their bytes are " + wanted + ", their shapes " + given);
    }
  }

  private static void requireUniqueNames(List<ParticipantState> states) {
    Set<String> names = new HashSet<>();
    for (ParticipantState state : states) {
      if (!names.add(state.name())) {
        throw new IllegalArgumentException("two participants are named " + state.name());
      }
    }
  }

  private static void writeProduct(SectionWriter out, Product product) throws IOException {
    out.begin(Section.PRODUCT);
    out.text("product name", product.name());
    out.text("product version", product.version());
    out.end();
  }

  private static void writeBlocks(SectionWriter out, List<ImageBlock> blocks) throws IOException {
    out.begin(Section.BLOCKS);
    out.u32(blocks.size());
    for (ImageBlock block : blocks) {
      out.u32(block.id());
      out.u32(block.kind().code());
      out.u64(block.length());
      out.u64(block.dataOffset());
      out.u32(block.lead());
      out.u32(0);
      out.text("block name", block.name());
    }
    out.end();
  }

  private static void writePages(SectionWriter out, ImageBlock block, PageTable table)
      throws IOException {
    out.begin(Section.PAGES);
    out.u32(block.id());
    out.u32(0);
    out.u64(table.pageCount());
    out.bytes(table.kinds());
    out.pad();
    out.bytes(table.crcs());
    out.end();
  }

  private static void writeShape(SectionWriter out, Shape shape) throws IOException {
    out.begin(Section.SHAPE);
    out.u32(shape.blockId());
    out.u32(shape.elementBytes());
    long[] lengths = shape.lengths();
    out.u32(lengths.length);
    for (long length : lengths) {
      out.u64(length);
    }
    out.end();
  }

  private static void writeStates(SectionWriter out, List<ParticipantState> states)
      throws IOException {
    out.begin(Section.STATES);
    out.u32(states.size());
    for (ParticipantState state : states) {
      out.text("participant name", state.name());
      out.u64(state.bytes().length);
      out.bytes(ByteBuffer.wrap(state.bytes()));
    }
    out.end();
  }

  private static void writeInfo(SectionWriter out, Map<String, String> info) throws IOException {
    out.begin(Section.FIGURES);
    out.u32(info.size());
    for (Map.Entry<String, String> figure : info.entrySet()) {
      Text.requireName("figure's key", figure.getKey());
      out.text("figure's key", figure.getKey());
      out.text("value of " + figure.getKey(), figure.getValue());
    }
    out.end();
  }
}
