package io.ramshot.hooks.injection;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever is thrown, and whatever blocks, in any step of a snapshot: it ends within its limits,
 * nothing stays registered, no file is left, the guest runs on, and the next snapshot works. Steps
 * are not listed but found: they are the calls of ramshot's own methods on its own threads.
 */
class InjectionTest {
  @TempDir Path folder;

  private void run(String mode, String injections, Duration limit) throws Exception {
    ForkedJvm.of(Injected.class, mode, folder.toString(), injections)
        .options(
            "-Xbootclasspath/a:" + System.getProperty("ramshot.boot.jar"),
            "-javaagent:" + System.getProperty("ramshot.test.agent.jar"),
            "-Dramshot.progress.limit.ms=20000",
            "-XX:TieredStopAtLevel=1")
        .limit(limit)
        .succeed()
        .forEach(System.out::println);
  }

  @ParameterizedTest
  @CsvSource({"plain, 60", "increments, 30", "heap, 20", "mapped, 15", "threads, 25"})
  @Tag("once")
  void troubleEndsWithTheSnapshot(String mode, String injections) throws Exception {
    run(mode, injections, Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @CsvSource({"plain, all", "increments, calls", "heap, calls", "mapped, calls", "threads, calls"})
  @Tag("long")
  void troubleAnywhereEndsWithTheSnapshot(String mode, String injections) throws Exception {
    run(mode, injections, Duration.ofHours(4));
  }
}
