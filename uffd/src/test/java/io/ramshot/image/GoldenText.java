package io.ramshot.image;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** All that an image says, to the last checksum, as lines of text. */
final class GoldenText {
  private final Image image;
  private final List<String> lines = new ArrayList<>();

  private GoldenText(Image image) {
    this.image = image;
  }

  static String of(Image image) throws ImageException {
    return new GoldenText(image).text();
  }

  private String text() throws ImageException {
    ImageHeader header = image.header();
    line("id %s", header.id());
    line("parent %s", image.parentRef());
    line("product %s", image.product());
    line("frozen %s", header.freezeTime());
    line("page size %d, %s", header.pageSize(), header.byteOrder());
    line("data %d + %d", header.dataOffset(), header.dataLength());
    line("metadata %d + %d", header.metadataOffset(), header.metadataLength());
    line("sections %d, blocks %d", header.sectionCount(), header.blockCount());
    line("section headers %08x", header.sectionsCrc());
    line("file %d", header.fileLength());
    for (ImageBlock block : image.blocks()) {
      block(block);
    }
    for (ParticipantState state : image.states()) {
      line("state %s %s", state.name(), HexFormat.of().formatHex(state.bytes()));
    }
    image.info().forEach((key, value) -> line("info %s %s", key, hex(value)));
    for (String type : image.extras()) {
      byte[] bytes = new byte[image.extra(type).orElseThrow().remaining()];
      image.extra(type).orElseThrow().get(bytes);
      line("extra %s %s", type, HexFormat.of().formatHex(bytes));
    }
    return String.join("\n", lines) + "\n";
  }

  private void block(ImageBlock block) throws ImageException {
    line("block %d %s", block.id(), block.name());
    line(
        "  %s, %d bytes at %d, lead %d",
        block.kind(), block.length(), block.dataOffset(), block.lead());
    image.shape(block).ifPresent(shape -> line("  %d x %s", shape.elementBytes(), lengths(shape)));
    PageTable table = image.pageTable(block);
    for (long page = 0; page < table.pageCount(); page = table.runEnd(page)) {
      for (long n = page; n < table.runEnd(page) && table.kind(page) != PageKind.ZERO; n++) {
        line(
            "  page %d %s %08x from %s",
            n, table.kind(n), table.crc(n), image.source(block, n).image().path().getFileName());
      }
      if (table.kind(page) == PageKind.ZERO) {
        line("  pages %d to %d %s", page, table.runEnd(page) - 1, PageKind.ZERO);
      }
    }
    HeapMemory memory = new HeapMemory(block.length());
    RamLoader.load(image, block, memory);
    line("  content %s", sha256(memory.bytes));
  }

  private static List<Long> lengths(Shape shape) {
    List<Long> lengths = new ArrayList<>();
    for (long length : shape.lengths()) {
      lengths.add(length);
    }
    return lengths;
  }

  /** Values may hold anything, line feeds too. */
  private static String hex(String value) {
    return HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8));
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void line(String format, Object... values) {
    lines.add(String.format(format, values));
  }
}
