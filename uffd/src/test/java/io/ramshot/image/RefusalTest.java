package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is no sound image is refused, and the message says why and what to do. */
class RefusalTest {
  @TempDir Path directory;
  private Path file;
  private byte[] image;

  @BeforeEach
  void writeImage() throws Exception {
    file = directory.resolve("x.ramshot");
    TestImage.small().write(file);
    image = Files.readAllBytes(file);
  }

  @Test
  void filesThatAreNoImages() throws Exception {
    assertEquals(
        directory.resolve("none") + " does not exist: check the name",
        assertThrows(ImageException.class, () -> Image.open(directory.resolve("none")))
            .getMessage());
    assertThrows(ImageException.class, () -> Image.open(directory));
    Files.write(file, new byte[0]);
    refused("is empty");
    Files.writeString(file, "hello");
    refused("is not a ramshot image");
    Files.writeString(file, "hello".repeat(10_000));
    refused("is not a ramshot image");
    Files.write(file, new byte[1 << 20]);
    refused("has no header: its snapshot was never finished");
  }

  @Test
  void anyTruncation() throws Exception {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      int metadata = image.length - 4096 & -4096;
      for (int length = image.length - 1; length >= 0; length--) {
        access.setLength(length);
        String message = length == 0 ? "is empty" : "is truncated";
        refused(message);
        if (length > 8192 && length < metadata) {
          length -= 4093; // Within page data one length is like the next.
        }
      }
    }
    assertTrue(new Forgery(image).bytes.getLong(104) == image.length);
  }

  @Test
  void bytesAfterTheEnd() throws Exception {
    Files.write(file, Arrays.copyOf(image, image.length + 1));
    refused(
        "is too long: its header says "
            + image.length
            + " bytes, the file has "
            + (image.length + 1)
            + ": copy it again");
  }

  @Test
  void everyFieldOfTheHeader() throws Exception {
    header("is not a ramshot image", f -> f.put(0, (byte) 'r'));
    header("is not a ramshot image", f -> f.put(7, (byte) '\n'));
    header("has format version 7, this build reads version 1", f -> f.putInt(8, 7));
    header("has format version 4294967295,", f -> f.putInt(8, -1));
    header("has flags 0x80000000", f -> f.putInt(20, 0x80000000));
    header("has BLKS where this build expects PRNT", f -> f.put(47, (byte) 1));
    long idHigh = Long.reverseBytes(TestImage.ID.getMostSignificantBits());
    long idLow = Long.reverseBytes(TestImage.ID.getLeastSignificantBits());
    header("makes the image its own parent", f -> f.putLong(40, idHigh).putLong(48, idLow));
    header("page size of 0", f -> f.putInt(12, 0));
    header("page size of 2048", f -> f.putInt(12, 2048));
    header("page size of 131072", f -> f.putInt(12, 131072));
    header("page size of 4294967295", f -> f.putInt(12, -1));
    header("page size of 5000", f -> f.putInt(12, 5000));
    header("byte order of 0", f -> f.putInt(16, 0));
    header("byte order of 3", f -> f.putInt(16, 3));
    header("image id of 0", f -> f.putLong(24, 0).putLong(32, 0));
    header("data offset of 0", f -> f.putLong(64, 0));
    header("data offset of 4096", f -> f.putLong(64, 4096));
    header("data offset of 18446744073709551615", f -> f.putLong(64, -1));
    header("data length of 1", f -> f.putLong(72, 1));
    header("data length of 9223372036854771712", f -> f.putLong(72, Long.MAX_VALUE & -4096));
    header("data length of 18446744073709547520", f -> f.putLong(72, -4096));
    header("metadata offset of 4096", f -> f.putLong(80, 4096));
    header("metadata length of 7", f -> f.putLong(88, 7));
    header("metadata length of 9223372036854775800", f -> f.putLong(88, Long.MAX_VALUE & -8));
    header("metadata length of 18446744073709551608", f -> f.putLong(88, -8));
    header("file length of 8", f -> f.putLong(104, 8));
    header("section count of 4294967295", f -> f.putInt(96, -1));
    header("section 6 of its metadata is missing", f -> f.putInt(96, 7));
    header("bytes after its last section", f -> f.putInt(96, 5));
    header("bytes after its last section", f -> f.putInt(96, 2));
    header("block count of 7", f -> f.putInt(100, 7));
    header("has 2 blocks, the header says 1", f -> f.putInt(100, 1));
    header("not the ones that its header was written for", f -> f.putInt(112, 1));
    header("reserved bytes of the header", f -> f.put(116, (byte) 1));
    header("reserved bytes of the header", f -> f.put(4091, (byte) 1));
    new Forgery(image).putInt(4092, 0).write(file);
    refused("is damaged: the checksum of its header is wrong");
  }

  @Test
  void aLengthBeyondTheFile() throws Exception {
    long more = 1L << 50;
    header(
        "is truncated: its header says " + (image.length + more) + " bytes",
        f -> f.putLong(88, f.bytes.getLong(88) + more).putLong(104, image.length + more));
  }

  @Test
  void sectionsThatDoNotBelong() throws Exception {
    int last = new Forgery(image).payload("INFO", 0) - 24;
    forged("has XNFO where this build expects INFO", f -> f.put(last, (byte) 'X'));
    forged("has STAT where this build expects INFO", f -> f.put(last, "STAT".getBytes(ASCII)));
    forged("has the end where this build expects INFO", f -> f.put(last, (byte) 'x'));
    forged("a type that is not four letters", f -> f.put(last, (byte) 0));
    forged("a reserved word that is not zero", f -> f.putInt(last + 16, 1));
    forged("an impossible length of 18446744073709551615", f -> f.putLong(last + 8, -1));
    forged("an impossible length of 4611686018427387904", f -> f.putLong(last + 8, 1L << 62));
    int padding = new Forgery(image).payload("BLKS", 0) - 24 - 1;
    forged("padded with something else", f -> f.put(padding, (byte) 1));
    Forgery unsealed = new Forgery(image);
    unsealed.putInt(last + 20, 0).write(file);
    refused("section 5 of its metadata has a header that does not match its checksum");
    new Forgery(image).put(last + 30, (byte) 99).write(file);
    refused("section INFO does not match its checksum");
  }

  private static final java.nio.charset.Charset ASCII = StandardCharsets.US_ASCII;

  @Test
  void aWordForWhoWasFrozenThatThereIsNot() throws Exception {
    TestImage.small().info(Frozen.KEY, "threads").write(file);
    try (Image frozen = Image.open(file)) {
      assertEquals(Frozen.THREADS, frozen.frozen().orElseThrow());
    }
    TestImage.small().info(Frozen.KEY, "everybody").write(file);
    refused("says that the freeze stopped \"everybody\", which nothing is called");
  }

  @Test
  void sectionsOfAnotherImage() throws Exception {
    // Same geometry, other payload: each file is sound by itself, their mix is not.
    byte[] header = Arrays.copyOf(image, 4096);
    Forgery forgery = new Forgery(image);
    int state = forgery.payload("STAT", 0) + 20;
    forgery.put(state, (byte) 77).seal().write(file);
    Image.open(file).close();
    forgery.put(0, header).write(file);
    refused("not the ones that its header was written for");
  }

  @Test
  void optionalSectionsArePassedOver() throws Exception {
    byte[] longer = Arrays.copyOf(image, image.length + 24 + 8);
    Forgery forgery = new Forgery(longer);
    forgery
        .put(image.length, "xtra".getBytes(ASCII))
        .putLong(image.length + 8, 8)
        .putLong(88, forgery.bytes.getLong(88) + 32)
        .putLong(104, longer.length)
        .putInt(96, 7)
        .seal()
        .write(file);
    Image.open(file).close();
    forgery.put(longer.length - 1, (byte) 1).write(file);
    refused("section xtra does not match its checksum");
  }

  @Test
  void blocksThatCannotBe() throws Exception {
    int blocks = new Forgery(image).payload("BLKS", 0);
    int ram = blocks + 4;
    int rom = ram + 34 + 3;
    forged("is too short for 4294967295 blocks", f -> f.putInt(blocks, -1));
    forged("is too short for 2147483647 blocks", f -> f.putInt(blocks, Integer.MAX_VALUE));
    forged("has 1 blocks, the header says 2", f -> f.putInt(blocks, 1));
    forged("has block 1 in the place of block 0", f -> f.putInt(ram, 1));
    forged("has block ram of unknown kind 9", f -> f.putInt(ram + 4, 9));
    forged("impossible length of 0", f -> f.putLong(ram + 8, 0));
    forged("impossible length of 18446744073709551615", f -> f.putLong(ram + 8, -1));
    forged("impossible length of 9223372036854775807", f -> f.putLong(ram + 8, Long.MAX_VALUE));
    forged("impossible length of 1099511627776", f -> f.putLong(ram + 8, 1L << 40));
    forged("puts block ram at impossible offset", f -> f.putLong(ram + 8, 1L << 30));
    forged("impossible offset 0", f -> f.putLong(ram + 16, 0));
    forged("impossible offset 1052672", f -> f.putLong(ram + 16, (1 << 20) + 4096));
    forged("impossible offset -1048576", f -> f.putLong(ram + 16, -1 << 20));
    forged("puts block rom at impossible offset 1048576", f -> f.putLong(rom + 16, 1 << 20));
    forged("puts block rom at impossible offset", f -> f.putLong(rom + 16, 1L << 40));
    forged("impossible lead of 4096", f -> f.putInt(ram + 24, 4096));
    forged("impossible lead of 4294967295", f -> f.putInt(ram + 24, -1));
    forged("a reserved word that is not zero", f -> f.putInt(ram + 28, 1));
    forged("ends before block name", f -> f.put(rom + 33, (byte) -1));
    forged("empty or has control characters", f -> f.put(ram + 34, (byte) '\n'));
    forged("block name that is no UTF-8", f -> f.put(ram + 34, (byte) 0xFF));
    forged("two blocks named ram", f -> f.put(rom + 34, "ram".getBytes(ASCII)));
  }

  @Test
  void pageTablesThatCannotBe() throws Exception {
    int pages = new Forgery(image).payload("PAGE", 0);
    forged("section PAGE of block 1 is in the place of block 0", f -> f.putInt(pages, 1));
    forged("a reserved word that is not zero", f -> f.putInt(pages + 4, 1));
    forged("has 2147483647 pages for block ram", f -> f.putLong(pages + 8, Integer.MAX_VALUE));
    forged("has 18446744073709551615 pages", f -> f.putLong(pages + 8, -1));
    forged("impossible kind 2", f -> f.put(pages + 16, (byte) 2));
    forged("impossible kind -1", f -> f.put(pages + 16, (byte) -1));
    forged("impossible kind 0 with checksum", f -> f.put(pages + 18, (byte) 0));
    forged("padding that is not zero", f -> f.put(pages + 16 + 7, (byte) 1));
  }

  @Test
  void statesAndFiguresThatCannotBe() throws Exception {
    int states = new Forgery(image).payload("STAT", 0);
    int info = new Forgery(image).payload("INFO", 0);
    forged("is too short for 2147483647 states", f -> f.putInt(states, Integer.MAX_VALUE));
    forged("STAT has 17 bytes too many", f -> f.putInt(states, 1));
    forged("ends before the state of cpu0", f -> f.putLong(states + 10, -1));
    forged("ends before the state of cpu0", f -> f.putLong(states + 10, Integer.MAX_VALUE));
    forged("is too short for 4294967295 figures", f -> f.putInt(info, -1));
    forged("empty or has control characters", f -> f.put(info + 6, (byte) 0));
    forged("ends before figure's value", f -> f.put(info + 16, (byte) -1));
  }

  private interface Edit {
    void apply(Forgery forgery);
  }

  private void header(String message, Edit edit) throws Exception {
    Forgery forgery = new Forgery(image);
    edit.apply(forgery);
    forgery.sealHeader().write(file);
    refused(message);
  }

  private void forged(String message, Edit edit) throws Exception {
    Forgery forgery = new Forgery(image);
    edit.apply(forgery);
    forgery.seal().write(file);
    refused(message);
  }

  private void refused(String message) {
    ImageException e = assertThrows(ImageException.class, () -> Image.open(file).close(), message);
    assertTrue(e.getMessage().startsWith(file + " "), e::getMessage);
    assertTrue(e.getMessage().contains(message), () -> e.getMessage() + " instead of " + message);
    assertEquals(1, e.getMessage().lines().count());
  }
}
