package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a reader would refuse is refused before it is written. */
class WriterRefusesTest {
  @TempDir Path directory;

  @Test
  void blocksThatCannotBeLaidOut() {
    Extent ram = new Extent("ram", BlockKind.DIRECT, 1, 0);
    refused("page size", () -> ImageLayout.plan(2048, List.of()));
    refused("page size", () -> ImageLayout.plan(131072, List.of()));
    refused("page size", () -> ImageLayout.plan(5000, List.of()));
    refused("two blocks are named ram", () -> ImageLayout.plan(4096, List.of(ram, ram)));
    refused("a lead of -1", () -> new Extent("ram", BlockKind.DIRECT, 1, -1));
    refused("a length of 0", () -> new Extent("ram", BlockKind.DIRECT, 0, 0));
    refused("empty", () -> new Extent("", BlockKind.DIRECT, 1, 0));
    refused("control characters", () -> new Extent("a\nb", BlockKind.DIRECT, 1, 0));
    refused("surrogate", () -> new Extent("\uD800", BlockKind.DIRECT, 1, 0));
    refused("65535", () -> new Extent("x".repeat(65536), BlockKind.DIRECT, 1, 0));
    refused(
        "a lead of 4096",
        () -> ImageLayout.plan(4096, List.of(new Extent("ram", BlockKind.DIRECT, 1, 4096))));
    for (long length : new long[] {(1L << 40) + 1, Long.MAX_VALUE}) {
      refused(
          "more than 268435456 pages",
          () -> ImageLayout.plan(4096, List.of(new Extent("ram", BlockKind.DIRECT, length, 0))));
    }
  }

  @Test
  void theLargestBlockIsLaidOut() {
    Extent largest = new Extent("ram", BlockKind.DIRECT, 1L << 40, 0);
    ImageLayout layout = ImageLayout.plan(4096, List.of(largest));
    assertEquals((1L << 40) + (1L << 20), layout.metadataOffset());
  }

  @Test
  void regionsStartAtWholeMebibytes() {
    ImageLayout layout =
        ImageLayout.plan(
            4096,
            List.of(
                new Extent("a", BlockKind.DIRECT, 1, 4095),
                new Extent("b", BlockKind.UNSAFE, (1 << 20) - 15, 16),
                new Extent("c", BlockKind.ADDRESS, 4097, 0)));
    assertEquals(1 << 20, layout.blocks().get(0).dataOffset());
    assertEquals(2 << 20, layout.blocks().get(1).dataOffset());
    assertEquals(4 << 20, layout.blocks().get(2).dataOffset());
    assertEquals((4 << 20) + 8192, layout.metadataOffset());
  }

  @Test
  void metadataThatIsNoneLeaveTheFileWithoutHeader() throws Exception {
    Path file = directory.resolve("refused.ramshot");
    ImageLayout layout =
        ImageLayout.plan(4096, List.of(new Extent("ram", BlockKind.DIRECT, 5000, 0)));
    PageTable table = new PageTable(ByteBuffer.allocate(2), ByteBuffer.allocate(8));
    PageTable badKind =
        new PageTable(ByteBuffer.allocate(2).put(1, (byte) 2), ByteBuffer.allocate(8));
    PageTable badCrc =
        new PageTable(ByteBuffer.allocate(2), ByteBuffer.allocate(8).put(7, (byte) 2));
    PageTable shortTable = new PageTable(ByteBuffer.allocate(1), ByteBuffer.allocate(4));
    ParticipantState cpu = new ParticipantState("cpu", new byte[0]);
    refused("2 pages with 4 bytes", () -> new PageTable(table.kinds(), shortTable.crcs()));
    refused("control characters", () -> new ParticipantState("a\u0000", new byte[0]));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      refused("0 page tables for 1 blocks", () -> finish(channel, layout, List.of()));
      refused("has 2 pages, its table 1", () -> finish(channel, layout, List.of(shortTable)));
      refused("page 1 of block ram has kind 2", () -> finish(channel, layout, List.of(badKind)));
      refused("checksum 0x02000000", () -> finish(channel, layout, List.of(badCrc)));
      refused("two participants are named cpu", () -> finish(channel, layout, table, cpu, cpu));
      refused(
          "figure's key",
          () ->
              ImageWriter.finish(
                  channel,
                  layout,
                  ImageContents.of(
                      TestImage.ID,
                      TestImage.FREEZE_TIME,
                      List.of(table),
                      List.of(),
                      Map.of("", "x"))));
      refused(
          "all zero",
          () ->
              ImageWriter.finish(
                  channel,
                  layout,
                  ImageContents.of(
                      new UUID(0, 0), TestImage.FREEZE_TIME, List.of(table), List.of(), Map.of())));
    }
    ImageException e = assertThrows(ImageException.class, () -> Image.open(file));
    assertTrue(e.getMessage().contains("has no header: its snapshot was never finished"));
  }

  private static void finish(FileChannel channel, ImageLayout layout, List<PageTable> tables)
      throws Exception {
    ImageWriter.finish(
        channel,
        layout,
        ImageContents.of(TestImage.ID, TestImage.FREEZE_TIME, tables, List.of(), Map.of()));
  }

  private static void finish(
      FileChannel channel, ImageLayout layout, PageTable table, ParticipantState... states)
      throws Exception {
    ImageWriter.finish(
        channel,
        layout,
        ImageContents.of(
            TestImage.ID, TestImage.FREEZE_TIME, List.of(table), List.of(states), Map.of()));
  }

  private static void refused(String message, Executable action) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, action);
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }
}
