package io.ramshot.bench.qemu;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import java.io.IOException;

/** CPU time and memory that QEMU takes for a snapshot, with the process that writes its file. */
final class Usage {
  private final QemuProcess qemu;
  private final ProcFiles files;
  private final long guestThread;
  private double cpu;
  private double guestCpu;
  private long resident;
  private long peak;
  private long childrenPeak;

  Usage(QemuProcess qemu) throws IOException, InterruptedException {
    this.qemu = qemu;
    files = new ProcFiles(qemu.pid());
    guestThread = qemu.guestThread();
  }

  double hugeBytes() throws IOException {
    return files.hugeBytes();
  }

  void start() throws IOException {
    files.forgetPeak();
    resident = files.residentBytes();
    cpu = files.cpuSeconds();
    guestCpu = files.threadCpuSeconds(guestThread);
  }

  /** To be called now and then: a child's memory is gone with it. */
  void lookAtChildren() {
    long sum = 0;
    for (long pid : qemu.children()) {
      try {
        sum += new ProcFiles(pid).peakResidentBytes();
      } catch (IOException e) {
        // It has ended meanwhile.
      }
    }
    childrenPeak = Math.max(childrenPeak, sum);
  }

  void stop() throws IOException {
    cpu = files.cpuSeconds() - cpu;
    guestCpu = files.threadCpuSeconds(guestThread) - guestCpu;
    peak = files.peakResidentBytes();
  }

  void fill(Sample sample) {
    sample
        .set(Figure.CPU_S, cpu)
        .set(Figure.CPU_OWN_S, cpu - guestCpu)
        .set(Figure.EXTRA_MEM_MB, (peak - resident + childrenPeak) / 1e6);
  }
}
