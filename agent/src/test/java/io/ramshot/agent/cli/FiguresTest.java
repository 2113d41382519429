package io.ramshot.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.Pause;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.SnapshotStatus;
import io.ramshot.agent.jmx.ResultData;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FiguresTest {
  private static final long MIB = 1 << 20;
  private static final Pattern PAUSE = Pattern.compile("  pause +([0-9.]+) ms \\((.*)\\)");
  private static final Pattern PART = Pattern.compile("[a-z]+ ([0-9.]+)");

  private static CompositeData result(SnapshotStatus status, UUID id, String message) {
    SnapshotResult result =
        new SnapshotResult(
            Path.of("/folder/a.ramshot"), id, null, 3200 * MIB, 13 * MIB, message, status);
    return (CompositeData) CompositeData.of(ResultData.of(result));
  }

  private static List<String> lines(SnapshotStatus status, String message) {
    return StatusCommand.snapshot(result(status, UUID.randomUUID(), message));
  }

  private static void addsUp(Pause pause) {
    String line =
        lines(SomeStatus.of(SnapshotState.COMPLETED, 1, 1, 1, 1, pause), "").stream()
            .filter(each -> each.startsWith("  pause "))
            .findFirst()
            .orElseThrow();
    Matcher whole = PAUSE.matcher(line);
    assertTrue(whole.matches(), line);
    BigDecimal sum = BigDecimal.ZERO;
    int count = 0;
    for (Matcher part = PART.matcher(whole.group(2)); part.find(); count++) {
      BigDecimal value = new BigDecimal(part.group(1));
      assertTrue(value.signum() >= 0, line);
      sum = sum.add(value);
    }
    assertEquals(7, count, line);
    assertEquals(0, sum.compareTo(new BigDecimal(whole.group(1))), line);
  }

  @Test
  void thePartsOfThePauseAddUpToIt() {
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      int most = 1 << random.nextInt(30);
      long[] parts = random.longs(7, 0, most).toArray();
      long total = 0;
      for (long part : parts) {
        total += part;
      }
      Pause pause =
          new Pause(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], Math.max(1, total));
      assertEquals(pause.totalNanos() - total + parts[6], pause.otherNanos());
      addsUp(pause);
    }
  }

  @Test
  void noMoreIsSavedThanThereIs() {
    List<String> lines =
        lines(SomeStatus.of(SnapshotState.COMPLETED, 12 * MIB, 12 * MIB, 24 * MIB, 1_000_000), "");
    assertTrue(
        lines.contains("  saved      12 MiB of 12 MiB in 1 ms; 24 MiB written, 0.0 MB/s, buffered"),
        lines::toString);
    assertTrue(
        lines.contains("  file       13 MiB on disk, 3.13 GiB long, mostly holes"),
        lines::toString);
  }

  @Test
  void whatASnapshotDidNotComeToIsNotPrintedAsZeros() {
    List<String> lines =
        lines(SomeStatus.of(SnapshotState.FAILED, 12 * MIB, 0, 0, 0), "no room: make some");
    assertEquals(List.of("snapshot: /folder/a.ramshot", "  FAILED: no room: make some"), lines);
    CompositeData early =
        (CompositeData)
            result(SomeStatus.of(SnapshotState.PREPARING, 12 * MIB, 0, 0, 0), null, "")
                .get("status");
    assertEquals("PREPARING 12 MiB of guest RAM", Figures.progress(early));
  }

  @Test
  void anImageWithoutItsIdIsNoEnd() {
    SnapshotStatus status = SomeStatus.of(SnapshotState.COMPLETED, 1, 1, 1, 1);
    assertFalse(Figures.ended(result(status, null, "still running")));
    assertTrue(Figures.ended(result(status, UUID.randomUUID(), "")));
    SnapshotStatus failed = SomeStatus.of(SnapshotState.FAILED, 1, 0, 0, 0);
    assertTrue(Figures.ended(result(failed, null, "no")));
  }
}
