package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Images that {@link ImageFuzz} starts from; run it to write their recipes into a folder. */
final class ImageSeeds {
  /** The file of the image that increments among the seeds build upon. */
  static final String PARENT_FILE = "parent.ramshot";

  private ImageSeeds() {}

  static TestImage parent() {
    return TestImage.small().id(ImageRecipe.PARENT_ID);
  }

  static Map<String, TestImage> all() {
    Map<String, TestImage> all = new LinkedHashMap<>();
    all.put("small", TestImage.small());
    all.put("increment", TestImage.small().on(parent(), PARENT_FILE));
    all.put("increment-elsewhere", TestImage.small().on(parent(), "\u00fcbel.ramshot"));
    all.put(
        "pieces",
        new TestImage()
            .block("ram", 16, new byte[] {1, 2, 3})
            .pieces("vram", 4, 20, Shape.ABSENT, 0, 7)
            .pieces("tiles", 8, 600));
    all.put(
        "large-pages", new TestImage(65536).block("ram", 65535, new byte[70000]).info("k", "v"));
    all.put("empty", new TestImage());
    all.put(
        "extras",
        TestImage.small()
            .extra(SavingHistory.SECTION, history())
            .extra(PageHashes.SECTION, hashes(3))
            .extra("note", new byte[3]));
    return all;
  }

  /** Of the two blocks of {@link TestImage#small}. */
  private static byte[] history() {
    List<ChunkHistory> blocks =
        List.of(
            new ChunkHistory(2, new byte[] {1, 3}, new int[] {10, ChunkHistory.UNKNOWN}),
            new ChunkHistory(1, new byte[] {4}, new int[] {0}));
    List<StallCount> stalls = List.of(new StallCount(1000, 7), new StallCount(2000, 1));
    ByteBuffer payload = new SavingHistory(2 * TestImage.PAGE, blocks, stalls).encode().payload();
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    return bytes;
  }

  /** Of pages that are not zero, the last of them another block's. */
  private static byte[] hashes(int pages) {
    ByteBuffer out = ByteBuffer.allocate(40 + 32 + 16 * pages).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(32, 2);
    out.position(40);
    out.putInt(0).putInt(0).putLong(pages - 1).position(out.position() + 16 * (pages - 1));
    out.putInt(1).putInt(0).putLong(1);
    return out.array();
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0], "ImageFuzz"));
    Path packed = Files.createDirectories(Path.of(arguments[0], "PackedFuzz"));
    Path file = Files.createTempFile("seed", ".ramshot");
    for (Map.Entry<String, TestImage> seed : all().entrySet()) {
      seed.getValue().write(file);
      byte[] recipe = ImageRecipe.of(Files.readAllBytes(file));
      Files.write(folder.resolve(seed.getKey()), recipe);
      // Frames of 128 KiB, and nothing changed.
      ByteBuffer prefixed = ByteBuffer.allocate(3 + recipe.length).put(1, (byte) 5).put(3, recipe);
      Files.write(packed.resolve(seed.getKey()), prefixed.array());
    }
    Files.delete(file);
  }
}
