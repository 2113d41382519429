package io.ramshot.bench.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.driver.Folders;
import io.ramshot.bench.driver.Suite;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.Summary;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tiny restores through the real suite and real JVMs: figures are there and make sense, whatever
 * they are.
 */
@Tag("once")
class RestoreSuiteTest {
  private static final long RAM_BYTES = 32L << 20;

  /** Not in the temporary folder: that may be a tmpfs. */
  private static final Path FOLDER = Path.of("target", "restore-files");

  private static final Path KEPT = FOLDER.resolve("kept");

  private final Results results = new Results();

  private static RestoreCell cell(boolean cached, boolean quantumOnly, String... contenders) {
    return new RestoreCell(
        "small", RAM_BYTES, cached, quantumOnly, List.of(contenders), List.of(), 1);
  }

  private void run(RestoreCell cell) throws IOException, InterruptedException {
    try (Folders folders = new Folders(FOLDER)) {
      Suite.Request request = new Suite.Request(false, List.of(), 0, folders.disk(), KEPT);
      new RestoreSuite()
          .interleave(List.of(cell), new KeptImages(KEPT, text -> {}), request, results);
    }
  }

  private List<String> failures() {
    List<String> failures = new ArrayList<>();
    for (Sample sample : results.samples("small")) {
      sample.failure().ifPresent(why -> failures.add(sample.contender() + ": " + why));
    }
    return failures;
  }

  private void assertAll(String contender, Figure... figures) {
    for (Figure figure : figures) {
      Summary summary = results.summary("small", contender, figure);
      String reason = results.reason("small", contender, figure);
      assertTrue(summary.present(), contender + " lacks " + figure + ": " + reason);
      assertTrue(summary.median() > 0, contender + " " + figure + " is " + summary.median());
    }
  }

  @AfterEach
  void deleteImages() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void everyContenderMeasuresWhatIsPromised() throws Exception {
    run(cell(false, false, "disk", "lazy", "lazy+classes", "eager", "read", "read-direct", "mmap"));
    assertEquals(List.of(), failures());
    assertAll("disk", Figure.MB_S);
    for (String contender : List.of("lazy", "eager", "read", "read-direct", "mmap")) {
      assertAll(
          contender,
          Figure.FIRST_ACCESS_MS,
          Figure.FIRST_QUANTUM_MS,
          Figure.ALL_MS,
          Figure.MB_S,
          Figure.DISK_SHARE,
          Figure.LOST_MS,
          Figure.AFTER_MOPS);
      double share = results.summary("small", contender, Figure.CACHED_SHARE).median();
      assertTrue(share < 0.1, share + " of the image was in the page cache");
    }
    assertAll("eager", Figure.OPEN_MS);
    assertAll("lazy", Figure.OPEN_MS, Figure.TIDY_MS, Figure.MEANWHILE_SHARE);
    /* How many depends on who gets a core first. */
    assertTrue(results.summary("small", "lazy", Figure.STALLS).median() >= 0);
    assertAll("mmap", Figure.MEANWHILE_SHARE);
    String why = results.reason("small", "read", Figure.MEANWHILE_SHARE);
    assertEquals("all of RAM was there when the guest began", why);
    double quantum = results.summary("small", "eager", Figure.FIRST_QUANTUM_MS).median();
    assertTrue(quantum >= results.summary("small", "eager", Figure.ALL_MS).median());
  }

  @Test
  void imagesAreKeptAndReadIntoThePageCacheFirstAndAnUnknownContenderFailsAlone() throws Exception {
    run(cell(true, true, "luck", "lazy"));
    Path image;
    try (Stream<Path> files = Files.list(KEPT)) {
      image = files.filter(file -> file.endsWith("ram-32m.ramshot")).findFirst().orElseThrow();
    }
    Object key = Files.getAttribute(image, "unix:ino");
    run(cell(true, true, "mmap"));
    assertEquals(List.of("luck: there is no contender luck"), failures());
    assertEquals(key, Files.getAttribute(image, "unix:ino"), "the image was made anew");
    for (String contender : List.of("lazy", "mmap")) {
      assertAll(contender, Figure.FIRST_QUANTUM_MS);
      assertTrue(results.summary("small", contender, Figure.CACHED_SHARE).median() > 0.9);
      assertFalse(results.summary("small", contender, Figure.ALL_MS).present());
    }
  }

  /** mmap checks nothing; the bench does. */
  @Test
  void ramThatIsNotWhatWasSavedIsAFailure() throws Exception {
    KeptImages images = new KeptImages(KEPT, text -> {});
    RamRegion region = RamRegion.of(images.of(RAM_BYTES));
    try (RandomAccessFile file = new RandomAccessFile(region.file().toFile(), "rw")) {
      file.seek(region.offset() + 5 * 4096 + 100);
      int before = file.read();
      file.seek(region.offset() + 5 * 4096 + 100);
      file.write(before ^ 1);
    }
    run(cell(false, false, "mmap"));
    assertEquals(1, failures().size());
    assertTrue(failures().get(0).contains("1 pages are not as they were"), failures().get(0));
  }

  @Test
  void aFileThatIsNoImageIsMadeAnew() throws Exception {
    KeptImages images = new KeptImages(KEPT, text -> {});
    Path image = images.of(RAM_BYTES);
    Files.writeString(image, "no image");
    assertEquals(RAM_BYTES, RamRegion.of(images.of(RAM_BYTES)).bytes());
  }
}
