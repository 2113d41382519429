package io.ramshot.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The machine that figures come from: ratios hold elsewhere, figures do not. */
public final class Machine {
  private static final Path THP = Path.of("/sys/kernel/mm/transparent_hugepage");

  private Machine() {}

  /** Facts, name by name. */
  public static Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("cpu", line(Path.of("/proc/cpuinfo"), "model name"));
    facts.put("cpus", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("memory", line(Path.of("/proc/meminfo"), "MemTotal"));
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("jdk", Runtime.version().toString());
    facts.put("transparent_hugepage", whole(THP.resolve("enabled")));
    facts.put("transparent_hugepage_defrag", whole(THP.resolve("defrag")));
    return facts;
  }

  private static String line(Path file, String name) {
    return whole(file)
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static String whole(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
