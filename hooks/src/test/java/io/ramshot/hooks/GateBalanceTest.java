package io.ramshot.hooks;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Whatever is thrown in a gate, a thread is counted as inside when it is inside, and only then. All
 * looking is done by {@link GateBalance}, in a JVM of its own.
 */
class GateBalanceTest {

  private static void balanced(String errors, int rounds, String... options) throws Exception {
    ForkedHostJvm.of(GateBalance.class, errors, Integer.toString(rounds))
        .options("-Xlog:disable")
        .options(options)
        .succeed();
  }

  @Test
  void aStackThatEndsAnywhereInterpreted() throws Exception {
    balanced("overflow", 1, "-Xint");
  }

  @Test
  void aStackThatEndsAnywhereCompiled() throws Exception {
    // An exit that takes more stack than the enter has found.
    balanced(
        "overflow",
        15,
        "-XX:CompileCommand=quiet",
        "-XX:CompileCommand=exclude,io.ramshot.boot.Gate::exit");
  }

  @Test
  void aStackThatEndsBeforeTheFirstQuantum() throws Exception {
    balanced("first", 10);
    // Here it would end in the initialiser of a class of the JDK, had that not been run before.
    balanced("first", 2, "-Xint");
  }

  @Tag("long")
  @Test
  void aStackThatEndsAnywhereManyTimes() throws Exception {
    balanced("overflow", 40, "-Xint");
    balanced("overflow", 300);
    balanced("overflow", 150, "-XX:-TieredCompilation");
    balanced("overflow", 200, "-XX:TieredStopAtLevel=1");
    balanced("overflow", 200, "-XX:-Inline");
  }

  @Test
  void noMemoryForTheFirstQuantum() throws Exception {
    balanced("memory", 2, "-Xmx16m", "-XX:+UseSerialGC");
  }

  /** Later JDKs stop no thread. */
  @EnabledForJreRange(max = JRE.JAVA_19)
  @Test
  void aThreadThatIsStoppedAnywhere() throws Exception {
    balanced("stop", 200);
    balanced("stop", 30, "-Xint");
  }
}
