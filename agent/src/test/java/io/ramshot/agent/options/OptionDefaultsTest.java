package io.ramshot.agent.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.RestoreOptions;
import io.ramshot.SnapshotOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A default is one value, wherever it is written. */
class OptionDefaultsTest {
  private static final Pattern ROW = Pattern.compile("\\| `([a-z.]+)` \\| .* \\| (.*) \\|");
  private static final Pattern VALUE =
      Pattern.compile("`([0-9]+(?:ms|s|m)?|true|false|gates|stop)`.*");
  private static final Pattern HELP = Pattern.compile("  ([a-z.]+) +.*\\[([^\\[\\]]*)]");

  private static Map<String, String> table(Path page, Set<String> keys) throws IOException {
    Map<String, String> defaults = new LinkedHashMap<>();
    for (String line : Files.readAllLines(page)) {
      Matcher row = ROW.matcher(line);
      if (row.matches() && keys.contains(row.group(1))) {
        Matcher value = VALUE.matcher(row.group(2));
        defaults.put(row.group(1), value.matches() ? value.group(1) : "");
      }
    }
    return defaults;
  }

  private static Map<String, String> help() {
    Map<String, String> defaults = new LinkedHashMap<>();
    for (String line : AgentOptions.usage()) {
      Matcher row = HELP.matcher(line);
      if (row.matches()) {
        defaults.put(row.group(1), row.group(2).split(",")[0]);
      }
    }
    return defaults;
  }

  @Test
  void pagesAndHelpSayTheSame() throws IOException {
    Map<String, String> help = help();
    assertEquals(OptionTable.keys(), help.keySet());
    int compared = 0;
    for (String page : new String[] {"README.md", "docs/RESTORE.md"}) {
      for (var row : table(Path.of("..", page), help.keySet()).entrySet()) {
        if (!row.getValue().isEmpty()) {
          assertEquals(help.get(row.getKey()), row.getValue(), page + ": " + row.getKey());
          compared++;
        }
      }
    }
    assertTrue(compared >= 16, "too few to be all of them");
    assertEquals(
        OptionTable.keys(),
        table(Path.of("..", "README.md"), help.keySet()).keySet().stream()
            .collect(java.util.stream.Collectors.toSet()));
  }

  @Test
  void helpSaysWhatHolds() throws OptionException {
    AgentOptions none = AgentOptions.parse("");
    assertEquals(SnapshotOptions.DEFAULTS, none.snapshotOptions());
    assertEquals(RestoreOptions.DEFAULTS, none.restoreOptions());
    Map<String, String> help = help();
    assertEquals(
        OptionTable.text(none.snapshotOptions().stallLimit()), help.get(AgentOptions.STALL_LIMIT));
    assertEquals(
        OptionTable.text(none.restoreOptions().stallLimit()),
        help.get(AgentOptions.RESTORE_STALL_LIMIT));
    assertEquals(OptionTable.text(none.restoreTimeout()), help.get(AgentOptions.RESTORE_TIMEOUT));
    assertEquals(none.hookOptions().ramMin(), Quantity.bytes(help.get(AgentOptions.RAM_MIN)));
  }

  @Test
  void theRestoresLimitIsItsOwn() throws OptionException {
    String restore = "gate=a.B::c,restore=f,lazy";
    AgentOptions both = AgentOptions.parse(restore + ",stall.limit=1m");
    assertEquals(60, both.restoreOptions().stallLimit().toSeconds());
    AgentOptions own = AgentOptions.parse(restore + ",stall.limit=1m,restore.stall.limit=2m");
    assertEquals(120, own.restoreOptions().stallLimit().toSeconds());
    assertEquals(60, own.snapshotOptions().stallLimit().toSeconds());
  }
}
