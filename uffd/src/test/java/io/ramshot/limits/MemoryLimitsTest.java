package io.ramshot.limits;

import static io.ramshot.limits.FakeSystem.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.limits.MemoryLimit.Counted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
class MemoryLimitsTest {
  private static final String MAX_1_GIB = Long.toString(1024 * MIB);

  @TempDir Path root;
  private FakeSystem system;

  @BeforeEach
  void machine() throws IOException {
    system = new FakeSystem(root);
  }

  private void expect(String name, long limitMib, long leftMib) {
    MemoryLimit least = system.least();
    assertEquals(name, least.name());
    assertEquals(limitMib * MIB, least.limitBytes());
    assertEquals(leftMib * MIB, least.leftBytes());
  }

  @Test
  void withoutGroupsTheMachineDecides() {
    assertEquals(1, system.read().size());
    expect("this machine's memory", 16384, 8192);
  }

  @Test
  void dockerWithItsOwnNamespace() throws IOException {
    system.second("/", "/").group("", MAX_1_GIB, "max", 300);
    expect("/sys/fs/cgroup/memory.max", 1024, 724);
  }

  @Test
  void dockerInTheNamespaceOfItsHost() throws IOException {
    String group = "/system.slice/docker-4f0c.scope";
    system.second(group, group).group("", MAX_1_GIB, "max", 300);
    expect("/sys/fs/cgroup/memory.max", 1024, 724);
  }

  @Test
  void podmanBelowAUsersSlice() throws IOException {
    String slice = "/user.slice/user-1000.slice";
    String group = slice + "/user@1000.service/user.slice/libpod-77.scope/container";
    system
        .second("/", group)
        .group(group, "max", "max", 200)
        .group(slice, Long.toString(600 * MIB), "max", 500);
    expect("/sys/fs/cgroup" + slice + "/memory.max", 600, 100);
  }

  @Test
  void memoryHighOfASliceLimitsAsWell() throws IOException {
    system
        .second("/", "/vm.slice/guest.service")
        .group("/vm.slice/guest.service", MAX_1_GIB, "max", 100)
        .group("/vm.slice", "max", Long.toString(512 * MIB), 400);
    expect("/sys/fs/cgroup/vm.slice/memory.high", 512, 112);
  }

  @Test
  void kubernetesPodWhoseLimitIsOnThePod() throws IOException {
    String pod = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice";
    system
        .second("/", pod + "/cri-containerd-9.scope")
        .group(pod + "/cri-containerd-9.scope", MAX_1_GIB, "max", 100)
        .group(pod, Long.toString(700 * MIB), "max", 650)
        .group("/kubepods.slice", Long.toString(12000 * MIB), "max", 9000);
    expect("/sys/fs/cgroup" + pod + "/memory.max", 700, 50);
  }

  @Test
  void limitOnlyAtTheTopOfSeveralLevels() throws IOException {
    system
        .second("/", "/a/b/c/d")
        .group("/a/b/c/d", "max", "max", 10)
        .group("/a/b/c", "max", "max", 20)
        .group("/a/b", "max", "max", 30)
        .group("/a", Long.toString(100 * MIB), "max", 60);
    expect("/sys/fs/cgroup/a/memory.max", 100, 40);
  }

  @Test
  void namespaceBelowAMountThatBeginsAboveIt() throws IOException {
    system
        .second("/../..", "/")
        .group("/kubepods", Long.toString(900 * MIB), "max", 800)
        .group("/kubepods/other", Long.toString(1 * MIB), "max", 1)
        .group("/kubepods/own", MAX_1_GIB, "max", 100)
        .write("sys/fs/cgroup/kubepods/own/cgroup.procs", "7\n42\n43");
    expect("/sys/fs/cgroup/kubepods/memory.max", 900, 100);
    assertTrue(
        system.read().stream().noneMatch(limit -> limit.name().contains("other")),
        system.read()::toString);
  }

  @Test
  void groupBelowItsNamespaceInSuchAMount() throws IOException {
    system
        .second("/..", "/worker")
        .group("/own", "max", "max", 100)
        .group("/own/worker", Long.toString(300 * MIB), "max", 90)
        .write("sys/fs/cgroup/own/worker/cgroup.procs", "42");
    expect("/sys/fs/cgroup/own/worker/memory.max", 300, 210);
  }

