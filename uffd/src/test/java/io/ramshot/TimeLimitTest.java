package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Embedders who mean "for ever" write the longest duration that they can. */
@Tag("once")
class TimeLimitTest {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  @Test
  void whatIsLongerThanNanosecondsCanCountIsLong() throws Exception {
    SnapshotOptions options =
        SnapshotOptions.DEFAULTS.withStallLimit(FOREVER).withFreezeTimeout(FOREVER);
    assertTrue(System.nanoTime() + options.stallLimit().toNanos() * 2 > 0);
    assertTrue(options.freezeTimeout().toDays() > 3000);
    RestoreOptions restore = RestoreOptions.DEFAULTS.withStallLimit(FOREVER);
    assertTrue(restore.stallLimit().toNanos() > 0);
    assertEquals(
        Duration.ofMillis(5),
        SnapshotOptions.DEFAULTS.withStallLimit(Duration.ofMillis(5)).stallLimit());
  }

  @Test
  void waitingForEverEndsWithWhatIsWaitedFor() throws Exception {
    RestoredRam ram = new RestoredRam(Path.of("x"), null, List.of(), List.of(), trace -> {});
    assertTrue(ram.await(FOREVER));
    assertTrue(ram.await(Duration.ofSeconds(Long.MIN_VALUE)));
  }
}
