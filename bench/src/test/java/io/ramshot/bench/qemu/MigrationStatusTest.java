package io.ramshot.bench.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MigrationStatusTest {
  private static MigrationStatus parse(String reply) {
    return MigrationStatus.of(JsonParser.parseString(reply));
  }

  @Test
  void readsACompletedSnapshot() {
    MigrationStatus status =
        parse(
            "{\"status\": \"completed\", \"setup-time\": 5, \"downtime\": 2, \"total-time\": 4123,"
                + " \"ram\": {\"total\": 1074274304, \"transferred\": 1075021877, \"mbps\": 2088.6}}");
    assertTrue(status.completed());
    assertFalse(status.failed());
    assertEquals(OptionalLong.of(2), status.downtimeMillis());
    assertEquals(OptionalLong.of(4123), status.totalMillis());
    assertEquals(OptionalLong.of(1_075_021_877L), status.transferredBytes());
  }

  @Test
  void leavesEmptyWhatQemuDoesNotKnowYet() {
    MigrationStatus status = parse("{\"status\": \"setup\"}");
    assertFalse(status.completed());
    assertFalse(status.failed());
    assertEquals(OptionalLong.empty(), status.downtimeMillis());
    assertEquals(OptionalLong.empty(), status.transferredBytes());
    assertEquals("none", parse("{}").status());
  }

  @Test
  void readsWhyItFailed() {
    MigrationStatus status =
        parse("{\"status\": \"failed\", \"error-desc\": \"Unable to write to command: EPIPE\"}");
    assertTrue(status.failed());
    assertEquals(Optional.of("Unable to write to command: EPIPE"), status.error());
    assertTrue(parse("{\"status\": \"cancelled\"}").failed());
  }
}
