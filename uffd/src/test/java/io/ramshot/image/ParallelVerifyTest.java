package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many threads find what one finds, all of it, and say it in file order. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Tag("once")
class ParallelVerifyTest {
  private static final int PAGE = TestImage.PAGE;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws Exception {
    byte[] ram = new byte[24 << 20];
    new SplittableRandom(1).nextBytes(ram);
    file = folder.resolve("x.ramshot");
    new TestImage().block("ram", 16, ram).block("more", 0, ram.clone()).write(file);
  }

  private List<String> damages(Image image, ImageVerifier.Depth depth, int threads)
      throws Exception {
    List<String> found = new ArrayList<>();
    Verification verification =
        ImageVerifier.verify(
            image,
            depth,
            threads,
            (done, total) -> assertTrue(done <= total),
            damage -> found.add(damage.toString()));
    assertEquals(found.size(), verification.damages());
    assertEquals(
        found.stream().limit(ImageVerifier.LISTED_DAMAGES).toList(),
        verification.first().stream().map(Damage::toString).toList());
    return found;
  }

  private void damage(long... offsets) throws Exception {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (long offset : offsets) {
        ByteBuffer one = ByteBuffer.allocate(1);
        channel.read(one, offset);
        one.put(0, (byte) ~one.get(0));
        channel.write(one.flip(), offset);
      }
    }
  }

  @Test
  void everyDamageIsNamedOnceInFileOrder() throws Exception {
    try (Image image = Image.open(file)) {
      ImageBlock ram = image.blocks().get(0);
      ImageBlock more = image.blocks().get(1);
      List<String> expected = new ArrayList<>();
      for (int page = 0; page < 6000; page += 7) {
        damage(ram.fileOffset(page, PAGE) + 99);
        expected.add("page " + page + " of block ram");
      }
      damage(more.dataOffset() - 1);
      expected.add("file offset ");
      damage(more.fileOffset(5, PAGE));
      expected.add("page 5 of block more");
      for (int threads : new int[] {1, 2, 5}) {
        List<String> found = damages(image, ImageVerifier.Depth.EVERY_BYTE, threads);
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
          assertTrue(found.get(i).startsWith(expected.get(i)), found.get(i));
        }
      }
      assertEquals(expected.size() - 1, damages(image, ImageVerifier.Depth.STORED_PAGES, 3).size());
    }
  }

  @Test
  void anImageThatIsClosedMeanwhileIsNoDamage() throws Exception {
    Image image = Image.open(file);
    AtomicInteger calls = new AtomicInteger();
    assertThrows(
        ImageException.class,
        () ->
            ImageVerifier.verify(
                image,
                ImageVerifier.Depth.STORED_PAGES,
                3,
                (done, total) -> {
                  if (calls.incrementAndGet() == 2) {
                    close(image);
                  }
                },
                damage -> {
                  throw new AssertionError(damage.toString());
                }));
  }

  private static void close(Image image) {
    try {
      image.close();
    } catch (ImageException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatTheSinkThrowsEndsIt() throws Exception {
    try (Image image = Image.open(file)) {
      damage(image.blocks().get(0).fileOffset(3, PAGE));
      assertThrows(
          IllegalStateException.class,
          () ->
              ImageVerifier.verify(
                  image,
                  ImageVerifier.Depth.STORED_PAGES,
                  2,
                  ImageVerifier.Progress.NONE,
                  damage -> {
                    throw new IllegalStateException();
                  }));
    }
  }
}
