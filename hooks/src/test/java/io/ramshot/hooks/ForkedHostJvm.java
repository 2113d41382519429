package io.ramshot.hooks;

import io.ramshot.testing.ForkedJvm;

/** A JVM of its own that can be hooked, as surefire's can. */
final class ForkedHostJvm {

  private ForkedHostJvm() {}

  static ForkedJvm of(Class<?> main, String... arguments) {
    return ForkedJvm.of(main, arguments)
        .options(
            "-Xbootclasspath/a:" + System.getProperty("ramshot.boot.jar"),
            "-javaagent:" + System.getProperty("ramshot.test.agent.jar"),
            "-Xshare:off");
  }
}
