package io.ramshot.bench.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How long this JVM took to reach its safepoints, from what {@link #option} makes it write down.
 */
final class SafepointLog {
  private static final Pattern LINE =
      Pattern.compile("\\[(\\d+)ns\\].*Reaching safepoint:\\s*(\\d+) ns.*");

  private final Path file;

  SafepointLog(Path file) {
    this.file = file;
  }

  /** The JVM's option; its times are those of System.nanoTime. */
  static String option(Path file) {
    return "-Xlog:safepoint=info:file=" + file + ":timenanos:filecount=0";
  }

  /** Times to reach the safepoints that ended between two times, in ns, sorted. */
  List<Long> reaching(long fromNanos, long toNanos) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8)
        .lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .filter(line -> within(Long.parseLong(line.group(1)), fromNanos, toNanos))
        .map(line -> Long.parseLong(line.group(2)))
        .sorted()
        .collect(Collectors.toList());
  }

  private static boolean within(long time, long from, long to) {
    return time >= from && time <= to;
  }
}
