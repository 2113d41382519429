package io.ramshot.uffd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every failure of the engine says what to do, in a line. */
class FailureTest {
  private static final int LAST_ERROR = 133;
  private static final int LONGEST = 400;
  private static final Path FILE = Path.of("/folder/a.ramshot");
  private static final List<Range> MANY = new ArrayList<>();

  @BeforeAll
  static void ranges() throws Exception {
    Engine.load();
    for (int i = 0; i < 5000; i++) {
      MANY.add(new Range("block-" + i, i % 2 * 4096, 4096, 0, 1, true));
    }
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void ofTheEngine(Step step) {
    for (int error = 0; error <= LAST_ERROR; error++) {
      for (int block : new int[] {-1, 0, MANY.size() - 1}) {
        check(Failure.describe(step, error, block, 4096, MANY, FILE));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TrackFailure.Step.class)
  void ofTracking(TrackFailure.Step step) {
    if (step == TrackFailure.Step.STOPPED) {
      return; // the caller knows why
    }
    for (int error = 0; error <= LAST_ERROR; error++) {
      check(
          TrackFailure.describe(
              step, error, 4999, MANY, FILE, new long[TrackFigure.values().length]));
    }
  }

  @Test
  void ofBlocksThatCannotBeTracked() {
    for (int error = 1; error <= LAST_ERROR; error++) {
      check(TrackFailure.refused("block", error));
    }
  }

  private static void check(String message) {
    assertTrue(message.length() <= LONGEST && !message.contains("\n"), message);
    assertTrue(message.matches(".+: .{9,}"), "no remedy: " + message);
  }
}
