package io.ramshot.bench.qemu;

import io.ramshot.bench.cell.Workload;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * QEMU's restore: {@code -incoming} of a guest that it saved itself, which reads everything before
 * the guest runs.
 *
 * <p>The guest is {@link BootSector}'s, stopped and written by {@code migrate}. Time begins when a
 * QEMU that is up, with RAM allocated and untouched, is told to load.
 */
public final class QemuIncoming {
  private static final String NAME = "qemu";
  private static final long POLL_MILLIS = 20;

  /** Accesses that stand for a quantum, the same as in other contenders' guests. */
  private static final int FIRST_PAGES = 16;

  /** 60 s, and 20 MB/s. */
  private static final long LIMIT_MILLIS = 60_000;

  private static final long LIMIT_BYTES_PER_MILLI = 20_000;

  private final Path folder;

  /**
   * @param folder for its small files, which are gone after each call
   */
  public QemuIncoming(Path folder) {
    this.folder = folder;
  }

  /** Why it cannot run on this machine, in one line that ends in what to do; empty if it can. */
  public static Optional<String> unavailable(long ramBytes) {
    return QemuContender.unavailable(QemuProcess.find(), BootSector.built())
        .or(() -> Shortage.of(ramBytes));
  }

  /** Makes the file that {@link #load} takes: runs a guest that writes to all of its RAM. */
  public void save(long ramBytes, Path file) throws IOException, InterruptedException {
    Path boot = folder.resolve("qemu-boot.img");
    Path messages = folder.resolve("qemu.err");
    try {
      BootSector.write(Workload.SEQUENTIAL, boot);
      try (QemuProcess qemu =
          new QemuProcess(QemuProcess.find().orElseThrow(), boot, ramBytes, messages)) {
        try {
          try (GuestMemory memory = new GuestMemory(qemu.pid(), qemu.hostAddressOfGuest())) {
            WarmUp.await(memory, ramBytes);
          }
          qemu.startSaving(file);
          awaitSaved(qemu, ramBytes);
        } catch (IOException e) {
          throw qemu.explained(e);
        }
      }
    } finally {
      Files.deleteIfExists(messages);
      Files.deleteIfExists(boot);
    }
  }

  private static void awaitSaved(QemuProcess qemu, long ramBytes)
      throws IOException, InterruptedException {
    long deadline = deadline(ramBytes);
    while (true) {
      MigrationStatus status = qemu.snapshotStatus();
      if (status.completed() && qemu.children().isEmpty()) {
        return;
      }
      if (status.failed() || System.nanoTime() > deadline) {
        throw new IOException(
            "QEMU's migration to a file is "
                + status.status()
                + status.error().map(": "::concat).orElse(""));
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static long deadline(long ramBytes) {
    return System.nanoTime() + (LIMIT_MILLIS + ramBytes / LIMIT_BYTES_PER_MILLI) * 1_000_000;
  }

  /** Loads a file that {@link #save} made for so much RAM, and ends QEMU again. */
  public Sample load(long ramBytes, Path file, int round) throws IOException, InterruptedException {
    Sample sample = new Sample(NAME, round);
    Path boot = folder.resolve("qemu-boot.img");
    Path messages = folder.resolve("qemu.err");
    try {
      BootSector.write(Workload.SEQUENTIAL, boot);
      try (QemuProcess qemu =
          QemuProcess.incoming(QemuProcess.find().orElseThrow(), boot, ramBytes, messages, file)) {
        try {
          return measure(qemu, ramBytes, sample);
        } catch (IOException e) {
          throw qemu.explained(e);
        }
      }
    } finally {
      Files.deleteIfExists(messages);
      Files.deleteIfExists(boot);
    }
  }

  private static Sample measure(QemuProcess qemu, long ramBytes, Sample sample)
      throws IOException, InterruptedException {
    ProcFiles files = new ProcFiles(qemu.pid());
    double cpu = files.cpuSeconds();
    long start = System.nanoTime();
    qemu.startLoading();
    awaitLoaded(qemu, ramBytes);
    long all = System.nanoTime();
    cpu = files.cpuSeconds() - cpu;
    try (GuestMemory memory = new GuestMemory(qemu.pid(), qemu.hostAddressOfGuest())) {
      long count = memory.readLong(BootSector.COUNTER);
      if (memory.readInt(BootSector.SIGN) != BootSector.SIGN_VALUE) {
        throw new QmpException("QEMU's guest is not the one that was saved");
      }
      long asked = System.nanoTime();
      qemu.resume();
      long deadline = deadline(0);
      while (memory.readLong(BootSector.COUNTER) < count + FIRST_PAGES) {
        if (System.nanoTime() > deadline) {
          throw new QmpException("QEMU's guest does not run after it was loaded");
        }
      }
      long quantum = System.nanoTime() - asked;
      sample.set(Figure.FIRST_QUANTUM_MS, (all - start + quantum) / 1e6);
    }
    return sample
        .set(Figure.ALL_MS, (all - start) / 1e6)
        .set(Figure.LOST_MS, (all - start) / 1e6)
        .set(Figure.MB_S, ramBytes * 1e3 / (all - start))
        .set(Figure.CPU_S, cpu)
        .missing(Figure.MEANWHILE_SHARE, "all of RAM was there when the guest began");
  }

  private static void awaitLoaded(QemuProcess qemu, long ramBytes)
      throws IOException, InterruptedException {
    long deadline = deadline(ramBytes);
    String state;
    while ((state = qemu.runState()).equals("inmigrate")) {
      if (System.nanoTime() > deadline) {
        throw new IOException("QEMU has not loaded its guest after " + LIMIT_MILLIS / 1000 + " s");
      }
      Thread.sleep(1);
    }
    if (!state.equals("paused")) {
      throw new IOException("QEMU's guest is " + state + " after it was loaded");
    }
  }
}
