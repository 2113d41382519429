package io.ramshot;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** What this JVM's garbage collector does to write-protected parts of its heap. */
final class HeapCollector {

  /**
   * Beginnings of the names of collectors whose heap is plain memory at one address: G1, Parallel,
   * Serial, Shenandoah, Epsilon. All but the last were tried under storms of collections. ZGC has
   * several views of one memory, and a write through another view would not be seen.
   */
  private static final List<String> PLAIN =
      List.of("G1 ", "PS ", "Copy", "MarkSweepCompact", "Shenandoah", "Epsilon");

  private HeapCollector() {}

  /**
   * Whether arrays can be protected where they lie; they are copied in the freeze otherwise, and in
   * a runtime without the modules java.management and jdk.management, which nobody can ask.
   */
  static boolean protects() {
    try {
      return ManagementFactory.getGarbageCollectorMXBeans().stream()
              .map(GarbageCollectorMXBean::getName)
              .allMatch(name -> PLAIN.stream().anyMatch(name::startsWith))
          && isPlainMemory();
    } catch (LinkageError e) {
      return false;
    }
  }

  /**
   * Not a file, of which the page table does not tell what it holds, nor pages of hugetlbfs, which
   * can only be protected as a whole.
   */
  private static boolean isPlainMemory() {
    return option("AllocateHeapAt").isEmpty()
        && (option("UseTransparentHugePages").equals("true")
            || !option("UseLargePages").equals("true"));
  }

  private static String option(String name) {
    String value =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .getVMOption(name)
            .getValue();
    return value == null ? "" : value;
  }
}
