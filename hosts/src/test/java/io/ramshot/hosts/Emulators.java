package io.ramshot.hosts;

import io.ramshot.agent.ForkedJvm;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** The emulators' jars, and what ramshot is told of each. */
final class Emulators {
  private static final Set<String> ABOUT = Set.of("name", "host", "present", "java", "notes");

  private Emulators() {}

  /** All emulators, each in its newest release, and what they need. */
  static List<Path> jars() {
    return Arrays.stream(required("ramshot.hosts.emulators").split(File.pathSeparator))
        .map(Path::of)
        .collect(Collectors.toList());
  }

  /** The same, with an older release of one of them. */
  static List<Path> jarsWithOlder(String emulator) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (var files = Files.list(Path.of(required("ramshot.hosts.older"), emulator))) {
      files.sorted().forEach(jars::add);
    }
    jars.addAll(jars());
    return jars;
  }

  /** The options of a profile, as an agent takes them, and more after them. */
  static String options(String profile, String... more) throws IOException {
    Properties properties = new Properties();
    try (Reader reader =
        Files.newBufferedReader(Path.of("src/test/resources/profiles", profile + ".properties"))) {
      properties.load(reader);
    }
    List<String> options = new ArrayList<>();
    for (String key : properties.stringPropertyNames()) {
      if (!ABOUT.contains(key)
          && Arrays.stream(more).noneMatch(option -> option.startsWith(key + "="))) {
        options.add(key + "=" + properties.getProperty(key));
      }
    }
    options.addAll(List.of(more));
    return String.join(",", options);
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

  /** What ramshot printed, but for places where a profile looks and this host keeps nothing. */
  static List<String> messages(ForkedJvm host) {
    return host.messages().stream()
        .filter(message -> !message.contains(" finds nothing: no "))
        .collect(Collectors.toList());
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new AssertionError("-D" + property + " is missing: run the tests by Maven");
    }
    return value;
  }
}
