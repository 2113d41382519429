package io.ramshot.hooks.discover;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Numbers of a class with native methods that mean something to native code of this process only:
 * they are called so, or are addresses of memory that is mapped.
 */
final class NativeHandle {

  private static final Pattern NAMES =
      Pattern.compile("(?i).*(handle|ptr|pointer|address|peer|native|nctx).*");

  /** No mapping of a process is below. */
  private static final long LEAST_ADDRESS = 1 << 16;

  private record Range(long from, long to) {}

  private List<Range> mapped;

  /** Whether a field's value is one. */
  boolean is(Field field, long value) {
    return NAMES.matcher(field.getName()).matches()
        || value >= LEAST_ADDRESS
            && mapped().stream().anyMatch(r -> value >= r.from && value < r.to);
  }

  private List<Range> mapped() {
    if (mapped == null) {
      List<Range> ranges = new ArrayList<>();
      try {
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
          String[] ends = line.substring(0, line.indexOf(' ')).split("-");
          ranges.add(
              new Range(Long.parseUnsignedLong(ends[0], 16), Long.parseUnsignedLong(ends[1], 16)));
        }
      } catch (IOException e) {
        ranges.clear(); // Names must do.
      }
      mapped = ranges;
    }
    return mapped;
  }
}
