package io.ramshot.image;

import io.ramshot.testing.Frugal;
import io.ramshot.testing.Outcomes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Fuzzes header, sections and page tables: an image is read as a restore would, or refused with one
 * clear line, and never takes more memory than its file accounts for. See docs/FUZZING.md.
 */
public final class ImageFuzz {
  /** Buffers of the reader, whatever the file: 64 KiB a section read, 1 MiB to verify pages. */
  private static final long HEAP_BYTES = 1 << 20;

  /** The shortest entry of a section, a figure of 5 bytes, becomes objects of so much a byte. */
  private static final long HEAP_PER_BYTE = 128;

  private static final long DIRECT_BYTES = 2 << 20;
  private static final long MAX_LOADED = 1 << 20;

  static final Outcomes OUTCOMES = new Outcomes();

  private static Path file;
  private static FileChannel channel;

  private ImageFuzz() {}

  public static void fuzzerInitialize() {
    Runtime.getRuntime().addShutdownHook(new Thread(OUTCOMES::print));
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    open();
    ImageRecipe recipe = new ImageRecipe(input);
    recipe.write(channel);
    // Restored bytes go to an array as long as the block, which the file's holes account for.
    long heap = HEAP_BYTES + HEAP_PER_BYTE * recipe.metadataLength();
    Frugal.run(heap, DIRECT_BYTES + recipe.metadataLength(), ImageFuzz::read);
  }

  /** In memory if possible; and beside the image the parent of those that have one. */
  private static void open() throws IOException {
    if (file == null) {
      Path memory = Path.of("/dev/shm");
      Path folder =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "fuzz")
              : Files.createTempDirectory("fuzz");
      Path parent = folder.resolve(ImageSeeds.PARENT_FILE);
      ImageSeeds.parent().write(parent);
      file = folder.resolve("fuzz.ramshot");
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Stream.of(folder, parent, file).forEach(path -> path.toFile().deleteOnExit());
    }
  }

  private static void read() {
    read(OUTCOMES, file, () -> Image.open(file));
  }

  /** Opens an image. */
  interface Opening {
    Image open() throws ImageException;
  }

  /**
   * @param path that messages are to name
   */
  static void read(Outcomes outcomes, Path path, Opening opening) {
    try (Image image = opening.open()) {
      outcomes.add("opened");
      use(image, outcomes);
      outcomes.add("used");
    } catch (ImageException e) {
      requireClear(e, path);
      outcomes.add(e.getMessage().replace(path.toString(), "").replaceAll("[^ -~]", "?"));
    }
  }

  /** All that a restore, verify and info ask of an image. */
  private static void use(Image image, Outcomes outcomes) throws ImageException {
    image.product();
    image.info();
    image.states();
    for (String type : image.extras()) {
      image.extra(type);
    }
    image.history();
    Optional<PageHashes> hashes = PageHashes.read(image);
    int pageSize = image.header().pageSize();
    for (ImageBlock block : image.blocks()) {
      if (hashes.isPresent() && hashes.get().has(block)) {
        int length = image.pageTable(block).pageCount() * PageHashes.LENGTH;
        hashes.get().expand(block, ByteBuffer.allocate(length));
      }
      image.shape(block);
      image.pageTable(block);
      image.storedPages(block);
      image.zeroPages(block);
      image.inheritedPages(block);
      image.pageKind(block, 0);
      image.pageCrc(block, block.pageCount(pageSize) - 1);
    }
    Verification verification =
        ImageVerifier.verify(image, ImageVerifier.Depth.STORED_PAGES, ImageVerifier.Progress.NONE);
    verification.first().forEach(damage -> outcomes.add("verify: " + damage.problem()));
    ByteBuffer memory = ByteBuffer.allocate(64 << 10);
    for (ImageBlock block : image.blocks()) {
      image.readPage(block, block.pageCount(pageSize) - 1, memory.clear());
      if (block.length() <= MAX_LOADED) {
        RamLoader.load(image, block, new Sink());
      }
    }
  }

  private static void requireClear(ImageException e, Path path) {
    String message = e.getMessage();
    if (!message.startsWith(path + " ")
        || !message.contains(": ")
        || message.chars().anyMatch(Character::isISOControl)) {
      throw new AssertionError("unclear: " + message, e);
    }
    if (e.getCause() instanceof OutOfMemoryError) {
      throw new AssertionError("wanted too much memory: " + message, e);
    }
  }

  /** Memory that forgets. */
  private static final class Sink implements Memory {
    private static final ByteBuffer BYTES = ByteBuffer.allocate(4 << 20);

    @Override
    public ByteBuffer slice(long offset, int length) {
      return BYTES.slice(0, length);
    }

    @Override
    public void zero(long offset, long length) {
      if (offset < 0 || length < 1) {
        throw new AssertionError("zeroed " + length + " bytes at " + offset);
      }
    }
  }
}
