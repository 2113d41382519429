package io.ramshot.agent.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.RestoreOptions;
import io.ramshot.SnapshotOptions;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentOptionsTest {

  @ParameterizedTest
  @NullAndEmptySource
  void noTextMeansTheDefaults(String text) throws OptionException {
    AgentOptions options = AgentOptions.parse(text);
    assertEquals(SnapshotOptions.DEFAULTS, options.snapshotOptions());
    assertTrue(options.jmx());
    assertFalse(options.help());
    assertNull(options.get(AgentOptions.RESTORE));
    assertEquals("", options.toString());
  }

  @Test
  void everySnapshotOptionIsTaken() throws OptionException {
    assertEquals(
        new SnapshotOptions(
            64L << 20, false, false, 100_000, Duration.ofMillis(500), Duration.ofMinutes(1)),
        AgentOptions.parse(
                "pool=64m,hugepages=false,directio=FALSE,rate=100000,freeze.timeout=500ms,"
                    + "stall.limit=1m")
            .snapshotOptions());
  }

  @Test
  void aFileWhoseNameLooksLikeAnOptionIsNamedByItsUri(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("a,keep=3.ramshot"));
    String uri = file.toUri().toString().replace(",", "%2C");
    for (String more : new String[] {"", ",lazy"}) {
      OptionException e =
          assertThrows(
              OptionException.class,
              () -> AgentOptions.parse("gate=a.B::c,restore=" + file + more));
      assertTrue(
          e.getMessage().endsWith("if file " + file + " is meant, write restore=" + uri),
          e.getMessage());
    }
    assertEquals(uri, AgentOptions.parse("gate=a.B::c,restore=" + uri).get("restore"));
    assertEquals(file, new FileNames().existing(uri));
  }

  /** One grammar, whoever reads the option. */
  @ParameterizedTest
  @ValueSource(strings = {"67108864", "65536k", "64m", "64M", "64mb", "64MiB", "64mib"})
  void everySizeMayBeWrittenInEveryWay(String size) throws OptionException {
    AgentOptions options =
        AgentOptions.parse("pool=" + size + ",rate=" + size + ",ram.min=" + size);
    assertEquals(64 << 20, options.snapshotOptions().poolBytes());
    assertEquals(64 << 20, options.snapshotOptions().bytesPerSecond());
    assertEquals(64 << 20, options.restoreOptions().bytesPerSecond());
    assertEquals(64 << 20, options.hookOptions().ramMin());
  }

  @Test
  void aRestoreMayBeLazy() throws OptionException {
    assertEquals(RestoreOptions.DEFAULTS, AgentOptions.parse("").restoreOptions());
    AgentOptions options = AgentOptions.parse("restore=f,lazy,damaged=zero,rate=5m,gate=a.B::c");
    assertEquals("f", options.get(AgentOptions.RESTORE));
    assertEquals(
        RestoreOptions.DEFAULTS.withLazy(true).withZeroDamaged(true).withBytesPerSecond(5L << 20),
        options.restoreOptions());
    assertEquals(options.restoreOptions(), AgentOptions.parse(options.toString()).restoreOptions());
    assertTrue(
        AgentOptions.parse("gate=a.B::c,restore=f,lazy").restoreOptions().lazy(), "at the end");
    assertFalse(AgentOptions.parse("restore=f,lazy=false,gate=a.B::c").restoreOptions().lazy());
    assertEquals("lazy says how to restore: give restore= too", refused("lazy,gate=a.B::c"));
    assertEquals(
        "restore.timeout says how to restore: give restore= too",
        refused("restore.timeout=5s,gate=a.B::c"));
    for (String value : List.of("0s", "5", "soon", "-1s")) {
      assertEquals(
          "restore.timeout="
              + value
              + " is not a duration above 0: give a number with ms, s or m, such as 500ms, and a"
              + " year at most",
          refused("restore=f,gate=a.B::c,restore.timeout=" + value));
    }
    assertEquals(Duration.ofMinutes(1), options.restoreTimeout());
    assertEquals(
        Duration.ofMillis(3500),
        AgentOptions.parse("restore=f,gate=a.B::c,restore.timeout=3500ms").restoreTimeout());
    assertEquals(
        "damaged=skip is neither stop nor zero: give one of them",
        refused("restore=f,gate=a.B::c,damaged=skip"));
  }

  @Test
  void aCommaMayStandInsideAValue() throws OptionException {
    AgentOptions options = AgentOptions.parse("gate=a.B::step,a.C::step(int,long),pool=4m");
    assertEquals("a.B::step,a.C::step(int,long)", options.get(AgentOptions.GATE));
    assertEquals(2, options.hookOptions().gates().size());
    assertEquals(4L << 20, options.snapshotOptions().poolBytes());
  }

  @ParameterizedTest
  @CsvSource({"gat,gate", "restor,restore", "ram.mi,ram.min", "stal.limit,stall.limit"})
  void anUnknownKeyIsRefusedByNameWithTheNearest(String key, String nearest) {
    String message = refused(key + "=x");
    assertTrue(message.contains("'" + key + "'") && message.contains("'" + nearest + "'"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pool=12x",
        "pool=1m",
        "pool=-5",
        "pool=9999999999g",
        "rate=fast",
        "hugepages=yes",
        "directio=1",
        "jmx=on",
        "freeze.timeout=2",
        "freeze.timeout=0ms",
        "stall.limit=never",
        "stall.limit=999999999999m",
        "freeze.timeout=525601m",
        "discover=99999999h",
        "timeline=x,every=99999999h",
        "timeline=x,every=999999999999m",
        "jmx.folder=a\0b",
        "ram.min=1",
        "ram.min=much",
        "gate=",
        "restore= ",
        "gate=no-method",
        "timeline=x,every=10",
        "timeline=x,keep=0",
        "timeline=x,keep=many",
        "timeline=a\0b"
      })
  void aBadValueIsRefusedInOneLineThatNamesIt(String option) {
    String message = refused(option);
    assertTrue(message.contains(option.substring(option.indexOf(',') + 1).split("=")[0]), message);
    assertFalse(message.contains("\n"), message);
    assertTrue(message.contains(":"), message);
  }

  @Test
  void theLongestDurationIsAYear() throws OptionException {
    AgentOptions options = AgentOptions.parse("stall.limit=525600m,timeline=/t,every=525600m");
    assertEquals(Duration.ofDays(365), options.snapshotOptions().stallLimit());
    assertEquals(Duration.ofDays(365), options.timeline().get().every());
  }

  @Test
  void clientsMayBeKeptToAFolder() throws OptionException {
    assertEquals(Optional.empty(), AgentOptions.parse("").jmxFolder());
    assertEquals(Optional.of(Path.of("/b")), AgentOptions.parse("jmx.folder=/a/../b").jmxFolder());
  }

  @Test
  void aTimelineNeedsAFolder() throws OptionException {
    assertEquals("every=10s is about a timeline: give timeline=FOLDER too", refused("every=10s"));
    assertTrue(refused("keep=3").contains("give timeline=FOLDER too"));
    assertTrue(refused("discover,timeline=x").contains("discover only watches"));
    assertEquals(Optional.empty(), AgentOptions.parse("").timeline());
    assertEquals(
        Optional.of(new TimelinePlan(Path.of("/a,b"), Duration.ofSeconds(10), 6)),
        AgentOptions.parse("timeline=/a,b").timeline());
    assertEquals(
        Optional.of(new TimelinePlan(Path.of("/t"), Duration.ofMinutes(1), 2)),
        AgentOptions.parse("timeline=/x/../t,every=1m,keep=2").timeline());
  }

  @Test
  void aRestoreNeedsAGate() throws OptionException {
    assertTrue(refused("restore=x.ramshot").contains("gate="));
    assertEquals(
        "x,y.ramshot",
        AgentOptions.parse("restore=x,y.ramshot,gate=a.B::c").get(AgentOptions.RESTORE));
  }

  @Test
  void aKeyGivenTwiceIsRefused() {
    assertTrue(refused("pool=4m,pool=8m").contains("twice"));
  }

  @Test
  void aWordWithoutValueIsRefusedUnlessItIsHelp() throws OptionException {
    assertTrue(refused("pool").contains("'pool'"));
    assertTrue(AgentOptions.parse("help").help());
  }

  @Test
  void theHostsProfileGivesDefaultsOnly() throws OptionException {
    Map<String, String> profile = Map.of("gate", "host.Cpu::run", "ram.min", "1m");
    AgentOptions options = AgentOptions.parse("gate=my.Cpu::run", profile);
    assertEquals("my.Cpu::run", options.get("gate"));
    assertEquals(1L << 20, options.hookOptions().ramMin());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"pool=4m", "gate=a.B::c,d.E::f,jmx=false", "restore=/a b,c.ramshot,gate=a.B::c"})
  void optionsPrintThemselvesBack(String text) throws OptionException {
    AgentOptions options = AgentOptions.parse(text);
    assertEquals(text, options.toString());
    assertEquals(
        "-javaagent:/x/ramshot.jar=" + text, options.toVmArgument(new File("/x/ramshot.jar")));
    assertEquals(options.given(), AgentOptions.parse(options.toString()).given());
  }

  @Test
  void aRestoreIsNoticedInATextThatCannotBeParsed() {
    assertTrue(AgentOptions.asksForRestore("gat=a.B::c,restore=x"));
    assertTrue(AgentOptions.asksForRestore("restore=x,nonsense"));
    assertFalse(AgentOptions.asksForRestore("gate=a.restore::c"));
    assertFalse(AgentOptions.asksForRestore(null));
  }

  @Test
  void theUsageNamesEveryKey() {
    String usage = String.join("\n", AgentOptions.usage());
    for (String key : new String[] {"gate", "state", "ram.min", "pool", "restore", "jmx"}) {
      assertTrue(usage.contains("  " + key + " "), key);
    }
  }

  private static String refused(String text) {
    return assertThrows(OptionException.class, () -> AgentOptions.parse(text)).getMessage();
  }
}