  @Test
  void processThatLeftItsNamespace() throws IOException {
    system
        .second("/..", "/../sibling")
        .group("/sibling", Long.toString(300 * MIB), "max", 90)
        .group("/own", Long.toString(1 * MIB), "max", 0);
    expect("/sys/fs/cgroup/sibling/memory.max", 300, 210);
  }

  @Test
  void hybridMachineHasMemoryInVersionOne() throws IOException {
    system.first("/", "/jobs/1").oldGroup("/jobs/1", 0, 100).oldGroup("/jobs", 800, 600);
    system.mount(
        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
        "36 31 0:33 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu",
        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw");
    system.write("sys/fs/cgroup/unified/cgroup.procs", "42");
    expect("/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", 800, 200);
  }

  @Test
  void versionOneCountsMemoryWithSwapAsWell() throws IOException {
    system
        .write("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nSwapFree: 1024 kB")
        .first("/", "/g")
        .oldGroup("/g", 900, 100)
        .write("sys/fs/cgroup/memory/g/memory.memsw.limit_in_bytes", Long.toString(950 * MIB))
        .write("sys/fs/cgroup/memory/g/memory.memsw.usage_in_bytes", Long.toString(900 * MIB));
    expect("/sys/fs/cgroup/memory/g/memory.memsw.limit_in_bytes", 950, 50);
    assertEquals(0, system.least().swapBytes());
  }

  @Test
  void levelsAboveTheMountAreToldByVersionOne() throws IOException {
    system
        .first("/docker/4f", "/docker/4f")
        .oldGroup("", 0, 100)
        .write(
            "sys/fs/cgroup/memory/memory.stat",
            "inactive_file 1\nhierarchical_memory_limit "
                + 400 * MIB
                + "\nhierarchical_memsw_limit 9223372036854771712");
    expect("hierarchical_memory_limit in /sys/fs/cgroup/memory/memory.stat", 400, 300);
  }

  @Test
  void whatLiesAboveAGroupWithoutHierarchyDoesNotCount() throws IOException {
    system
        .first("/", "/a/b")
        .oldGroup("/a/b", 500, 100)
        .oldGroup("/a", 100, 90)
        .write("sys/fs/cgroup/memory/a/memory.use_hierarchy", "0");
    expect("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", 500, 400);
  }

  @Test
  void fileCacheIsTakenBackBeforeAnythingIsKilled() throws IOException {
    system
        .second("/", "/g")
        .group("/g", MAX_1_GIB, "max", 1000)
        .write(
            "sys/fs/cgroup/g/memory.stat",
            "anon 5\ninactive_file " + 300 * MIB + "\nactive_file " + 100 * MIB);
    expect("/sys/fs/cgroup/g/memory.max", 1024, 374);
  }

  @Test
  void ofVersionOneThatOfAllLevelsBelowCounts() throws IOException {
    system
        .first("/", "/g")
        .oldGroup("/g", 1024, 1000)
        .write(
            "sys/fs/cgroup/memory/g/memory.stat",
            "inactive_file " + 900 * MIB + "\ntotal_inactive_file " + 300 * MIB);
    expect("/sys/fs/cgroup/memory/g/memory.limit_in_bytes", 1024, 324);
  }

  @Test
  void swapIsWhatGroupAndMachineHave() throws IOException {
    system
        .write(
            "proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nSwapFree: 204800 kB")
        .second("/", "/g")
        .group("/g", MAX_1_GIB, "max", 1000)
        .write("sys/fs/cgroup/g/memory.swap.max", Long.toString(50 * MIB))
        .write("sys/fs/cgroup/g/memory.swap.current", Long.toString(20 * MIB));
    expect("/sys/fs/cgroup/g/memory.max", 1024, 24);
    assertEquals(30 * MIB, system.least().swapBytes());
    system.write("sys/fs/cgroup/g/memory.swap.max", "max");
    assertEquals(200 * MIB, system.least().swapBytes());
  }

  @Test
  void usageAboveTheLimitLeavesNothing() throws IOException {
    system.second("/", "/g").group("/g", MAX_1_GIB, "max", 2000);
    expect("/sys/fs/cgroup/g/memory.max", 1024, 0);
  }

  @Test
  void noLimitAnywhereIsNone() throws IOException {
    system.second("/", "/a/b").group("/a/b", "max", "max", 10).group("/a", "max", "max", 20);
    assertEquals(1, system.read().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "junk", "-5", "12 34", "0x10", "999999999999999999999999", "1e9", "MAX"})
  void aLimitThatIsNoNumberIsNone(String text) throws IOException {
    system.second("/", "/g").group("/g", text, text, 10);
    system.limits(text, text);
    system
        .write("sys/fs/cgroup/g/memory.stat", text)
        .write("sys/fs/cgroup/g/memory.swap.max", text);
    assertEquals(1, system.read().size(), system.read()::toString);
  }

  @Test
  void unknownUsageIsAtLeastThisProcess() throws IOException {
    system.second("/", "/g").group("/g", MAX_1_GIB, "max", 1);
    Files.delete(root.resolve("sys/fs/cgroup/g/memory.current"));
    expect("/sys/fs/cgroup/g/memory.max", 1024, 824);
  }

  @Test
  void filesThatCannotBeReadLimitNothing() throws IOException {
    system.second("/", "/g").group("/g", MAX_1_GIB, "max", 1);
    for (String file : List.of("g/memory.max", "g/memory.high", "g/memory.stat")) {
      Files.deleteIfExists(root.resolve("sys/fs/cgroup/" + file));
      Files.createDirectory(root.resolve("sys/fs/cgroup/" + file));
    }
    assertEquals(1, system.read().size(), system.read()::toString);
    Files.delete(root.resolve("proc/meminfo"));
    Files.delete(root.resolve("proc/self/mountinfo"));
    Files.delete(root.resolve("proc/self/cgroup"));
    Files.delete(root.resolve("proc/self/limits"));
    Files.delete(root.resolve("proc/self/status"));
    assertEquals(List.of(), system.read());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "24 22 0:21",
        "24 22 0:21 / /sys/fs/cgroup rw - ",
        "24 22 0:21 / /sys/fs/cgroup rw cgroup2",
        "24 22 0:21 / /sys/fs/cgroup rw - cgroup cgroup",
        " - cgroup2 cgroup2 rw",
        "- - - - - - - -"
      })
  void malformedMountsAreNone(String line) throws IOException {
    system.second("/", "/g").group("/g", MAX_1_GIB, "max", 1).mount(line);
    assertEquals(1, system.read().size(), system.read()::toString);
  }

