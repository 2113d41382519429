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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file of a chain is the image at its end. */
@Tag("once")
class FlattenerTest {
  private static final int LENGTH = 700 * TestImage.PAGE - 100;

  @TempDir Path folder;
  private Path full;
  private Path middle;
  private Path last;
  private Path flat;
  private final byte[][] content = new byte[3][LENGTH];

  @BeforeEach
  void write() throws IOException {
    full = folder.resolve("full.ramshot");
    middle = folder.resolve("middle.ramshot");
    last = folder.resolve("last.ramshot");
    flat = folder.resolve("flat.ramshot");
    for (int i = 0; i < LENGTH; i++) {
      content[0][i] = i / TestImage.PAGE % 5 == 0 ? 0 : (byte) (i * 31 >> 4);
    }
    for (int image = 1; image < 3; image++) {
      content[image] = content[image - 1].clone();
      for (int at = image * 50_000; at < LENGTH; at += 300_000) {
        content[image][at]++;
      }
    }
    image(0).write(full);
    image(1).on(image(0), "full.ramshot").write(middle);
    image(2)
        .on(image(1), "middle.ramshot")
        .extra("hash", new byte[40])
        .extra("note", new byte[9])
        .write(last);
  }

  private TestImage image(int index) {
    return new TestImage()
        .id(new UUID(1, index + 1))
        .block("ram", 16, content[index])
        .pieces("pieces", 2, 1000, -1, 0, 3000)
        .state("cpu0", new byte[] {1, 2, (byte) index})
        .info("note", "n" + index);
  }

  private void flatten(Path from) throws IOException {
    try (Image image = Image.open(from)) {
      Flattener.flatten(image, flat, ImageVerifier.Progress.NONE);
    }
  }

  @Test
  void isTheSameImage() throws Exception {
    flatten(last);
    for (Path gone : List.of(full, middle)) {
      Files.delete(gone);
    }
    try (Image image = Image.open(flat);
        Image before = Image.openAlone(last)) {
      assertEquals(before.header().id(), image.header().id());
      assertEquals(before.header().freezeTime(), image.header().freezeTime());
      assertEquals(Optional.empty(), image.parentRef());
      assertEquals(before.info(), image.info());
      assertArrayEquals(new byte[] {1, 2, 2}, image.states().get(0).bytes());
      assertEquals(before.shape(before.blocks().get(1)), image.shape(image.blocks().get(1)));
      assertEquals(List.of("hash"), image.extras(), "what is still true of it");
      ImageBlock block = image.blocks().get(0);
      HeapMemory memory = new HeapMemory(block.length());
      RamLoader.load(image, block, memory);
      assertArrayEquals(content[2], memory.bytes);
      assertEquals(0, image.inheritedPages(block));
      Verification found =
          ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE);
      assertTrue(found.isIntact(), () -> found.first().toString());
    }
    assertEquals(List.of("flat.ramshot", "last.ramshot"), names());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(flat)));
  }

  @Test
  void carriesWhatBuildsUponIt() throws Exception {
    flatten(middle);
    Files.delete(full);
    Files.delete(middle);
    try (Image image = Image.open(last)) {
      assertEquals(flat, image.parent().orElseThrow().path());
      HeapMemory memory = new HeapMemory(LENGTH);
      RamLoader.load(image, image.blocks().get(0), memory);
      assertArrayEquals(content[2], memory.bytes);
    }
  }

  @Test
  void refusesADamagedPageAndLeavesNothing() throws Exception {
    try (FileChannel channel = FileChannel.open(full, StandardOpenOption.WRITE)) {
      channel.write(
          ByteBuffer.wrap(new byte[] {99}), ImageLayout.ALIGNMENT + 402L * TestImage.PAGE);
    }
    ImageException e = assertThrows(ImageException.class, () -> flatten(last));
    assertTrue(
        e.getMessage().startsWith(full + " is damaged: page 402 of block ram"), e.getMessage());
    assertFalse(Files.exists(flat));
    assertEquals(List.of("full.ramshot", "last.ramshot", "middle.ramshot"), names());
  }

  @Test
  void overwritesNothing() throws Exception {
    Files.writeString(flat, "mine");
    assertThrows(ImageException.class, () -> flatten(last));
    assertEquals("mine", Files.readString(flat));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
