package io.ramshot.agent.tools;

import io.ramshot.image.BlockKind;
import io.ramshot.image.ChunkHistory;
import io.ramshot.image.Extent;
import io.ramshot.image.ExtraSection;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageContents;
import io.ramshot.image.ImageLayout;
import io.ramshot.image.ImageWriter;
import io.ramshot.image.PageKind;
import io.ramshot.image.PageTable;
import io.ramshot.image.ParentRef;
import io.ramshot.image.ParticipantState;
import io.ramshot.image.SavingHistory;
import io.ramshot.image.StallCount;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Images without a guest: blocks with the content that a test wants. */
public final class SampleImage {
  public static final int PAGE = 4096;

  private final List<Extent> extents = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();
  private final List<ParticipantState> states = new ArrayList<>();
  private final Map<String, String> info = new LinkedHashMap<>();
  private boolean storesZeros;
  private SavingHistory history;
  private Path parent;

  /** Bytes of which no page is zero. */
  public static byte[] noise(int length, long seed) {
    byte[] bytes = new byte[length];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) random.nextInt(1, 128);
    }
    return bytes;
  }

  /**
   * @param lead where the block begins in its first page
   */
  public SampleImage block(String name, int lead, byte[] content) {
    extents.add(new Extent(name, BlockKind.DIRECT, content.length, lead));
    contents.add(content);
    return this;
  }

  public SampleImage state(String name, byte... bytes) {
    states.add(new ParticipantState(name, bytes));
    return this;
  }

  public SampleImage info(String key, String value) {
    info.put(key, value);
    return this;
  }

  /** Pages of zeros are stored like others, as a writer may. */
  public SampleImage storesZeros() {
    storesZeros = true;
    return this;
  }

  /** For an image of one block of at most two chunks. */
  public SampleImage history(byte[] savers, int[] micros, StallCount... stalls) {
    history =
        new SavingHistory(2 << 20, List.of(new ChunkHistory(512, savers, micros)), List.of(stalls));
    return this;
  }

  /** Leaves out the pages that this image, which is in the same folder, has in the same place. */
  public SampleImage upon(Path image) {
    parent = image;
    return this;
  }

  public Path write(Path file) throws Exception {
    ImageLayout layout = ImageLayout.plan(PAGE, extents);
    List<PageTable> tables = new ArrayList<>();
    List<ExtraSection> extras = history == null ? List.of() : List.of(history.encode());
    Optional<ParentRef> ref = Optional.empty();
    try (Image below = parent == null ? null : Image.open(parent);
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      if (below != null) {
        ref = Optional.of(new ParentRef(below.header().id(), parent.getFileName().toString()));
      }
      for (ImageBlock block : layout.blocks()) {
        tables.add(pages(channel, block, below));
      }
      ImageWriter.finish(
          channel,
          layout,
          new ImageContents(
              UUID.randomUUID(),
              ref,
              Instant.ofEpochMilli(1_790_000_000_123L),
              tables,
              List.of(),
              states,
              info,
              extras));
    }
    return file;
  }

  private PageTable pages(FileChannel channel, ImageBlock block, Image below) throws Exception {
    byte[] region = new byte[(int) block.regionLength(PAGE)];
    byte[] content = contents.get(block.id());
    System.arraycopy(content, 0, region, block.lead(), content.length);
    int pages = region.length / PAGE;
    ByteBuffer kinds = ByteBuffer.allocate(pages);
    ByteBuffer crcs = ByteBuffer.allocate(pages * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < pages; i++) {
      byte[] page = Arrays.copyOfRange(region, i * PAGE, (i + 1) * PAGE);
      if (!storesZeros && Arrays.equals(page, new byte[PAGE])) {
        continue;
      }
      CRC32C crc = new CRC32C();
      crc.update(page);
      crcs.putInt(i * 4, (int) crc.getValue());
      if (below != null && Arrays.equals(page, page(below, block.id(), i))) {
        kinds.put(i, PageKind.INHERITED.code());
      } else {
        kinds.put(i, PageKind.STORED.code());
        channel.write(ByteBuffer.wrap(page), block.fileOffset(i, PAGE));
      }
    }
    return new PageTable(kinds, crcs);
  }

  private static byte[] page(Image image, int block, int page) throws Exception {
    byte[] bytes = new byte[PAGE];
    image.readPage(image.blocks().get(block), page, ByteBuffer.wrap(bytes));
    return bytes;
  }
}