  @Test
  void aGroupThatIsNotBelowTheMountHasThatOfTheMount() throws IOException {
    system.second("/docker/old", "/moved/on").group("", MAX_1_GIB, "max", 24);
    expect("/sys/fs/cgroup/memory.max", 1024, 1000);
  }

  @Test
  void aNameDoesNotLeadOutOfTheMount() throws IOException {
    system.second("/", "/x/../../../../../etc").group("", MAX_1_GIB, "max", 24);
    expect("/sys/fs/cgroup/memory.max", 1024, 1000);
  }

  @Test
  void namesWithBlanks() throws IOException {
    system
        .write("proc/self/cgroup", "0::/a b")
        .mount("24 22 0:21 / /mnt/my\\040groups rw shared:4 - cgroup2 none rw")
        .write("mnt/my groups/a b/memory.max", Long.toString(64 * MIB))
        .write("mnt/my groups/a b/memory.current", "0");
    expect("/mnt/my groups/a b/memory.max", 64, 64);
  }

  @Test
  void limitsOfTheProcess() throws IOException {
    system.limits(Long.toString(1536 * MIB), "unlimited");
    expect("ulimit -v", 1536, 512);
    assertEquals(Counted.ADDRESSES, system.least().counted());
    system.limits("unlimited", Long.toString(612 * MIB));
    expect("ulimit -d", 612, 100);
    assertEquals(Counted.WRITABLE, system.least().counted());
  }

  @Test
  void commitLimitCountsWhereTheSystemKeepsToIt() throws IOException {
    String meminfo =
        "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nCommitLimit: 2097152 kB\n"
            + "Committed_AS: 2093056 kB";
    system.write("proc/meminfo", meminfo).write("proc/sys/vm/overcommit_memory", "0");
    expect("this machine's memory", 16384, 8192);
    system.write("proc/sys/vm/overcommit_memory", "2");
    expect("CommitLimit in /proc/meminfo (vm.overcommit_memory=2)", 2048, 4);
  }

  @Test
  void thisMachineIsRead() {
    List<MemoryLimit> limits = MemoryLimits.read();
    assertTrue(
        limits.stream().anyMatch(limit -> limit.name().equals("this machine's memory")),
        limits::toString);
    limits.forEach(limit -> assertTrue(limit.limitBytes() > 0, limit::toString));
  }
}
