package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole JVM, with the class loaders that an agent gives it. */
class ForkedHostTest {

  private static final int WATCHDOG_SECONDS = 30;

  @Test
  void wholeHostIsHooked(@TempDir Path dir) throws Exception {
    String hooks =
        classPath(
            Hooks.class,
            FakeGuest.class,
            io.ramshot.Guest.class,
            com.sun.jna.Native.class,
            net.bytebuddy.ByteBuddy.class);
    Path output = dir.resolve("output");
    List<String> lines =
        run(
            output,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-javaagent:" + System.getProperty("ramshot.test.agent.jar"),
            "-cp",
            classPath(FakeGuest.class),
            ForkedHost.class.getName(),
            System.getProperty("ramshot.boot.jar"),
            hooks);
    String arena = Runtime.version().feature() >= 22 ? ", com.example.Host#1 SEGMENT" : "";
    assertEquals(
        List.of(
            "blocks com.example.Memory#1 DIRECT",
            "blocks com.example.Memory#1 DIRECT, com.example.Memory#2 UNSAFE",
            "blocks com.example.Memory#1 DIRECT",
            "blocks "
                + arena.replaceFirst("^, ", "")
                + (arena.isEmpty() ? "" : ", ")
                + "com.example.Memory#1 DIRECT",
            "blocks com.example.Memory#1 DIRECT",
            "before the first quantum",
            "quanta 400000 capacity 1048576",
            "state [0, 2, 3]",
            "closed"),
        lines.stream().filter(l -> !isWarningOfTheJvm(l)).toList());
  }

  /** Of appending to the boot class path, and on JDK 25 of the host's own use of Unsafe. */
  private static boolean isWarningOfTheJvm(String line) {
    return line.isBlank()
        || line.contains("warning: Sharing is only supported")
        || line.startsWith("WARNING: ") && !line.contains("ramshot") && !line.contains("bytebuddy")
        || line.contains("has been called by com.example.");
  }

  private static List<String> run(Path output, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(
          process.waitFor(WATCHDOG_SECONDS, TimeUnit.SECONDS),
          () -> "the host hangs after:\n" + lines(output));
    } finally {
      process.destroyForcibly();
    }
    assertEquals(0, process.exitValue(), () -> String.join("\n", lines(output)));
    return lines(output);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of(e.toString());
    }
  }

  private static String classPath(Class<?>... classes) {
    return Stream.of(classes)
        .map(c -> c.getProtectionDomain().getCodeSource().getLocation())
        .map(url -> Path.of(URI.create(url.toString())).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
