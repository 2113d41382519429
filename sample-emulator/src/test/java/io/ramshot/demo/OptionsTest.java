package io.ramshot.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

  @Test
  void defaultsToEdgeGuestInOneGibibyte() throws UsageException {
    Options options = Options.parse();
    assertEquals(Options.Guest.EDGE, options.guest());
    assertEquals(List.of("--memory=1024m", "--ram=unsafe"), options.ramArguments());
    assertNull(options.keep());
    assertFalse(options.verbose());
  }

  @Test
  void goesBackWithLessRam() throws UsageException {
    Options options = Options.parse("reverse");
    assertEquals(Options.Guest.REVERSE, options.guest());
    assertEquals(List.of("--memory=64m", "--ram=unsafe"), options.ramArguments());
    assertThrows(UsageException.class, () -> Options.parse("reverse", "uboot"));
    assertThrows(UsageException.class, () -> Options.parse("reverse", "--memory=8m"));
  }

  @Test
  void takesValuesAfterEqualsSignOrSpace() throws UsageException {
    Options options = Options.parse("uboot", "--memory", "128m", "--keep=/there", "--ram=direct");
    assertEquals(Options.Guest.UBOOT, options.guest());
    assertEquals(List.of("--memory=128m", "--ram=direct"), options.ramArguments());
    assertEquals(Path.of("/there"), options.keep());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "linux",
        "--speed",
        "--memory",
        "--memory=1",
        "--memory=0m",
        "--memory=8m",
        "--memory=99g",
        "--ram=heap",
        "--keep=",
        "--verbose=yes",
        "uboot edge",
        "uboot --memory=100m",
        "uboot --memory=2g",
        "--ram=direct --memory=2g"
      })
  void refusesWhatMakesNoSense(String line) {
    UsageException e =
        assertThrows(UsageException.class, () -> Options.parse(line.split(" ")), line);
    assertEquals(1, e.getMessage().lines().count());
  }
}
