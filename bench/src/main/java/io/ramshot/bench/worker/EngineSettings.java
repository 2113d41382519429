package io.ramshot.bench.worker;

import io.ramshot.SnapshotOptions;
import io.ramshot.bench.cell.Cell;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The engine's settings worth showing, each a contender by itself: a line here adds one. */
final class EngineSettings {
  private static final long SMALL_POOL_BYTES = 64L << 20;

  private static final Map<String, UnaryOperator<SnapshotOptions>> SETTINGS = new LinkedHashMap<>();

  static {
    SETTINGS.put("ramshot", options -> options);
    SETTINGS.put("ramshot-heap", options -> options); // where RAM is, the cell says
    SETTINGS.put("ramshot-pool-64m", options -> options.withPoolBytes(SMALL_POOL_BYTES));
    SETTINGS.put("ramshot-buffered", options -> options.withDirectIo(false));
    SETTINGS.put("ramshot-no-collapse", options -> options.withHugePages(false));
  }

  private EngineSettings() {}

  /** The options of a contender in a cell, or null if there is no such contender. */
  static SnapshotOptions of(String contender, Cell cell) {
    UnaryOperator<SnapshotOptions> setting = SETTINGS.get(contender);
    if (setting == null) {
      return null;
    }
    return setting.apply(
        SnapshotOptions.DEFAULTS
            .withHugePages(cell.hugePages())
            .withBytesPerSecond(cell.sink().bytesPerSecond()));
  }
}
