package io.ramshot.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
            .extra("hist", new byte[40])
            .extra("hash", new byte[40])
            .extra("note", new byte[3]));
    return all;
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    Path file = Files.createTempFile("seed", ".ramshot");
    for (Map.Entry<String, TestImage> seed : all().entrySet()) {
      seed.getValue().write(file);
      Files.write(folder.resolve(seed.getKey()), ImageRecipe.of(Files.readAllBytes(file)));
    }
    Files.delete(file);
  }
}
