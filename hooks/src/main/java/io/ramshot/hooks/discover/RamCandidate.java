package io.ramshot.hooks.discover;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Memory of the host that may be guest RAM.
 *
 * @param key the option that takes it, or null if none can
 * @param value that option's value
 * @param what kind, size and place, for a reader
 * @param owner the class that holds it, or null if unknown
 * @param pages its content
 * @param written how much of it is being written
 */
record RamCandidate(
    String key, String value, String what, Class<?> owner, Pages pages, Written written) {

  private static final Set<String> UNLIKE_RAM =
      Set.of(
          "screen",
          "frame",
          "framebuffer",
          "pixel",
          "pixels",
          "image",
          "texture",
          "textures",
          "audio",
          "sound",
          "sample",
          "samples",
          "cache",
          "decoded",
          "lookup",
          "table",
          "font",
          "palette",
          "rom",
          "log");

  /** What to do with it. */
  enum Verdict {
    TAKEN,
    DOUBTFUL,
    IDLE
  }

  Verdict verdict() {
    if (key == null || words().anyMatch(UNLIKE_RAM::contains)) {
      return written.any() ? Verdict.DOUBTFUL : Verdict.IDLE;
    }
    return written.any() ? Verdict.TAKEN : Verdict.IDLE;
  }

  /** Whether its name says that it is RAM. */
  boolean isNamedRam() {
    return words().anyMatch(w -> w.endsWith("ram") || w.equals("mem") || w.equals("memory"));
  }

  /** Its class and field in words: {@code videoRam} is {@code video} and {@code ram}. */
  private Stream<String> words() {
    String name = value == null ? "" : value;
    return Stream.of(
        name.substring(name.lastIndexOf('.') + 1)
            .replaceAll("([a-z0-9])([A-Z])", "$1 $2")
            .toLowerCase(Locale.ROOT)
            .split("[^a-z0-9]+"));
  }

  /** Fields of RAM, as {@code class#field}. */
  static Set<String> values(List<RamCandidate> ram) {
    return ram.stream().map(RamCandidate::value).collect(Collectors.toSet());
  }

  /** Whether it has memory outside the heap that begins there. */
  boolean holds(long address) {
    return pages instanceof NativePages ranges && ranges.startsAt(address);
  }

  /** The best first. */
  double rank() {
    double size = Math.log(Math.max(1, pages.bytes())) / Math.log(2);
    return size
        + (verdict() == Verdict.TAKEN ? 100 : verdict() == Verdict.DOUBTFUL ? 50 : 0)
        + (isNamedRam() ? 8 : 0)
        + Math.min(8, 8 * written.share());
  }

  /** Kind, size, place and how it is written, in one line. */
  String line() {
    if (!written.any()) {
      return what + "; not written while watched";
    }
    return String.format(
        Locale.ROOT,
        "%s; %.0f %% of its pages written%s, %s a second or more",
        what,
        Math.max(1, 100 * written.share()),
        written.sampled() < 1
            ? String.format(Locale.ROOT, " (of the %.2g %% looked at)", 100 * written.sampled())
            : "",
        Sizes.text(written.bytesPerSecond()));
  }
}
