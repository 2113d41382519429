package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Extent;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageContents;
import io.ramshot.image.ImageLayout;
import io.ramshot.image.ImageWriter;
import io.ramshot.image.PageTable;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RestoreTest {
  private static final int RAM = 8 * Ram.MIB;
  private static final int VIDEO = 3 * Ram.MIB + 24;

  @TempDir Path folder;

  private final ByteBuffer ram = Ram.buffer(RAM);
  private final ByteBuffer video = Ram.buffer(VIDEO, 16);
  private final TestParticipant cpu = new TestParticipant("cpu", 1, 2, 3);
  private final TestParticipant clock = new TestParticipant("clock");
  private final Guest guest = new Guest();
  private Path file;
  private byte[] savedRam;
  private byte[] savedVideo;

  @BeforeEach
  void save() throws Exception {
    Ram.fill(ram, 1);
    ram.put(5 * Ram.PAGE, new byte[2 * Ram.CHUNK]);
    Ram.fill(video, 2);
    guest.register("ram", ram);
    guest.register("video", video);
    guest.add(cpu);
    guest.add(clock);
    file = folder.resolve("a.ramshot");
    Expect.completed(guest.snapshot(file).await());
    savedRam = Ram.bytes(ram);
    savedVideo = Ram.bytes(video);
  }

  private void changeAll() {
    Ram.fill(ram, 3);
    Ram.fill(video, 4);
    cpu.set(9, 9);
    clock.set(9);
  }

  private static void restore(Guest guest, Path file) throws Exception {
    try (Image image = Image.open(file)) {
      guest.restore(image);
    }
  }

  /** Refused, in these words, before anything was changed. */
  private void refused(Guest guest, String... words) {
    byte[] before = Ram.bytes(ram);
    says(guest, words);
    assertArrayEquals(before, Ram.bytes(ram));
  }

  private void says(Guest guest, String... words) {
    SnapshotException e = assertThrows(SnapshotException.class, () -> restore(guest, file));
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), () -> "no \"" + word + "\" in: " + e.getMessage());
    }
  }

  @Test
  void ramAndParticipantsAreAsTheyWere() throws Exception {
    changeAll();
    restore(guest, file);
    assertArrayEquals(savedRam, Ram.bytes(ram));
    assertArrayEquals(savedVideo, Ram.bytes(video));
    assertEquals("[1, 2, 3]", cpu.state());
    assertEquals("[]", clock.state());
  }

  @Test
  void blocksMayLieOtherwiseInTheirPages() throws Exception {
    Guest other = new Guest();
    ByteBuffer otherRam = Ram.buffer(RAM, 4080);
    ByteBuffer otherVideo = Ram.buffer(VIDEO);
    other.register("video", otherVideo);
    other.register("ram", otherRam);
    other.add(cpu);
    other.add(clock);
    Ram.fill(otherRam, 5);
    Ram.fill(otherVideo, 6);
    restore(other, file);
    assertArrayEquals(savedRam, Ram.bytes(otherRam));
    assertArrayEquals(savedVideo, Ram.bytes(otherVideo));
  }

  @Test
  void restoredGuestCanBeSavedAgainToTheSameContent() throws Exception {
    changeAll();
    restore(guest, file);
    Path again = folder.resolve("b.ramshot");
    Expect.completed(guest.snapshot(again).await());
    try (SavedRam saved = SavedRam.of(again, "ram")) {
      assertArrayEquals(savedRam, saved.bytes());
    }
  }

  @Test
  void guestWithFewerBlocksIsRefused() {
    guest.unregister(guest.blocks().get(1));
    refused(guest, file.toString(), "2 blocks", "1 block", "RAM options");
  }

  @Test
  void blockOfAnotherLengthIsRefused() {
    guest.unregister(guest.blocks().get(1));
    guest.register("video", Ram.buffer(VIDEO + 1));
    refused(guest, "video", Integer.toString(VIDEO), Integer.toString(VIDEO + 1), "RAM size");
  }

  @Test
  void stateWithoutItsParticipantIsRefused() {
    guest.remove(clock);
    refused(guest, "clock", "it has cpu", "state=");
  }

  @Test
  void participantWithoutItsStateIsRefused() {
    guest.add(new TestParticipant("disk"));
    refused(guest, "disk", file.toString(), "state=");
  }

  @Test
  void participantThatRefusesItsStateIsNamed() {
    guest.remove(cpu);
    guest.add(
        new TestParticipant("cpu") {
          @Override
          public void load(byte[] saved) {
            throw new IllegalArgumentException("no such register");
          }
        });
    says(guest, "cpu", "no such register");
  }

  @Test
  void imageOfAMachineWithOtherPagesIsRefused() throws Exception {
    int pageBytes = 4 * Ram.PAGE;
    ImageLayout layout =
        ImageLayout.plan(pageBytes, List.of(new Extent("ram", BlockKind.DIRECT, RAM, 0)));
    int pages = RAM / pageBytes;
    file = folder.resolve("b.ramshot");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ImageWriter.finish(
          channel,
          layout,
          ImageContents.of(
              UUID.randomUUID(),
              Instant.now(),
              List.of(new PageTable(ByteBuffer.allocate(pages), ByteBuffer.allocate(4 * pages))),
              List.of(),
              Map.of()));
    }
    refused(guest, "pages of " + pageBytes + " bytes, this one has " + Ram.PAGE, "such a one");
  }

  @Test
  void damagedPageIsNamed() throws Exception {
    try (Image image = Image.open(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ImageBlock block = image.blocks().get(1);
      long offset = block.fileOffset(7, image.header().pageSize()) + 99;
      channel.write(ByteBuffer.wrap(new byte[] {0}), offset);
    }
    says(guest, "page 7 of block video", file.toString(), "damaged");
  }

  @Test
  void runningSnapshotKeepsRestoreOut() throws Exception {
    Snapshot running =
        guest.snapshot(
            folder.resolve("b.ramshot"), SnapshotOptions.DEFAULTS.withBytesPerSecond(1_000_000));
    Expect.awaitState(running, SnapshotState.SAVING);
    refused(guest, "b.ramshot", "cancel it");
    running.cancel("enough");
    Expect.cancelled(running.await(), "enough");
  }

  @Test
  void zeroPagesOfMemoryThatWasNeverTouchedStayUnpopulated() throws Exception {
    long address = Ram.map(RAM);
    try {
      Guest fresh = new Guest();
      fresh.hugePages(false); /* or a touch populates 2 MiB */
      fresh.register("ram", BlockKind.ADDRESS, address, RAM, null);
      fresh.register("video", Ram.buffer(VIDEO));
      fresh.add(cpu);
      fresh.add(clock);
      restore(fresh, file);
      assertEquals(
          (RAM - 2 * Ram.CHUNK) / Ram.PAGE, Ram.populatedPages(address, RAM), "populated pages");
      assertArrayEquals(savedRam, Ram.bytes(Ram.view(address, RAM)));
    } finally {
      Ram.unmap(address, RAM);
    }
  }
}
