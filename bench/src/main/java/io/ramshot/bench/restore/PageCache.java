package io.ramshot.bench.restore;

import io.ramshot.bench.worker.BenchLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel holds of a file: nearly all of what a restore costs depends on it. */
final class PageCache {
  private PageCache() {}

  /** Makes the kernel forget the file, by posix_fadvise: no other program notices. */
  static void drop(Path file) throws IOException {
    BenchLibrary.check("dropping " + file, BenchLibrary.rb_cache_drop(file.toString()));
  }

  /** Reads the file, so that the kernel holds it. */
  static void fill(Path file) throws IOException {
    BenchLibrary.check("reading " + file, BenchLibrary.rb_cache_fill(file.toString()));
  }

  /** The part of the file's bytes that the kernel holds, 0 to 1. */
  static double share(Path file) throws IOException {
    long held =
        BenchLibrary.check("looking at " + file, BenchLibrary.rb_cache_held(file.toString()));
    return Math.min(1, (double) held / Files.size(file));
  }
}
