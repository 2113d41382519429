package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.example.host.RamHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands at a JVM that somebody stops: they say so, and wait. */
@Tag("once")
class StoppedTargetIT {
  @TempDir private Path directory;

  private static String stopped(ForkedJvm jvm) {
    return "ramshot: process %d is stopped: continue it with kill -CONT %d; waiting until it goes on"
        .formatted(jvm.pid(), jvm.pid());
  }

  @Test
  void aCommandWaitsForItAndThenDoesWhatItIsTo() throws Exception {
    try (ForkedJvm jvm = host("")) {
      String pid = Long.toString(jvm.pid());
      jvm.signal("STOP");
      ForkedJvm status = ForkedJvm.commandLine("status", pid);
      status.awaitErr(stopped(jvm)::equals);
      jvm.signal("CONT");
      assertEquals(0, status.exitStatus(), status::toString);
      assertEquals(List.of(stopped(jvm)), status.messages());
      // It was not asked to attach before it could answer.
      assertFalse(jvm.toString().contains("Full thread dump"), jvm::toString);
    }
  }

  @Test
  void aSnapshotInTheMiddleOfWhichItIsStoppedIsWaitedForOrLeft() throws Exception {
    Path target = directory.resolve("a.ramshot");
    try (ForkedJvm jvm = host(",rate=100k")) {
      String pid = Long.toString(jvm.pid());
      ForkedJvm snapshot = ForkedJvm.commandLine("snapshot", pid, target.toString());
      snapshot.awaitErr(line -> line.startsWith("SAVING"));
      jvm.signal("STOP");
      snapshot.awaitErr(stopped(jvm)::equals);
      snapshot.interrupt(); // Ctrl-C
      snapshot.awaitErr(
          ("ramshot: process %d is stopped, so the snapshot goes on when that does; "
                      + "end it then with cancel %d")
                  .formatted(jvm.pid(), jvm.pid())
              ::equals);
      assertEquals(1, snapshot.exitStatus(), snapshot::toString);
      jvm.signal("CONT");
      ForkedJvm cancel = ForkedJvm.commandLine("cancel", pid);
      cancel.awaitOut(line -> line.endsWith(": CANCELLED"));
      assertFalse(Files.exists(target));
    }
  }

  private static ForkedJvm host(String options) throws Exception {
    ForkedJvm jvm =
        ForkedJvm.java()
            .withAgent("gate=" + RamHost.class.getName() + "::run" + options)
            .start(RamHost.class);
    jvm.awaitOut(line -> line.startsWith("step"));
    return jvm;
  }
}
