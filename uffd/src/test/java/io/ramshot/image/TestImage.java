package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Writes images the way the engine does: pages at their offsets first, then the rest. */
final class TestImage {
  static final int PAGE = 4096;
  static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  static final Instant FREEZE_TIME = Instant.ofEpochMilli(1_790_000_000_123L);

  private final int pageSize;
  private final List<Extent> extents = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();
  private final List<Shape> shapes = new ArrayList<>();
  private final List<ParticipantState> states = new ArrayList<>();
  private final Map<String, String> info = new LinkedHashMap<>();
  private final List<ExtraSection> extras = new ArrayList<>();
  private UUID id = ID;
  private TestImage base;
  private ParentRef parent;

  TestImage() {
    this(PAGE);
  }

  TestImage(int pageSize) {
    this.pageSize = pageSize;
  }

  /** A small image with a bit of everything. */
  static TestImage small() {
    byte[] ram = new byte[3 * PAGE + 100];
    for (int i = 2 * PAGE; i < ram.length; i++) {
      ram[i] = (byte) (i * 31 >> 3);
    }
    return new TestImage()
        .block("ram", 16, ram)
        .block("rom", 4080, new byte[] {42})
        .state("cpu0", new byte[] {1, 2, 3, 4, 5})
        .state("nothing", new byte[0])
        .info("pauseNanos", "123456")
        .info("note", "");
  }

  TestImage block(String name, int lead, byte[] content) {
    return block(BlockKind.of(1 + extents.size() % 3), name, lead, content);
  }

  TestImage block(BlockKind kind, String name, int lead, byte[] content) {
    extents.add(new Extent(name, kind, content.length, lead % pageSize));
    contents.add(content);
    return this;
  }

  /** A block of pieces, of which some may not be there. */
  TestImage pieces(String name, int elementBytes, long... lengths) {
    Shape shape = new Shape(extents.size(), elementBytes, lengths);
    byte[] content = new byte[Math.toIntExact(shape.bytes())];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 7 + 1);
    }
    shapes.add(shape);
    extents.add(new Extent(name, BlockKind.HEAP_PIECES, content.length, 16));
    contents.add(content);
    return this;
  }

  TestImage id(UUID value) {
    id = value;
    return this;
  }

  /** Makes it an increment: pages that are equal in both are inherited. */
  TestImage on(TestImage image, String fileName) {
    base = image;
    parent = new ParentRef(image.id, fileName);
    return this;
  }

  TestImage extra(String type, byte[] payload) {
    extras.add(new ExtraSection(type, ByteBuffer.wrap(payload)));
    return this;
  }

  List<Shape> shapes() {
    return shapes;
  }

  TestImage state(String name, byte[] bytes) {
    states.add(new ParticipantState(name, bytes));
    return this;
  }

  TestImage info(String key, String value) {
    info.put(key, value);
    return this;
  }

  List<Extent> extents() {
    return extents;
  }

  List<byte[]> contents() {
    return contents;
  }

  List<ParticipantState> states() {
    return states;
  }

  Map<String, String> info() {
    return info;
  }

  ImageHeader write(Path file) throws IOException {
    ImageLayout layout = ImageLayout.plan(pageSize, extents);
    List<PageTable> tables = new ArrayList<>();
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (ImageBlock block : layout.blocks()) {
        tables.add(writePages(channel, block, contents.get(block.id())));
      }
      return ImageWriter.finish(
          channel,
          layout,
          new ImageContents(
              id, Optional.ofNullable(parent), FREEZE_TIME, tables, shapes, states, info, extras));
    }
  }

  private PageTable writePages(FileChannel channel, ImageBlock block, byte[] content)
      throws IOException {
    byte[] region = new byte[(int) block.regionLength(pageSize)];
    System.arraycopy(content, 0, region, block.lead(), content.length);
    int pages = region.length / pageSize;
    ByteBuffer kinds = ByteBuffer.allocateDirect(pages);
    ByteBuffer crcs = ByteBuffer.allocateDirect(pages * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int page = 0; page < pages; page++) {
      ByteBuffer bytes = ByteBuffer.wrap(region, page * pageSize, pageSize).slice();
      if (bytes.mismatch(ByteBuffer.allocate(pageSize)) >= 0) {
        crcs.putInt(page * 4, new Checksum().of(bytes, 0, pageSize));
        if (isInherited(block, page, bytes)) {
          kinds.put(page, PageKind.INHERITED.code());
          continue;
        }
        kinds.put(page, PageKind.STORED.code());
        channel.write(bytes, block.dataOffset() + (long) page * pageSize);
      }
    }
    return new PageTable(kinds, crcs);
  }

  private boolean isInherited(ImageBlock block, int page, ByteBuffer bytes) {
    if (base == null || !base.extents.contains(extents.get(block.id()))) {
      return false;
    }
    byte[] content = base.contents.get(base.extents.indexOf(extents.get(block.id())));
    byte[] region = new byte[(int) block.regionLength(pageSize)];
    System.arraycopy(content, 0, region, block.lead(), content.length);
    return bytes.equals(ByteBuffer.wrap(region, page * pageSize, pageSize));
  }
}
