package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import io.ramshot.testing.Mount;
import io.ramshot.uffd.ImageName;
import io.ramshot.uffd.Machine;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packing and unpacking give every byte and every hole back, on any provider. */
@Tag("once")
class PackTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private Path file;
  private Path packed;
  private TestImage written;

  @BeforeEach
  void write() throws Exception {
    file = directory.resolve("x.ramshot");
    packed = directory.resolve("x.ramshot.zst");
    byte[] mixed = new byte[5 * MIB + 12_345];
    Random random = new Random(7);
    for (int at = 0; at < MIB; at++) {
      mixed[at] = (byte) random.nextInt(); // does not compress
    }
    System.arraycopy(RoundTripTest.sparse(MIB, 8), 0, mixed, 4 * MIB, MIB); // after 3 MiB of holes
    written =
        new TestImage()
            .block("ram", 16, mixed)
            .block("none", 0, new byte[4 * MIB])
            .block("rom", 4080, new byte[] {42})
            .state("cpu0", new byte[300_000]);
    written.write(file);
  }

  private static void pack(Path from, Path to) throws ImageException {
    try (Image image = Image.openAlone(from)) {
      ImagePacker.pack(image, to, ImagePacker.DEFAULT_LEVEL, 2, ImageVerifier.Progress.NONE);
    }
  }

  private static void unpack(Path from, Path to) throws ImageException {
    try (Image image = Image.openAlone(from)) {
      ImageUnpacker.unpack(image, to, 2, ImageVerifier.Progress.NONE);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "19, 3"})
  void everyByteAndEveryHoleComesBack(int level, int threads) throws Exception {
    long[] last = new long[2];
    try (Image image = Image.openAlone(file)) {
      long length =
          ImagePacker.pack(
              image,
              packed,
              level,
              threads,
              (done, total) -> {
                assertTrue(done > last[0] && done <= total);
                last[0] = done;
                last[1] = total;
              });
      assertEquals(Files.size(packed), length);
      assertEquals(last[0], last[1]);
    }
    assertTrue(Files.size(packed) < 3 * MIB, "size " + Files.size(packed));
    RoundTripTest.assertLoads(written, packed);
    RoundTripTest.assertIntact(packed);

    Path back = directory.resolve("back.ramshot");
    unpack(packed, back);
    assertEquals(-1, Files.mismatch(file, back));
    assertEquals(4096, Machine.pageBytes()); // loads the library
    long room = ImageName.allocatedBytes(file); // a block more or less for the list of extents
    assertEquals(room, ImageName.allocatedBytes(back), 65_536);
    Path again = directory.resolve("again.zst");
    pack(packed, again); // packed images are images
    assertArrayEquals(Files.readAllBytes(back), ZstdTool.decompress(again));
    for (Path made : List.of(packed, back)) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
    }
    assertNothingLeft(4);
  }

  @Test
  void aHoleIsAHoleWhateverTheFileHasThere() throws Exception {
    byte[] before = Files.readAllBytes(file);
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(new byte[] {1}), 5000);
      out.write(ByteBuffer.wrap(new byte[] {1}), 3 * MIB);
    }
    pack(file, packed);
    Path back = directory.resolve("back.ramshot");
    unpack(packed, back);
    assertArrayEquals(before, Files.readAllBytes(back));
  }

  @Test
  void theZstdToolReadsIt() throws Exception {
    pack(file, packed);
    assertArrayEquals(Files.readAllBytes(file), ZstdTool.decompress(packed));
    ZstdTool.run("-q", "--test", packed.toString());
  }

  /** Frames of other lengths, without checksums, as other tools write them. */
  @ParameterizedTest
  @CsvSource({"100000, false", "1048576, true", "8388608, false"})
  void framesOfTheZstdToolAreRead(int length, boolean checksums) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    List<byte[]> frames = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    Path piece = directory.resolve("piece");
    for (int at = 0; at < bytes.length; at += length) {
      int end = Math.min(at + length, bytes.length);
      Files.write(piece, java.util.Arrays.copyOfRange(bytes, at, end));
      frames.add(ZstdTool.compress(piece, checksums));
      lengths.add(end - at);
    }
    Files.write(packed, ZstdTool.seekable(frames, lengths, checksums));
    RoundTripTest.assertLoads(written, packed);
    RoundTripTest.assertIntact(packed);
  }

  @Test
  void packsToAndFromAZip() throws Exception {
    Path zip = directory.resolve("x.zip");
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      pack(file, inside.getPath("/x.ramshot.zst"));
      unpack(inside.getPath("/x.ramshot.zst"), inside.getPath("/x.ramshot"));
    }
    try (FileSystem inside = FileSystems.newFileSystem(zip)) {
      RoundTripTest.assertLoads(written, inside.getPath("/x.ramshot.zst"));
      assertEquals(-1, Files.mismatch(file, inside.getPath("/x.ramshot")));
      try (Stream<Path> names = Files.list(inside.getPath("/"))) {
        assertEquals(2, names.count());
      }
    }
  }

  @Test
  void packsToAndFromMemoryWithAndWithoutFileChannels() throws Exception {
    Configuration unix = Configuration.unix();
    Configuration plain = unix.toBuilder().setSupportedFeatures(Feature.LINKS).build();
    for (Configuration configuration : List.of(unix, plain)) {
      try (FileSystem memory = Jimfs.newFileSystem(configuration)) {
        Path there = memory.getPath("x.ramshot.zst");
        Path back = memory.getPath("back.ramshot");
        pack(file, there);
        RoundTripTest.assertLoads(written, there);
        unpack(there, back);
        assertEquals(-1, Files.mismatch(file, back));
        ImageException e = assertThrows(ImageException.class, () -> pack(file, there));
        assertEquals(there.toUri() + " exists: remove it, or choose another name", e.getMessage());
        assertTrue(e.getMessage().startsWith("jimfs://"), e.getMessage());
      }
    }
  }

  @Test
  void aDamagedImageIsNotPackedAndTheDamageIsNamed() throws Exception {
    long offset;
    try (Image image = Image.openAlone(file)) {
      offset = image.blocks().get(0).fileOffset(17, TestImage.PAGE);
    }
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), offset + 100);
    }
    ImageException e = assertThrows(ImageException.class, () -> pack(file, packed));
    assertTrue(
        e.getMessage()
            .startsWith(file + " is damaged: page 17 of block ram, at file offset " + offset),
        e.getMessage());
    assertNothingLeft(1);
  }

  @Test
  void targetsThatCannotBe() throws Exception {
    Files.writeString(packed, "mine");
    for (Path wrong : List.of(packed, directory, directory.resolve("none/x"))) {
      ImageException e = assertThrows(ImageException.class, () -> pack(file, wrong));
      assertTrue(
          e.getMessage().startsWith(wrong + " is a folder: ")
              || e.getMessage().startsWith(wrong + " exists: ")
              || e.getMessage().startsWith(wrong + " cannot be made, because folder "),
          e.getMessage());
    }
    assertEquals("mine", Files.readString(packed));
    assertNothingLeft(2);
  }

  @Test
  void aFullDiskLeavesNothing() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    Mount mount = Mount.tmpfs(disk, "size=1m");
    try {
      Path target = disk.resolve("x.zst");
      ImageException e = assertThrows(ImageException.class, () -> pack(file, target));
      assertTrue(
          e.getMessage().startsWith(target + " cannot be written (No space left on device): "),
          e.getMessage());
      try (Stream<Path> left = Files.list(disk)) {
        assertEquals(0, left.count());
      }
      Configuration small = Configuration.unix().toBuilder().setMaxSize(1 << 20).build();
      try (FileSystem memory = Jimfs.newFileSystem(small)) {
        Path other = memory.getPath("x.zst");
        assertThrows(ImageException.class, () -> pack(file, other));
        assertFalse(Files.exists(other));
      }
    } finally {
      mount.close();
    }
  }

  /** An increment is packed by itself, and finds its parents, packed or not. */
  @Test
  void chainsMayBePacked() throws Exception {
    byte[][] content = new byte[3][40 * TestImage.PAGE];
    List<TestImage> images = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      if (i > 0) {
        System.arraycopy(content[i - 1], 0, content[i], 0, content[i].length);
      }
      java.util.Arrays.fill(
          content[i], i * TestImage.PAGE, (20 + i) * TestImage.PAGE, (byte) (i + 1));
      TestImage image = new TestImage().id(new UUID(1, i + 1)).block("ram", 0, content[i]);
      images.add(i == 0 ? image : image.on(images.get(i - 1), (i - 1) + ".ramshot"));
      image.write(directory.resolve(i + ".ramshot"));
    }
    for (int i = 0; i < 3; i++) { // each in turn: packed, then the plain one goes
      Path plain = directory.resolve(i + ".ramshot");
      Path small = directory.resolve(i == 1 ? "moved.ramshot.zst" : i + ".ramshot.zst");
      pack(plain, small);
      Path unpacked = directory.resolve("unpacked");
      unpack(small, unpacked);
      assertEquals(-1, Files.mismatch(plain, unpacked));
      Files.delete(unpacked);
      Files.delete(plain);
      Path last = directory.resolve(i < 2 ? "2.ramshot" : "2.ramshot.zst");
      RoundTripTest.assertLoads(images.get(2), last);
      RoundTripTest.assertIntact(last);
    }
  }

  @Test
  void manyThreadsReadOnePackedImage() throws Exception {
    pack(file, packed);
    byte[] bytes = Files.readAllBytes(file);
    readAtOnce(packed, bytes);
    Configuration plain =
        Configuration.unix().toBuilder().setSupportedFeatures(Feature.LINKS).build();
    try (FileSystem memory = Jimfs.newFileSystem(plain)) { // whose channels have one position
      readAtOnce(Files.copy(packed, memory.getPath("x.ramshot.zst")), bytes);
      readAtOnce(Files.copy(file, memory.getPath("x.ramshot")), bytes);
    }
  }

  private static void readAtOnce(Path path, byte[] bytes) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Image image = Image.open(path)) {
      List<Callable<Void>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random random = new Random(i);
        readers.add(
            () -> {
              for (int round = 0; round < 40; round++) {
                int from = random.nextInt(bytes.length);
                int length = random.nextInt(Math.min(bytes.length - from, 3 * MIB) + 1);
                ByteBuffer read = ByteBuffer.allocate(length);
                image.file().readFully(read, from);
                assertEquals(ByteBuffer.wrap(bytes, from, length), read.flip());
              }
              return null;
            });
      }
      for (Future<Void> done : threads.invokeAll(readers)) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void withoutZstdJniPackedImagesAreRefusedAndPlainOnesRead() throws Exception {
    pack(file, packed);
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!entry.contains("zstd-jni")) {
        path.add(Path.of(entry).toUri().toURL());
      }
    }
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader loader = new URLClassLoader(path.toArray(URL[]::new), platform)) {
      Class<?> image = loader.loadClass(Image.class.getName());
      ((AutoCloseable) image.getMethod("open", Path.class).invoke(null, file)).close();
      Throwable e =
          assertThrows(
                  java.lang.reflect.InvocationTargetException.class,
                  () -> image.getMethod("open", Path.class).invoke(null, packed))
              .getCause();
      assertTrue(
          e.getMessage().startsWith(packed + " needs zstd-jni, which is not on the class path: "),
          e.getMessage());
    }
  }

  private void assertNothingLeft(int files) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      List<Path> left = all.toList();
      assertEquals(files, left.size(), left::toString);
      assertFalse(left.stream().anyMatch(p -> p.toString().endsWith(".part")));
    }
  }
}
