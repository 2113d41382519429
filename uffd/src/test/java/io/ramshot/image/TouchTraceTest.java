package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trace that is whole and the image's is read; any other counts for nothing. */
class TouchTraceTest {
  private static final TouchTrace.Place FIRST = new TouchTrace.Place(0, 1);
  private static final TouchTrace.Place SECOND = new TouchTrace.Place(0, 0);

  @TempDir Path folder;

  private Path image() throws Exception {
    Path path = folder.resolve("a.ramshot");
    new TestImage().block("ram", 16, new byte[5000]).write(path);
    return path;
  }

  @Test
  void isReadAsItWasWritten() throws Exception {
    try (Image image = Image.open(image())) {
      assertEquals(List.of(), TouchTrace.read(image).places());
      new TouchTrace(List.of(FIRST, SECOND)).write(image.path(), image.header().id());
      assertEquals(List.of(FIRST, SECOND), TouchTrace.read(image).places());
      assertEquals(2, Files.list(folder).count(), "only the image and its trace");
    }
  }

  @Test
  void countsForNothingIfItIsNotTheImages() throws Exception {
    try (Image image = Image.open(image())) {
      new TouchTrace(List.of(FIRST)).write(image.path(), UUID.randomUUID());
      assertEquals(List.of(), TouchTrace.read(image).places());
      new TouchTrace(List.of(FIRST, new TouchTrace.Place(0, 2)))
          .write(image.path(), image.header().id());
      assertEquals(List.of(), TouchTrace.read(image).places(), "there is no page 2");
      new TouchTrace(List.of(new TouchTrace.Place(1, 0))).write(image.path(), image.header().id());
      assertEquals(List.of(), TouchTrace.read(image).places(), "there is no block 1");
    }
  }

  @Test
  void countsForNothingIfAnyByteIsWrong() throws Exception {
    try (Image image = Image.open(image())) {
      new TouchTrace(List.of(FIRST, SECOND)).write(image.path(), image.header().id());
      Path file = TouchTrace.path(image.path());
      byte[] good = Files.readAllBytes(file);
      for (int at = 0; at < good.length; at++) {
        byte[] bad = good.clone();
        bad[at] ^= 0x40;
        Files.write(file, bad);
        assertEquals(List.of(), TouchTrace.read(image).places(), "byte " + at);
        Files.write(file, java.util.Arrays.copyOf(good, at));
        assertEquals(List.of(), TouchTrace.read(image).places(), "only " + at + " bytes");
      }
    }
  }

  @Test
  void whatAnOlderOneHasComesAfter() {
    TouchTrace older = new TouchTrace(List.of(FIRST, SECOND));
    assertEquals(List.of(SECOND, FIRST), new TouchTrace(List.of(SECOND)).before(older).places());
  }
}
