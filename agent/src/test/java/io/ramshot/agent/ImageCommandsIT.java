package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Extent;
import io.ramshot.image.ImageContents;
import io.ramshot.image.ImageLayout;
import io.ramshot.image.ImageWriter;
import io.ramshot.image.PageTable;
import io.ramshot.image.ParticipantState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code info} and {@code verify} on good and bad files. */
@Tag("once")
class ImageCommandsIT {
  private static final int PAGE = 4096;
  private static final int PAGES = 300;
  private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  @TempDir private Path directory;
  private Path image;
  private long dataOffset;

  /** Every second page is stored. */
  @BeforeEach
  void write() throws Exception {
    image = directory.resolve("image.ramshot");
    ImageLayout layout =
        ImageLayout.plan(
            PAGE, List.of(new Extent("ram", BlockKind.DIRECT, (long) PAGES * PAGE, 0)));
    dataOffset = layout.blocks().get(0).dataOffset();
    ByteBuffer kinds = ByteBuffer.allocate(PAGES);
    ByteBuffer crcs = ByteBuffer.allocate(PAGES * 4).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel =
        FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < PAGES; i += 2) {
        byte[] page = new byte[PAGE];
        java.util.Arrays.fill(page, (byte) (i + 1));
        CRC32C crc = new CRC32C();
        crc.update(page);
        kinds.put(i, (byte) 1);
        crcs.putInt(i * 4, (int) crc.getValue());
        channel.write(ByteBuffer.wrap(page), dataOffset + (long) i * PAGE);
      }
      ImageWriter.finish(
          channel,
          layout,
          ImageContents.of(
              ID,
              Instant.ofEpochMilli(1_790_000_000_123L),
              List.of(new PageTable(kinds, crcs)),
              List.of(new ParticipantState("cpu0", new byte[5])),
              Map.of("pause.ns", "123456")));
    }
  }

  private void damage(long offset) throws Exception {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {(byte) 0xEE}), offset);
    }
  }

  private ForkedJvm run(int status, String... arguments) throws Exception {
    ForkedJvm jvm = ForkedJvm.commandLine(arguments);
    assertEquals(status, jvm.exitStatus(), jvm.toString());
    assertFalse(jvm.toString().contains("\tat "), jvm.toString());
    return jvm;
  }

  @Test
  void infoTellsWhatIsInside() throws Exception {
    String text = String.join("\n", run(0, "info", image.toString()).out());
    for (String part :
        List.of(ID.toString(), "ram", "DIRECT", "150 pages stored", "cpu0", "5 bytes", "123456")) {
      assertTrue(text.contains(part), part + " in " + text);
    }
  }

  @Test
  void anIntactImageIsSaidToBeIntact() throws Exception {
    run(0, "verify", image.toString()).awaitOut(line -> line.contains("is intact"));
    run(0, "verify", "--all", image.toString()).awaitOut(line -> line.contains("is intact"));
  }

  @Test
  void everyDamagedPageIsNamed() throws Exception {
    damage(dataOffset + 4 * PAGE + 17);
    damage(dataOffset + 10 * PAGE);
    List<String> out = run(1, "verify", image.toString()).out();
    assertEquals(3, out.size(), out.toString());
    assertTrue(out.get(0).startsWith("page 4 of block ram"), out.get(0));
    assertTrue(out.get(1).startsWith("page 10 of block ram"), out.get(1));
    assertTrue(out.get(2).contains("damaged in 2 places"), out.get(2));
    run(0, "info", image.toString());
  }

  @Test
  void aHoleThatIsNoneIsFoundWhenEveryByteIsRead() throws Exception {
    damage(dataOffset + 5 * PAGE);
    run(0, "verify", image.toString());
    run(1, "verify", "--all", image.toString())
        .awaitOut(line -> line.startsWith("page 5 of block ram"));
  }

  @Test
  void noDamageIsLeftOutHoweverManyThereAre() throws Exception {
    for (int i = 0; i < PAGES; i += 2) {
      damage(dataOffset + (long) i * PAGE + 1);
    }
    List<String> out = run(1, "verify", image.toString()).out();
    assertEquals(151, out.size());
    assertTrue(out.get(149).startsWith("page 298 of block ram"), out.get(149));
  }

  @Test
  void filesThatAreNoImages() throws Exception {
    for (String verb : List.of("info", "verify")) {
      fails("does not exist", verb, directory.resolve("none").toString());
      fails("ramshot", verb, directory.toString());
      fails("not a ramshot image", verb, ForkedJvm.RAMSHOT_JAR.toString());
    }
    damage(100);
    fails("damaged", "info", image.toString());
    fails("damaged", "verify", image.toString());
  }

  private void fails(String why, String... arguments) throws Exception {
    ForkedJvm jvm = run(1, arguments);
    assertEquals(1, jvm.messages().size(), jvm.toString());
    assertTrue(jvm.messages().get(0).contains(why), jvm.toString());
  }
}
