package io.ramshot.bench.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.cell.OutsideContender;
import io.ramshot.bench.cell.Sink;
import io.ramshot.bench.cell.Timing;
import io.ramshot.bench.cell.Workload;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(180)
class QemuContenderTest {
  private static final long RAM = 128L << 20;

  @TempDir Path folder;

  private static Cell cell(Workload workload, int threads, boolean hugePages, Sink sink) {
    return new Cell(
        "test",
        workload,
        threads,
        RAM,
        hugePages,
        sink,
        List.of("qemu"),
        1,
        new Timing(500, 300, workload == Workload.RANDOM ? 0 : 50));
  }

  private static Sample round(Path folder) throws IOException, InterruptedException {
    return new QemuContender().round(cell(Workload.SEQUENTIAL, 1, true, Sink.DISK), 1, folder);
  }

  /** Makes the contender take this script for QEMU. */
  private void install(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("fake"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    System.setProperty(QemuProcess.PROPERTY, file.toString());
  }

  @AfterEach
  void forgetFake() {
    System.clearProperty(QemuProcess.PROPERTY);
  }

  @Test
  void isFoundByTheBench() {
    assertTrue(
        ServiceLoader.load(OutsideContender.class).stream()
            .anyMatch(provider -> provider.type() == QemuContender.class));
  }

  @Test
  void saysHowToInstallQemuWhereItIsMissing() {
    System.setProperty(QemuProcess.PROPERTY, folder.resolve("nowhere").toString());
    assertEquals(
        Optional.of("QEMU is not installed: apt-get install qemu-system-x86"),
        new QemuContender().unavailable());
    assertEquals(Optional.empty(), QemuProcess.find(null, folder + "::/nonexistent"));
    assertEquals(Optional.empty(), QemuProcess.find(null, null));
  }

  @Test
  void saysWhenItsGuestWasNotBuilt() {
    String reason = QemuContender.unavailable(Optional.of(Path.of("qemu")), false).orElseThrow();
    assertTrue(reason.contains("gcc-x86-64-linux-gnu"), reason);
  }

  @Test
  void takesPartWithOneWriterOfAllRam() {
    QemuContender qemu = new QemuContender();
    assertTrue(qemu.takesPartIn(cell(Workload.SEQUENTIAL, 1, true, Sink.DISK)));
    assertTrue(qemu.takesPartIn(cell(Workload.RANDOM, 1, true, Sink.TMPFS)));
    assertFalse(qemu.takesPartIn(cell(Workload.IDLE, 1, true, Sink.DISK)));
    assertFalse(qemu.takesPartIn(cell(Workload.SEQUENTIAL, 2, true, Sink.DISK)));
    assertFalse(qemu.takesPartIn(cell(Workload.SEQUENTIAL, 1, false, Sink.DISK)));
    assertFalse(qemu.takesPartIn(cell(Workload.SEQUENTIAL, 1, true, Sink.THROTTLED)));
  }

  @Test
  void quotesAQemuThatDies() throws Exception {
    Assumptions.assumeTrue(BootSector.built(), "the boot sector was not built");
    install("echo 'Could not open floppy' >&2; exit 3");
    String failure = round(folder).failure().orElseThrow();
    assertTrue(failure.contains("awaited: its greeting"), failure);
    assertTrue(failure.contains("exit code 3"), failure);
    assertTrue(failure.contains("Could not open floppy"), failure);
  }

  @Test
  void quotesAQemuThatSaysNo() throws Exception {
    Assumptions.assumeTrue(BootSector.built(), "the boot sector was not built");
    install(
        "echo '"
            + FakeQemu.GREETING
            + "'\n read a; echo '"
            + FakeQemu.OK.replace("ID", "ramshot-1")
            + "'\n read a; echo '{\"id\": \"ramshot-2\", \"error\": {\"desc\": \"no monitor\"}}'\n"
            + "exec sleep 60");
    String failure = round(folder).failure().orElseThrow();
    assertTrue(failure.contains("QEMU refused human-monitor-command: no monitor"), failure);
    try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
      assertTrue(
          children.noneMatch(child -> child.info().command().orElse("").endsWith("/sleep")),
          "a process was left");
    }
  }

  /** The real thing. CI's machines have no QEMU, as the bench does without it too. */
  @ParameterizedTest
  @EnumSource(names = {"SEQUENTIAL", "RANDOM"})
  void takesASnapshotOfARealQemu(Workload workload) throws Exception {
    QemuContender qemu = new QemuContender();
    Optional<String> reason = qemu.unavailable();
    reason.ifPresent(text -> System.err.println("ramshot: not tested: " + text));
    Assumptions.assumeTrue(reason.isEmpty(), () -> reason.orElseThrow());

    Sample sample = qemu.round(cell(workload, 1, true, Sink.DISK), 3, folder);

    assertEquals(Optional.empty(), sample.failure());
    assertEquals(3, sample.round());
    for (Figure figure :
        new Figure[] {
          Figure.PAUSE_US,
          Figure.GUEST_SHARE,
          Figure.LOST_MS_PER_GIB,
          Figure.DURATION_MS,
          Figure.BEFORE_MOPS,
          Figure.MB_S,
          Figure.CPU_S,
          Figure.AFTER_SHARE,
          Figure.FILE_MB,
          Figure.GAP_MAX_US
        }) {
      assertTrue(sample.get(figure).orElse(0) > 0, figure.key());
    }
    assertTrue(sample.get(Figure.GUEST_SHARE).getAsDouble() < 1.5);
    // Every page was written, and none of them is all zeroes or sent twice.
    double file = sample.get(Figure.FILE_MB).getAsDouble();
    assertTrue(file > RAM / 1e6 * .95 && file < RAM / 1e6 * 1.05, file + " MB");
    if (workload == Workload.SEQUENTIAL) {
      assertTrue(sample.trace().orElseThrow().shares().length >= 16);
    } else {
      assertTrue(sample.trace().isEmpty(), "a trace that nobody asked for");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count(), "files are left");
    }
  }

  @Test
  void savesAGuestAndLoadsIt() throws Exception {
    Optional<String> reason = QemuIncoming.unavailable(RAM);
    reason.ifPresent(text -> System.err.println("ramshot: not tested: " + text));
    Assumptions.assumeTrue(reason.isEmpty(), () -> reason.orElseThrow());

    QemuIncoming qemu = new QemuIncoming(folder);
    Path file = folder.resolve("saved guest's.img");
    qemu.save(RAM, file);
    assertTrue(Files.size(file) > RAM * .95, Files.size(file) + " bytes");
    Sample sample = qemu.load(RAM, file, 2);
    assertEquals(2, sample.round());
    for (Figure figure : new Figure[] {Figure.FIRST_QUANTUM_MS, Figure.ALL_MS, Figure.MB_S}) {
      assertTrue(sample.get(figure).orElse(0) > 0, figure.key());
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count(), "files are left");
    }
  }
}
