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
import java.util.function.Function;

/** Turns a file that holds page data into an image. */
public final class ImageWriter {

  private ImageWriter() {}

  /**
   * Writes the metadata, cuts the file to its length, and writes the header last: a file without
   * header is no image. Forces nothing to disk; whoever seals the file does.
   *
   * @param channel open for writing, not for appending; its position does not matter
   * @param layout by which the page data has been written already
   * @return what was written to the start of the file
   * @throws IllegalArgumentException if the arguments do not make an image that {@link Image#open}
   *     accepts; nothing of the header has been written then
   */
  public static ImageHeader finish(FileChannel channel, ImageLayout layout, ImageContents contents)
      throws IOException {
    requireId(contents);
    requireTables(layout, contents);
    requireShapes(layout, contents.shapes());
    requireUnique("participants are", contents.states(), ParticipantState::name);
    requireUnique("optional sections are", contents.extras(), ExtraSection::type);

    SectionWriter out = new SectionWriter(channel, layout.metadataOffset());
    writeProduct(out, Product.current());
    if (contents.parent().isPresent()) {
      writeParent(out, contents.parent().get());
    }
    writeBlocks(out, layout.blocks());
    for (ImageBlock block : layout.blocks()) {
      writePages(out, block, contents.tables().get(block.id()));
    }
    for (Shape shape : contents.shapes()) {
      writeShape(out, shape);
    }
    writeStates(out, contents.states());
    writeInfo(out, contents.info());
    for (ExtraSection extra : contents.extras()) {
      out.begin(extra.type());
      out.bytes(extra.payload());
      out.end();
    }

    ImageHeader header =
        new ImageHeader(
            layout.pageSize(),
            ByteOrder.nativeOrder(),
            contents.id(),
            contents.parent().map(ParentRef::id).orElse(null),
            Instant.ofEpochMilli(contents.freezeTime().toEpochMilli()),
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

  private static void requireId(ImageContents contents) {
    if (contents.id().equals(new UUID(0, 0))) {
      throw new IllegalArgumentException("an image id is not all zero");
    }
    if (contents.parent().isPresent() && contents.parent().get().id().equals(contents.id())) {
      throw new IllegalArgumentException("image " + contents.id() + " is its own parent");
    }
  }

  private static void requireTables(ImageLayout layout, ImageContents contents) {
    List<PageTable> tables = contents.tables();
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
      int invalid = table.firstInvalid(contents.parent().isPresent());
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

  private static <T> void requireUnique(String what, List<T> list, Function<T, String> nameOf) {
    Set<String> names = new HashSet<>();
    for (T each : list) {
      if (!names.add(nameOf.apply(each))) {
        throw new IllegalArgumentException("two " + what + " named " + nameOf.apply(each));
      }
    }
  }

  private static void writeProduct(SectionWriter out, Product product) throws IOException {
    out.begin(Section.PRODUCT);
    out.text("product name", product.name());
    out.text("product version", product.version());
    out.end();
  }

  private static void writeParent(SectionWriter out, ParentRef parent) throws IOException {
    out.begin(Section.PARENT);
    out.text("parent's file name", parent.fileName());
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
