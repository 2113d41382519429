package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merges, whole and cut off before each of their changes. */
@Tag("once")
class AbsorptionTest {
  private static final int PAGES = 90;
  private static final int IMAGES = 4;
  private static final int LEAD = 16;

  @TempDir Path folder;
  private final byte[][] ram = new byte[IMAGES][PAGES * TestImage.PAGE - 2 * LEAD];
  private final List<TestImage> images = new ArrayList<>();

  /** Each a few pages on from the one before; some become zero, some are zero no more. */
  @BeforeEach
  void write() throws IOException {
    Random random = new Random(5);
    for (int i = 0; i < IMAGES; i++) {
      ram[i] = i == 0 ? ram[0] : ram[i - 1].clone();
      for (int page = 0; page < PAGES; page++) {
        if (i == 0 ? page % 5 > 0 : random.nextInt(4) == 0) {
          fill(ram[i], page, random.nextInt(3) == 0 ? 0 : random.nextInt(256));
        }
      }
      TestImage image =
          new TestImage()
              .id(id(i))
              .block("ram", LEAD, ram[i])
              .pieces("pieces", 4, 300, Shape.ABSENT, 5)
              .state("cpu", new byte[] {(byte) i, 1, 2})
              .info("index", "" + i)
              .extra("hist", new byte[] {9, (byte) i});
      images.add(image);
    }
    writeAll();
  }

