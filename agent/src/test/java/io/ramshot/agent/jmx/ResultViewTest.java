package io.ramshot.agent.jmx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ramshot.Snapshot;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.SnapshotStatus;
import io.ramshot.agent.cli.SomeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ResultViewTest {
  private static final Path TARGET = Path.of("/folder/a.ramshot");

  /** Ends after somebody has waited in vain, and before he asks how far it is. */
  private record JustEnded(SnapshotResult result) implements Snapshot {
    @Override
    public Path target() {
      return TARGET;
    }

    @Override
    public SnapshotStatus status() {
      return result.status();
    }

    @Override
    public void cancel(String reason) {
      throw new AssertionError();
    }

    @Override
    public SnapshotResult await() {
      return result;
    }

    @Override
    public SnapshotResult await(Duration timeout) {
      return null;
    }
  }

  @Test
  void anEndIsNeverShownWithoutItsResult() throws Exception {
    UUID id = UUID.randomUUID();
    SnapshotResult result =
        new SnapshotResult(
            TARGET,
            id,
            Instant.EPOCH,
            1000,
            500,
            "",
            SomeStatus.of(SnapshotState.COMPLETED, 1, 1, 1, 1));

    ResultView view = ResultView.of(new JustEnded(result), ResultData.NO_HOST);

    assertEquals(id.toString(), view.getId());
    assertEquals(1000, view.getFileBytes());
    assertEquals("", view.getMessage());
  }
}
