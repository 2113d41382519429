package io.ramshot.bench.emulator;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the emulator's studies need besides the bench.
 *
 * @param agent ramshot.jar
 * @param machine sample-emulator.jar
 */
public record Jars(Path agent, Path machine) {

  /** Where a build puts them. */
  public static Jars in(Path root) {
    return new Jars(
        root.resolve("agent/target/ramshot.jar"),
        root.resolve("sample-emulator/target/sample-emulator.jar"));
  }

  /** Which one is not there and what to do; empty if both are. */
  Optional<String> missing() {
    for (Path jar : new Path[] {agent, machine}) {
      if (!Files.isReadable(jar)) {
        return Optional.of(jar + " is not there: build it by mvn -DskipTests package");
      }
    }
    return Optional.empty();
  }
}