  private void writeAll() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    for (int i = 0; i < IMAGES; i++) {
      TestImage image = images.get(i);
      (i == 0 ? image : image.on(images.get(i - 1), path(i - 1).getFileName().toString()))
          .write(path(i));
    }
  }

  private static void fill(byte[] content, int page, int value) {
    int from = Math.max(0, page * TestImage.PAGE - LEAD);
    int to = Math.min(content.length, (page + 1) * TestImage.PAGE - LEAD);
    java.util.Arrays.fill(content, from, to, (byte) value);
  }

  private static UUID id(int index) {
    return new UUID(3, index + 1);
  }

  private Path path(int index) {
    return folder.resolve(index + ".ramshot");
  }

  /** Fails unless an image can be read, and holds what it held when it was taken. */
  private void check(int index) throws Exception {
    try (Image image = Image.open(path(index))) {
      assertEquals(id(index), image.header().id());
      assertEquals("" + index, image.info().get("index"));
      assertArrayEquals(new byte[] {(byte) index, 1, 2}, image.states().get(0).bytes());
      assertEquals(
          ByteBuffer.wrap(new byte[] {9, (byte) index}), image.extra("hist").orElseThrow());
      assertEquals(1, image.shape(image.blocks().get(1)).stream().count());
      HeapMemory memory = new HeapMemory(ram[index].length);
      RamLoader.load(image, image.blocks().get(0), memory);
      assertArrayEquals(ram[index], memory.bytes, "image " + index);
      Verification found =
          ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE);
      assertTrue(found.isIntact(), () -> "image " + index + ": " + found.first());
    }
  }

  private void checkFrom(int oldest) throws Exception {
    for (int i = oldest; i < IMAGES; i++) {
      check(i);
    }
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new HashSet<>(files.map(file -> file.getFileName().toString()).toList());
    }
  }

  @Test
  void theOldestGivesWayOneAfterTheOther() throws Exception {
    for (int oldest = 0; oldest < IMAGES - 1; oldest++) {
      checkFrom(oldest);
      assertTrue(Absorption.absorb(path(oldest), path(oldest + 1)));
      assertFalse(Files.exists(path(oldest)));
      try (Image image = Image.openAlone(path(oldest + 1))) {
        assertEquals(Optional.empty(), image.parentRef());
        assertEquals(0, image.inheritedPages(image.blocks().get(0)));
      }
    }
    checkFrom(IMAGES - 1);
    assertEquals(Set.of("3.ramshot"), names());
  }

  /** Ends it before its n-th change, as a SIGKILL would: what was written before is there. */
  private static final class Killed extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private Absorption.Watch killBefore(int change, Random random) {
    int[] count = {0};
    return what -> {
      if (count[0]++ == change) {
        if (what.equals("write the metadata")) {
          halfWriteMetadata(random);
        }
        if (change % 2 == 0) {
          throw new Killed();
        }
        throw new OutOfMemoryError("of the host"); // what was written is as well there
      }
    };
  }

  /** Metadata may be written in part, whatever part, and the file may have any length. */
  private void halfWriteMetadata(Random random) throws IOException {
    Path merging = Absorption.file(path(1));
    long metadata;
    try (Image image = Image.openAlone(path(1))) {
      metadata = image.header().metadataOffset();
    } catch (ImageException e) {
      throw new IOException(e);
    }
    byte[] part = new byte[random.nextInt(600)];
    random.nextBytes(part);
    try (FileChannel channel = FileChannel.open(merging, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(part), metadata + random.nextInt(100));
      channel.truncate(metadata + random.nextInt(1000));
    }
  }

  /** Cut off before any change, and the second time before any change of the way that is left. */
  @Test
  void isReadAndResumedWhereverItWasCutOff() throws Exception {
    Random random = new Random(11);
    int changes = 0;
    for (boolean over = false; !over; changes++) {
      writeAll();
      over = !cutOff(changes, random);
      if (!over) {
        Set<String> names = names();
        boolean begun = !names.contains("0.ramshot");
        checkFrom(begun ? 1 : 0);
        assertEquals(names, names(), "a reader writes nothing");
        if (begun) {
          resumeAfterAnotherCut(random);
        } else {
          assertTrue(Absorption.absorb(path(0), path(1)));
        }
      }
      checkFrom(1);
      assertEquals(Set.of("1.ramshot", "2.ramshot", "3.ramshot"), names());
    }
    assertTrue(changes > 15, "changes: " + changes);
  }

  private boolean cutOff(int change, Random random) throws Exception {
    try {
      assertTrue(Absorption.absorb(path(0), path(1), killBefore(change, random)));
      return false;
    } catch (Killed | OutOfMemoryError e) {
      return true;
    }
  }

  private void resumeAfterAnotherCut(Random random) throws Exception {
    try {
      Absorption.resume(path(1), killBefore(random.nextInt(20), random));
    } catch (Killed | OutOfMemoryError e) {
      checkFrom(1);
      Absorption.resume(path(1));
    }
    Absorption.resume(path(1)); // nothing is left to do
  }

  @Test
  void blocksThatLieElsewhereAreLeftAlone() throws Exception {
    new TestImage()
        .id(id(1))
        .block("more", 0, new byte[] {1})
        .block("ram", LEAD, ram[1])
        .on(images.get(0), "0.ramshot")
        .write(path(1));
    assertFalse(Absorption.absorb(path(0), path(1)));
    try (Image image = Image.open(path(0))) {
      assertEquals(id(0), image.header().id());
    }
    assertEquals(Set.of("0.ramshot", "1.ramshot", "2.ramshot", "3.ramshot"), names());
  }

  @Test
  void onlyAnIncrementOnAFullImageIsAbsorbed() {
    for (int[] pair : new int[][] {{0, 2}, {1, 2}, {1, 0}}) {
      ImageException e =
          assertThrows(ImageException.class, () -> Absorption.absorb(path(pair[0]), path(pair[1])));
      assertTrue(e.getMessage().contains("is no increment on the full image"), e.getMessage());
    }
  }

  @Test
  void aDamagedPageStaysDamaged() throws Exception {
    long at;
    try (Image image = Image.openAlone(path(1))) {
      ImageBlock block = image.blocks().get(0);
      long page = 0;
      while (image.pageKind(block, page) != PageKind.STORED) {
        page++;
      }
      at = block.fileOffset(page, TestImage.PAGE);
    }
    try (FileChannel channel = FileChannel.open(path(1), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), at + 100);
    }
    assertTrue(Absorption.absorb(path(0), path(1)));
    try (Image image = Image.open(path(1))) {
      Verification found =
          ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE);
      assertEquals(1, found.damages());
      assertEquals(at, found.first().get(0).fileOffset());
    }
  }
}
