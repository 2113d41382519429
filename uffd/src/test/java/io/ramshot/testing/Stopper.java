package io.ramshot.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Stops this process, as a debugger or a frozen container would, and has it go on: all of its
 * threads stand still, and time passes. For a JVM that a test has forked.
 */
public final class Stopper {
  /** What stops it. */
  public enum Means {
    SIGNAL,
    /** Of control groups; needs root. */
    FREEZER
  }

  private static final long PID = ProcessHandle.current().pid();

  private final OutputStream orders;
  private final BufferedReader answers;

  private Stopper(Process shell) {
    orders = shell.getOutputStream();
    answers =
        new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts the shell that does it, which ends with this process. */
  public static Stopper start(Means means) throws IOException {
    String stop = "kill -STOP " + PID;
    String go = "kill -CONT " + PID;
    Path group = null;
    if (means == Means.FREEZER) {
      boolean first = Files.isDirectory(Path.of("/sys/fs/cgroup/freezer"));
      group = Path.of(first ? "/sys/fs/cgroup/freezer" : "/sys/fs/cgroup", "ramshot-test-" + PID);
      Path file = group.resolve(first ? "freezer.state" : "cgroup.freeze");
      stop = "echo " + (first ? "FROZEN" : "1") + " > " + file;
      go = "echo " + (first ? "THAWED" : "0") + " > " + file;
    }
    String turn = "{ sleep $run; " + stop + " && sleep $stop; " + go + "; }";
    String script =
        "while read again run stop; do "
            + turn
            + "; echo; while [ $again = yes ] && kill -0 "
            + PID
            + "; do "
            + turn
            + "; done; done"
            + (group == null ? "" : "; while ! rmdir " + group + "; do sleep 0.1; done");
    Process shell =
        new ProcessBuilder("sh", "-c", script)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (group != null) {
      Files.createDirectory(group);
      Files.writeString(group.resolve("cgroup.procs"), Long.toString(PID));
    }
    return new Stopper(shell);
  }

  /** Stands still for that long; returns when it goes on. */
  public void stop(Duration time) throws IOException {
    order("no 0 " + seconds(time));
    if (answers.readLine() == null) {
      throw new IOException("the shell that stops this process has ended");
    }
  }

  /** From now on runs and stands still by turns. */
  public void repeat(Duration run, Duration stop) throws IOException {
    order("yes " + seconds(run) + " " + seconds(stop));
  }

  private void order(String line) throws IOException {
    orders.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    orders.flush();
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.3f", time.toMillis() / 1e3);
  }
}
