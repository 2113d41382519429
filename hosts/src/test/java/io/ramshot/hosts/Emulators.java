package io.ramshot.hosts;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.ForkedJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The emulators' jars, and JVMs for them. */
final class Emulators {
  /** Groups of the emulators, as their jars' paths have them. */
  private static final List<String> GROUPS =
      List.of("/org/graalvm/", "/com/dylibso/", "/eu/rekawek/", "/com/github/zhkl0228/");

  private Emulators() {}

  /** An emulator, in its newest release, and what it needs; nothing of the others. */
  static List<Path> jars(String group) {
    String wanted = "/" + group.replace('.', '/') + "/";
    if (!GROUPS.contains(wanted)) {
      throw new AssertionError(group + " is none of " + GROUPS);
    }
    return Arrays.stream(required("ramshot.hosts.emulators").split(File.pathSeparator))
        .filter(
            jar -> jar.contains(wanted) || GROUPS.stream().noneMatch(other -> jar.contains(other)))
        .map(Path::of)
        .collect(Collectors.toList());
  }

  /** An older release before them. */
  static List<Path> jarsWithOlder(String emulator, String group) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (var files = Files.list(Path.of(required("ramshot.hosts.older"), emulator))) {
      files.sorted().forEach(jars::add);
    }
    jars.addAll(jars(group));
    return jars;
  }

  /** A JVM with room for a guest of a few dozen MiB twice over, and quiet about its future. */
  static ForkedJvm.Builder jvm() {
    ForkedJvm.Builder jvm = ForkedJvm.java("-Xmx256m", "-XX:MaxDirectMemorySize=256m");
    if (Runtime.version().feature() >= 22) {
      jvm.with("--enable-native-access=ALL-UNNAMED");
    }
    if (Runtime.version().feature() >= 23) {
      jvm.with("--sun-misc-unsafe-memory-access=allow");
    }
    return jvm;
  }

  /** Asserts that ramshot knew this host without being told. */
  static void assertRecognised(ForkedJvm host, String profile) {
    assertTrue(
        host.messages().stream()
            .anyMatch(line -> line.startsWith("[ramshot] profile " + profile + ", shipped")),
        host::toString);
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new AssertionError("-D" + property + " is missing: run the tests by Maven");
    }
    return value;
  }
}
