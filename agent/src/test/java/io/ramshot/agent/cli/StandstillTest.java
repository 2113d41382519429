package io.ramshot.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stops a process, in /proc and /sys as the kernel writes them. */
@Tag("once")
class StandstillTest {
  @TempDir private Path folder;
  private Path process;
  private Path groups;
  private Standstill standstill;

  @BeforeEach
  void make() throws IOException {
    process = folder.resolve("proc/42");
    groups = folder.resolve("cgroup");
    standstill = new Standstill(42, process, groups);
    write(process.resolve("stat"), "42 (a (b) T x) S 1 42 42 0 -1");
    write(process.resolve("cgroup"), "1:name=systemd:/\n0::/\n");
    write(process.resolve("status"), "Name:\tjava\nTracerPid:\t77\n");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void is(String remedy) {
    assertEquals(Optional.of(remedy), standstill.remedy());
  }

  private void isNone() {
    assertEquals(Optional.empty(), standstill.remedy());
  }

  @Test
  void oneThatRunsOrIsGoneIsNotStopped() throws IOException {
    isNone();
    write(process.resolve("stat"), "42 (java) R 1");
    isNone();
    assertEquals(Optional.empty(), new Standstill(43, folder.resolve("proc/43"), groups).remedy());
  }

  @Test
  void aSignalStopsIt() throws IOException {
    write(process.resolve("stat"), "42 (a (b) S x) T 1 42 42 0 -1");
    is("continue it with kill -CONT 42");
  }

  @Test
  void aDebuggerStopsIt() throws IOException {
    write(process.resolve("stat"), "42 (java) t 1");
    is("let it continue in the debugger, process 77");
  }

  @Test
  void whereTheMainThreadHasEndedTheOthersTell() throws IOException {
    write(process.resolve("stat"), "42 (java) Z 1");
    write(process.resolve("task/42/stat"), "42 (java) Z 1");
    write(process.resolve("task/43/stat"), "43 (java) T 1");
    is("continue it with kill -CONT 42");
    write(process.resolve("task/43/stat"), "43 (java) Z 1");
    isNone();
  }

  @Test
  void aGroupAboveItsOwnIsFrozen() throws IOException {
    write(process.resolve("cgroup"), "0::/system.slice/guest.service/inner\n");
    Path inner = groups.resolve("system.slice/guest.service/inner");
    write(inner.resolve("cgroup.events"), "populated 1\nfrozen 0\n");
    isNone();
    write(inner.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
    write(inner.resolve("cgroup.freeze"), "0\n");
    write(inner.resolveSibling("cgroup.freeze"), "1\n");
    is(
        "thaw its control group, by docker unpause, or echo 0 > "
            + groups
            + "/system.slice/guest.service/cgroup.freeze");
  }

  @Test
  void aGroupOfTheFirstVersionIsFrozen() throws IOException {
    write(process.resolve("cgroup"), "4:cpu,cpuacct:/\n3:freezer:/docker/ab\n0::/\n");
    Path group = groups.resolve("freezer/docker/ab");
    write(group.resolve("freezer.state"), "THAWED\n");
    isNone();
    for (String state : new String[] {"FREEZING", "FROZEN"}) {
      write(group.resolve("freezer.state"), state + "\n");
      write(group.resolve("freezer.self_freezing"), "1\n");
      is("thaw its control group, by docker unpause, or echo THAWED > " + group + "/freezer.state");
    }
  }

  @Test
  void groupsOfBothVersionsStandSideBySide() throws IOException {
    write(process.resolve("cgroup"), "4:cpu,cpuacct:/\n0::/a.scope\n");
    Path group = groups.resolve("unified/a.scope");
    write(group.resolve("cgroup.events"), "frozen 1\n");
    write(group.resolve("cgroup.freeze"), "1\n");
    is("thaw its control group, by docker unpause, or echo 0 > " + group + "/cgroup.freeze");
  }
}
