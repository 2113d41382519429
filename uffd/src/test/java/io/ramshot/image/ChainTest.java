package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Increments: three images, each on top of the one before. */
class ChainTest {
  private static final int PAGES = 20;
  private static final int LEAD = 16;

  @TempDir Path folder;
  private Path full;
  private Path first;
  private Path second;
  private final byte[][] content = new byte[3][PAGES * TestImage.PAGE - 2 * LEAD];

  @BeforeEach
  void write() throws IOException {
    full = folder.resolve("full.ramshot");
    first = folder.resolve("first.ramshot");
    second = folder.resolve("second.ramshot");
    for (int i = 0; i < content[0].length; i++) {
      content[0][i] = (byte) (i % 251 + i / TestImage.PAGE);
    }
    content[1] = content[0].clone();
    fill(content[1], 3, 5, (byte) 0); // pages become zero
    fill(content[1], 7, 8, (byte) 77);
    content[2] = content[1].clone();
    fill(content[2], 4, 5, (byte) 88); // and something again
    System.arraycopy(content[0], offset(7), content[2], offset(7), TestImage.PAGE); // changed back
    TestImage base = image(0);
    TestImage middle = image(1).on(base, "full.ramshot");
    base.write(full);
    middle.write(first);
    image(2).on(middle, "first.ramshot").write(second);
  }

  private TestImage image(int index) {
    return new TestImage().id(new UUID(1, index + 1)).block("ram", LEAD, content[index]);
  }

  private static int offset(int page) {
    return page * TestImage.PAGE - LEAD;
  }

  private static void fill(byte[] content, int from, int to, byte value) {
    for (int i = offset(from); i < offset(to); i++) {
      content[i] = value;
    }
  }

  @Test
  void isReadLikeOneFile() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (Image image = Image.open(List.of(full, first, second).get(i))) {
        assertArrayEquals(content[i], ram(image), "image " + i);
        ImageBlock block = image.blocks().get(0);
        ByteBuffer all = ByteBuffer.allocate(PAGES * TestImage.PAGE);
        image.readPages(block, 0, PAGES, all);
        byte[] bytes = new byte[content[i].length];
        all.get(LEAD, bytes);
        assertArrayEquals(content[i], bytes, "pages of image " + i);
      }
    }
  }

  private static byte[] ram(Image image) throws ImageException {
    ImageBlock block = image.blocks().get(0);
    HeapMemory memory = new HeapMemory(block.length());
    RamLoader.load(image, block, memory);
    return memory.bytes;
  }

  @Test
  void storesOnlyWhatChanged() throws Exception {
    try (Image image = Image.open(second)) {
      ImageBlock block = image.blocks().get(0);
      assertEquals(2, image.storedPages(block));
      assertEquals(1, image.zeroPages(block));
      assertEquals(PAGES - 3, image.inheritedPages(block));
      assertEquals(full, image.source(block, 2).image().path());
      assertEquals(second, image.source(block, 7).image().path());
      assertEquals(first, image.parent().orElseThrow().path());
      Image root = image.parent().orElseThrow().parent().orElseThrow();
      assertEquals(Optional.empty(), root.parent());
    }
  }

  @Test
  void findsAParentThatWasRenamed() throws Exception {
    Files.move(full, folder.resolve("other.ramshot"));
    image(2).id(new UUID(9, 9)).write(full); // and somebody else has its name
    try (Image image = Image.open(second)) {
      assertArrayEquals(content[2], ram(image));
    }
  }

  @Test
  void namesAMissingParent() throws Exception {
    Files.delete(full);
    ImageException e = assertThrows(ImageException.class, () -> Image.open(second).close());
    assertEquals(
        first
            + " builds upon image 00000000-0000-0001-0000-000000000001, saved as full.ramshot,"
            + " which is not in the same folder: put it there",
        e.getMessage());
    try (Image image = Image.openAlone(second)) {
      ImageBlock block = image.blocks().get(0);
      ByteBuffer page = ByteBuffer.allocate(TestImage.PAGE);
      image.readPage(block, 7, page);
      refused("was opened alone", () -> image.readPage(block, 2, page.clear()));
    }
  }

  @Test
  void refusesAParentWithOtherPages() throws Exception {
    byte[] changed = content[0].clone();
    changed[offset(2)]++;
    new TestImage().id(new UUID(1, 1)).block("ram", LEAD, changed).write(full);
    refused("page 2 of block ram is not the one that", () -> Image.open(first).close());
    new TestImage().id(new UUID(1, 1)).block("ram", LEAD + 1, content[0]).write(full);
    refused("block ram inherits from", () -> Image.open(first).close());
  }

  @Test
  void refusesItsOwnDescendantAsAnAncestor() throws Exception {
    image(0).on(image(2), "second.ramshot").write(full);
    refused("its ancestors have no end", () -> Image.open(second).close());
  }

  @Test
  void refusesTwoImagesOfOneId() throws Exception {
    TestImage base = image(0);
    TestImage middle = image(1).on(base, "full.ramshot");
    middle.write(first);
    image(2).id(new UUID(1, 1)).on(middle, "first.ramshot").write(second);
    refused("its ancestors have no end", () -> Image.open(second).close());
  }

  @Test
  void damageInAnAncestorIsFound() throws Exception {
    try (FileChannel channel = FileChannel.open(full, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {99}), ImageLayout.ALIGNMENT + 2 * TestImage.PAGE);
    }
    try (Image image = Image.open(second)) {
      refused(full + " is damaged: page 2 of block ram", () -> ram(image));
      Verification found =
          ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE);
      assertEquals(1, found.damages());
      assertTrue(found.first().get(0).problem().contains(full.toString()));
    }
  }

  @Test
  void keepsSectionsThatReadersMayPassOver() throws Exception {
    image(0).extra("note", new byte[] {1, 2, 3}).write(full);
    try (Image image = Image.open(full)) {
      assertEquals(List.of("note"), image.extras());
      assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), image.extra("note").orElseThrow());
      assertEquals(Optional.empty(), image.extra("none"));
    }
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void refused(String words, Action action) {
    ImageException e = assertThrows(ImageException.class, action::run);
    assertTrue(e.getMessage().contains(words), e.getMessage());
  }
}
