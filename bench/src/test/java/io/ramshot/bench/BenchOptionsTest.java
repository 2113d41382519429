package io.ramshot.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BenchOptionsTest {

  /** What it says on standard error. */
  private static String refused(String... arguments) {
    PrintStream before = System.err;
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    try {
      assertEquals(2, Bench.execute(arguments));
    } finally {
      System.setErr(before);
    }
    String said = errors.toString(StandardCharsets.UTF_8);
    assertEquals(1, said.lines().count(), said);
    return said;
  }

  @Test
  void anUnknownCellIsNamedWithWhereToLook() {
    String said = refused("--only=sequential,luck");
    assertTrue(said.contains("luck") && said.contains("--list"), said);
  }

  @Test
  void roundsOutOfRangeAreNamedWithTheRange() {
    for (String rounds : new String[] {"0", "-1", "101"}) {
      String said = refused("--rounds=" + rounds);
      assertTrue(said.contains("--rounds=" + rounds) && said.contains("1 to 100"), said);
    }
  }

  @Test
  void roundsThatAreNoNumberAreNamed() {
    String said = refused("--rounds=many");
    assertTrue(said.contains("many") && said.contains("--help"), said);
  }

  @Test
  void anUnknownOptionIsNamed() {
    String said = refused("--fast");
    assertTrue(said.contains("--fast") && said.contains("--help"), said);
  }

  @Test
  void quickGoesWithNoCells() {
    assertTrue(refused("--quick", "--only=random").contains("leave out"));
  }

  @Test
  void aPictureNeedsItsCell() {
    assertTrue(refused("--svg=x.svg", "--only=random").contains("sequential"));
    assertTrue(refused("--svg=x.svg", "--quick").contains("--quick"));
  }

  @Test
  void listingCellsMeasuresNothing() {
    assertEquals(0, Bench.execute("--list"));
    assertEquals(0, Bench.execute("--list", "restore"));
    assertEquals(0, Bench.execute("--list", "increments"));
  }

  @Test
  void anUnknownSuiteIsNamedWithThoseThatAre() {
    String said = refused("restores");
    assertTrue(
        said.contains("restores") && said.contains("snapshot or restore or increments"), said);
  }

  @Test
  void aSuiteHasCellsOfItsOwnAndNoPicture() {
    assertTrue(refused("restore", "--only=sequential").contains("sequential"));
    assertTrue(refused("restore", "--quick", "--only=restore-1g-cold").contains("leave out"));
    assertTrue(refused("restore", "--svg=x.svg").contains("leave out restore"));
    assertTrue(refused("restore", "--rounds=0").contains("1 to 100"));
  }
}
