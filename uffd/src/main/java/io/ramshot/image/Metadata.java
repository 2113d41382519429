package io.ramshot.image;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What the sections of an image say, checked against the header and against each other. */
record Metadata(
    Product product,
    Optional<ParentRef> parent,
    List<ImageBlock> blocks,
    List<PageTable> tables,
    List<Shape> shapes,
    List<ParticipantState> states,
    Map<String, String> info,
    List<Section> extras) {

  /** The least that an entry of each section takes, in bytes; names have at least one. */
  private static final int BLOCK_ENTRY_LENGTH = 35;

  private static final int STATE_ENTRY_LENGTH = 11;
  private static final int FIGURE_ENTRY_LENGTH = 5;

  /** The same of an image that stands alone, with other page tables and without extras. */
  Metadata asParent(List<PageTable> others) {
    return new Metadata(product, Optional.empty(), blocks, others, shapes, states, info, List.of());
  }

  static Metadata read(ImageFile file, ImageHeader header) throws ImageException {
    Sections sections = Sections.read(file, header);
    Product product = readProduct(sections.next(Section.PRODUCT));
    Optional<ParentRef> parent = Optional.empty();
    if (header.parent().isPresent()) {
      parent =
          Optional.of(readParent(sections.next(Section.PARENT), header.parent().orElseThrow()));
    }
    List<ImageBlock> blocks = readBlocks(sections.next(Section.BLOCKS), header);
    List<PageTable> tables = new ArrayList<>(blocks.size());
    for (ImageBlock block : blocks) {
      tables.add(readPages(sections.next(Section.PAGES), block, header));
    }
    List<Shape> shapes = new ArrayList<>();
    for (ImageBlock block : blocks) {
      if (block.kind() == BlockKind.HEAP_PIECES) {
        shapes.add(readShape(sections.next(Section.SHAPE), block));
      }
    }
    List<ParticipantState> states = readStates(sections.next(Section.STATES));
    Map<String, String> info = readInfo(sections.next(Section.FIGURES));
    sections.requireEnd();
    return new Metadata(
        product,
        parent,
        blocks,
        List.copyOf(tables),
        List.copyOf(shapes),
        states,
        info,
        sections.optional());
  }

  private static Product readProduct(SectionReader in) throws ImageException {
    Product product = new Product(in.name("product name"), in.name("product version"));
    in.requireEnd();
    return product;
  }

  private static ParentRef readParent(SectionReader in, UUID id) throws ImageException {
    String fileName = in.name("parent's file name");
    in.requireEnd();
    if (!ParentRef.isFileName(fileName)) {
      throw in.damaged("names a parent that is not in the same folder: " + fileName);
    }
    return new ParentRef(id, fileName);
  }

  private static List<ImageBlock> readBlocks(SectionReader in, ImageHeader header)
      throws ImageException {
    int count = in.count("blocks", BLOCK_ENTRY_LENGTH);
    if (count != header.blockCount()) {
      throw in.damaged("has " + count + " blocks, the header says " + header.blockCount());
    }
    Set<String> names = new HashSet<>();
    List<ImageBlock> blocks = new ArrayList<>();
    long free = header.dataOffset();
    for (int id = 0; id < count; id++) {
      ImageBlock block = readBlock(in, id, header.pageSize());
      if (!names.add(block.name())) {
        throw in.damaged("has two blocks named " + block.name());
      }
      // Regions in ascending order cannot overlap; the subtraction cannot overflow.
      if (block.dataOffset() < free
          || block.dataOffset() % ImageLayout.ALIGNMENT != 0
          || block.dataOffset() > header.metadataOffset() - block.regionLength(header.pageSize())) {
        throw in.damaged(
            "puts block " + block.name() + " at impossible offset " + block.dataOffset());
      }
      free = block.dataOffset() + block.regionLength(header.pageSize());
      blocks.add(block);
    }
    in.requireEnd();
    return List.copyOf(blocks);
  }

  private static ImageBlock readBlock(SectionReader in, int id, int pageSize)
      throws ImageException {
    int storedId = in.u32("a block's id");
    if (storedId != id) {
      throw in.damaged(
          "has block " + Integer.toUnsignedString(storedId) + " in the place of block " + id);
    }
    int kindCode = in.u32("a block's kind");
    long length = in.u64("a block's length");
    long dataOffset = in.u64("a block's offset");
    int lead = in.u32("a block's lead");
    in.requireZero(in.u32("a block's reserved word"), "a reserved word");
    String name = in.name("block name");
    if (lead < 0 || lead >= pageSize) {
      throw in.damaged(
          "has block " + name + " with an impossible lead of " + Integer.toUnsignedString(lead));
    }
    if (length < 1 || !ImageBlock.fits(length, lead, pageSize)) {
      throw in.damaged(
          "has block " + name + " with an impossible length of " + Long.toUnsignedString(length));
    }
    try {
      return new ImageBlock(id, name, BlockKind.of(kindCode), length, dataOffset, lead);
    } catch (IllegalArgumentException e) {
      throw in.damaged(
          "has block " + name + " of unknown kind " + Integer.toUnsignedString(kindCode));
    }
  }

  private static PageTable readPages(SectionReader in, ImageBlock block, ImageHeader header)
      throws ImageException {
    int pageSize = header.pageSize();
    int id = in.u32("its block's id");
    if (id != block.id()) {
      throw in.damaged(
          "of block " + Integer.toUnsignedString(id) + " is in the place of block " + block.id());
    }
    in.requireZero(in.u32("a reserved word"), "a reserved word");
    long pages = in.u64("its page count");
    if (pages != block.pageCount(pageSize)) {
      throw in.damaged(
          String.format(
              "has %s pages for block %s of %d pages",
              Long.toUnsignedString(pages), block.name(), block.pageCount(pageSize)));
    }
    ByteBuffer kinds = in.direct((int) pages, "the kinds of its pages");
    in.requirePadding();
    ByteBuffer crcs = in.direct((int) pages * 4, "the checksums of its pages");
    in.requireEnd();
    PageTable table = new PageTable(kinds.asReadOnlyBuffer(), crcs.asReadOnlyBuffer());
    int invalid = table.firstInvalid(header.parent().isPresent());
    if (invalid >= 0) {
      throw in.damaged(
          String.format(
              "gives page %d of block %s the impossible kind %d with checksum 0x%08x",
              invalid, block.name(), kinds.get(invalid), table.crc(invalid)));
    }
    return table;
  }

  private static Shape readShape(SectionReader in, ImageBlock block) throws ImageException {
    int id = in.u32("its block's id");
    if (id != block.id()) {
      throw in.damaged(
          "of block " + Integer.toUnsignedString(id) + " is in the place of block " + block.id());
    }
    int elementBytes = in.u32("its element size");
    if (!Shape.isElementSize(elementBytes)) {
      throw in.damaged(
          "has elements of " + Integer.toUnsignedString(elementBytes) + " bytes, not 1, 2, 4 or 8");
    }
    long[] lengths = new long[in.count("pieces", Long.BYTES)];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = in.u64("a piece's length");
    }
    in.requireEnd();
    if (Shape.total(elementBytes, lengths) != block.length()) {
      throw in.damaged(
          "has pieces that are not the " + block.length() + " bytes of block " + block.name());
    }
    return new Shape(id, elementBytes, lengths);
  }

  private static List<ParticipantState> readStates(SectionReader in) throws ImageException {
    int count = in.count("states", STATE_ENTRY_LENGTH);
    Set<String> names = new HashSet<>();
    List<ParticipantState> states = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = in.name("participant name");
      if (!names.add(name)) {
        throw in.damaged("has two participants named " + name);
      }
      long length = in.u64("a state's length");
      states.add(new ParticipantState(name, in.blob(length, "the state of " + name)));
    }
    in.requireEnd();
    return List.copyOf(states);
  }

  private static Map<String, String> readInfo(SectionReader in) throws ImageException {
    int count = in.count("figures", FIGURE_ENTRY_LENGTH);
    Map<String, String> info = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String key = in.name("figure's key");
      if (info.put(key, in.text("figure's value")) != null) {
        throw in.damaged("has two figures named " + key);
      }
    }
    String frozen = info.get(Frozen.KEY);
    if (frozen != null && Frozen.of(frozen).isEmpty()) {
      throw in.damaged("says that the freeze stopped \"" + frozen + "\", which nothing is called");
    }
    in.requireEnd();
    return Collections.unmodifiableMap(info);
  }
}
