package io.ramshot.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.sample.memory.RamKind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OptionsTest {

  @Test
  void defaults() throws UsageException {
    Options options = Options.parse();
    assertEquals(128L << 20, options.memory());
    assertEquals(RamKind.DIRECT, options.ram());
    assertNull(options.ramFile());
    assertNull(options.bios());
    assertNull(options.kernel());
    assertNull(options.input());
    assertNull(options.dump());
    assertFalse(options.deterministic() || options.stats() || options.registers());
    assertEquals(Long.MAX_VALUE, options.stopAt());
  }

  @Test
  void everyOptionIsTaken() throws UsageException {
    Options options =
        Options.parse(
            "--memory=12g",
            "--ram=unsafe",
            "--bios=a=b",
            "--kernel=k",
            "--input=i",
            "--dump=d/p",
            "--deterministic",
            "--stop-at=123456789012",
            "--registers",
            "--stats",
            "--help");
    assertEquals(12L << 30, options.memory());
    assertEquals(RamKind.UNSAFE, options.ram());
    assertEquals(Path.of("a=b"), options.bios());
    assertEquals(Path.of("k"), options.kernel());
    assertEquals(Path.of("i"), options.input());
    assertEquals(Path.of("d/p"), options.dump());
    assertEquals(123_456_789_012L, options.stopAt());
    assertTrue(options.deterministic() && options.stats() && options.registers());
    assertTrue(options.help());
  }

  @ParameterizedTest
  @CsvSource({
    "--frob, unknown option --frob",
    "frob, unknown option frob",
    "--memory, --memory=VALUE",
    "--memory=, --memory=VALUE",
    "--memory=128, --memory=128 is no size",
    "--memory=m, --memory=m is no size",
    "--memory=-1m, is no size",
    "--memory=0m, whole number of MiB",
    "--memory=1000k, whole number of MiB",
    "--memory=2g, the most is 2047m",
    "--ram=core, '--ram=core does not exist: use direct, unsafe, heap, heap-int, segment, mapped or native'",
    "--ram-file=x, add --ram=mapped",
    "--ram-file, --ram-file=VALUE",
    "--stop-at=x, --stop-at=x is no number",
    "--stop-at=-1, --stop-at=-1 is no number",
    "--stats=yes, takes no value"
  })
  void badValuesAreNamedWithARemedy(String argument, String message) {
    UsageException e = assertThrows(UsageException.class, () -> Options.parse(argument));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertFalse(e.getMessage().contains("\n"));
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfRamThatTheJdkHas(RamKind kind) throws UsageException {
    String argument = "--ram=" + kind.key();
    if (Runtime.version().feature() >= kind.firstJdk()) {
      assertEquals(kind, Options.parse(argument).ram());
    } else {
      UsageException e = assertThrows(UsageException.class, () -> Options.parse(argument));
      assertTrue(e.getMessage().contains("needs JDK " + kind.firstJdk()), e.getMessage());
    }
    assertTrue(Options.HELP.contains(" " + kind.key() + " "), kind.key());
  }

  @Test
  void mappedRamMayNameItsFile() throws UsageException {
    Options options = Options.parse("--ram-file=f", "--ram=mapped");
    assertEquals(RamKind.MAPPED, options.ram());
    assertEquals(Path.of("f"), options.ramFile());
  }

  @Test
  void helpNamesEveryOption() {
    for (String option :
        "memory ram ram-file bios kernel deterministic input stop-at dump registers stats help"
            .split(" ")) {
      assertTrue(Options.HELP.contains("--" + option), option);
    }
  }
}
