package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image is read wherever a provider, or memory, keeps it. */
class PathTest {
  @TempDir Path directory;
  private Path file;
  private TestImage written;

  @BeforeEach
  void write() throws Exception {
    file = directory.resolve("x.ramshot");
    written = TestImage.small();
    written.write(file);
  }

  @Test
  void anImageInAFolderIsPlain() throws Exception {
    try (Image image = Image.open(file)) {
      assertTrue(image.isPlainFile());
    }
  }

  @Test
  void anImageInAZipIsRead() throws Exception {
    Path zip = directory.resolve("x.zip");
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Files.copy(file, inside.getPath("x.ramshot"));
    }
    try (FileSystem inside = FileSystems.newFileSystem(zip)) {
      assertReads(inside.getPath("x.ramshot"));
    }
  }

  @Test
  void anImageInMemoryIsReadWithAndWithoutFileChannels() throws Exception {
    Configuration unix = Configuration.unix();
    Configuration plain = unix.toBuilder().setSupportedFeatures(Feature.LINKS).build();
    for (Configuration configuration : new Configuration[] {unix, plain}) {
      try (FileSystem memory = Jimfs.newFileSystem(configuration)) {
        assertReads(Files.copy(file, memory.getPath("x.ramshot")));
      }
    }
  }

  @Test
  void bytesAreRead() throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    Image image = Image.open(Path.of("bytes"), bytes);
    assertEquals(TestImage.ID, image.header().id());
    assertTrue(
        ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE)
            .isIntact());
    image.close();
    ImageBlock ram = image.blocks().get(0);
    assertEquals(
        "bytes cannot be read at offset "
            + ram.fileOffset(2, TestImage.PAGE)
            + " (ClosedChannelException): check the disk",
        assertThrows(
                ImageException.class,
                () -> image.readPage(ram, 2, ByteBuffer.allocate(TestImage.PAGE)))
            .getMessage());

    ByteBuffer cut = bytes.duplicate().limit(bytes.limit() - 1);
    ImageException e = assertThrows(ImageException.class, () -> Image.open(Path.of("bytes"), cut));
    assertTrue(e.getMessage().startsWith("bytes is truncated"), e.getMessage());
  }

  private void assertReads(Path elsewhere) throws ImageException {
    RoundTripTest.assertLoads(written, elsewhere);
    RoundTripTest.assertIntact(elsewhere);
    try (Image image = Image.open(elsewhere)) {
      assertFalse(image.isPlainFile());
    }
  }
}
