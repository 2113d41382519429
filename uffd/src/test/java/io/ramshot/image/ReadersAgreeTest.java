package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.Guest;
import io.ramshot.SnapshotState;
import io.ramshot.testing.Fuzzing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/read_image.py, written from docs/FORMAT.md alone, finds in images what this reader finds,
 * and refuses what it refuses.
 */
@Tag("once")
class ReadersAgreeTest {
  private static final int SECONDS = 120;
  private static final int MUTANTS_A_SEED = 30;

  @TempDir Path folder;

  private record Ended(int exitCode, List<String> lines) {}

  private static Path above(String name) throws IOException {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at.resolve(name))) {
        return at.resolve(name);
      }
    }
    throw new IOException(name + " is not above " + Path.of("").toAbsolutePath());
  }

  private Ended python(Object... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("python3"));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    Path output = Files.createTempFile(folder, "python", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " hung");
    }
    return new Ended(process.exitValue(), Files.readAllLines(output, StandardCharsets.UTF_8));
  }

  private Ended reader(Object... arguments) throws Exception {
    List<Object> all = new ArrayList<>(List.of(above("docs/read_image.py")));
    all.addAll(Arrays.asList(arguments));
    return python(all.toArray());
  }

  @Test
  void onGoldenImages() throws Exception {
    GoldenTest.unpack(folder);
    List<Path> files =
        GoldenTest.NAMES.stream().map(name -> folder.resolve(name + ".ramshot")).toList();
    List<String> found = agree(files);
    for (int i = 0; i < files.size(); i++) {
      StringBuilder expected = new StringBuilder(files.get(i).getFileName() + " sound");
      try (Image image = Image.open(files.get(i))) {
        for (ImageBlock block : image.blocks()) {
          HeapMemory memory = new HeapMemory(block.length());
          RamLoader.load(image, block, memory);
          expected.append(' ').append(GoldenText.sha256(memory.bytes));
        }
      }
      assertEquals(expected.toString(), found.get(i));
    }
  }

  @Test
  void onAnImageByTheEngine() throws Exception {
    ByteBuffer ram = ByteBuffer.allocateDirect(12 << 20);
    byte[] bytes = new byte[5 << 20];
    new Random(5).nextBytes(bytes);
    ram.put(3 << 20, bytes);
    ByteBuffer small = ByteBuffer.allocateDirect(5001).put(4000, (byte) 1);
    Guest guest = new Guest();
    guest.register("ram", ram);
    guest.register("small", small);
    Path file = folder.resolve("engine.ramshot");
    assertEquals(SnapshotState.COMPLETED, guest.snapshot(file).await().state());
    Path out = folder.resolve("ram");
    Ended extracted = reader(file, "--verify", "--extract", "ram", out);
    assertEquals(0, extracted.exitCode(), extracted::toString);
    byte[] expected = new byte[ram.capacity()];
    ram.get(0, expected);
    assertArrayEquals(expected, Files.readAllBytes(out));

    // In the middle of what is stored.
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[8]), (1 << 20) + (5 << 20) + 123);
    }
    assertEquals(0, reader(file).exitCode());
    Ended damaged = reader(file, "--verify");
    assertEquals(1, damaged.exitCode());
    assertTrue(damaged.lines().toString().contains("page 1280 of block ram is damaged"));
  }

  /** A line for each file. */
  private List<String> agree(List<Path> files) throws Exception {
    List<Object> arguments =
        new ArrayList<>(List.of(above("uffd/src/test/python/agree.py"), above("docs")));
    arguments.addAll(files);
    Ended ended = python(arguments.toArray());
    assertEquals(0, ended.exitCode(), ended::toString);
    return ended.lines();
  }

  @Test
  void onPackedFiles() throws Exception {
    Path file = folder.resolve("packed.ramshot");
    Files.write(file, new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, 0, 0, 0});
    Ended ended = reader(file);
    assertEquals(1, ended.exitCode());
    assertTrue(ended.lines().get(0).endsWith("packed: unpack it with zstd -d FILE -o OUT"));
  }

  /** What the fuzzer starts from, with bytes changed behind the checksums. */
  @Test
  void onWhatIsSound() throws Exception {
    ImageSeeds.parent().write(folder.resolve(ImageSeeds.PARENT_FILE));
    Map<String, Boolean> sound = new TreeMap<>();
    List<Path> files = new ArrayList<>();
    Random random = new Random(7);
    for (Map.Entry<String, byte[]> seed : Fuzzing.seeds(ImageFuzz.class).entrySet()) {
      for (int i = 0; i <= MUTANTS_A_SEED; i++) {
        byte[] recipe = i == 0 ? seed.getValue() : mutant(seed.getValue(), random);
        Path file = folder.resolve(seed.getKey() + "-" + i);
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
          new ImageRecipe(recipe).write(channel);
        }
        sound.put(file.getFileName().toString(), isSound(file));
        files.add(file);
      }
    }
    List<String> found = agree(files);
    Map<String, Boolean> theirs = new TreeMap<>();
    for (String line : found) {
      theirs.put(line.split(" ")[0], line.split(" ")[1].equals("sound"));
    }
    assertEquals(sound, theirs, found::toString);
    long sounds = sound.values().stream().filter(Boolean::booleanValue).count();
    assertTrue(sounds >= 10 && sounds <= sound.size() / 2, sounds + " of " + sound.size());
  }

  private static byte[] mutant(byte[] recipe, Random random) {
    byte[] mutant = recipe.clone();
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(mutant.length);
      mutant[at] =
          (byte) (random.nextBoolean() ? random.nextInt() : mutant[at] ^ 1 << random.nextInt(8));
    }
    return mutant;
  }

  private static boolean isSound(Path file) {
    try (Image image = Image.open(file)) {
      return ImageVerifier.verify(
              image, ImageVerifier.Depth.STORED_PAGES, ImageVerifier.Progress.NONE)
          .isIntact();
    } catch (ImageException e) {
      return false;
    }
  }
}
