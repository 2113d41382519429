package io.ramshot.limits;

import io.ramshot.limits.MemoryLimit.Counted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The limits that this process has by itself: {@code ulimit -v} and {@code ulimit -d}. */
final class ProcessLimits {
  private final List<String> limits;
  private final List<String> status;

  ProcessLimits(Path root) {
    limits = ProcText.lines(root.resolve("proc/self/limits"));
    status = ProcText.lines(root.resolve("proc/self/status"));
  }

  List<MemoryLimit> limits() {
    List<MemoryLimit> found = new ArrayList<>();
    add(found, "ulimit -v", "Max address space", "VmSize", Counted.ADDRESSES);
    add(found, "ulimit -d", "Max data size", "VmData", Counted.WRITABLE);
    return found;
  }

  /** What this process has populated, in bytes; 0 where that cannot be told. */
  long populatedBytes() {
    return ProcText.value(status, "VmRSS").orElse(0);
  }

  /** The soft limit is the one that holds. */
  private void add(
      List<MemoryLimit> found, String name, String limit, String used, Counted counted) {
    Pattern soft = Pattern.compile(Pattern.quote(limit) + " +([0-9]+) +\\S+ +bytes *");
    for (String line : limits) {
      Matcher matcher = soft.matcher(line);
      OptionalLong bytes =
          matcher.matches() ? ProcText.number(matcher.group(1)) : OptionalLong.empty();
      if (bytes.isPresent()) {
        long left = bytes.getAsLong() - ProcText.value(status, used).orElse(0);
        found.add(new MemoryLimit(name, counted, bytes.getAsLong(), Math.max(0, left), 0));
      }
    }
  }
}
