package io.ramshot.uffd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The engine and Java number everything alike. */
class NativeConstantsTest {

  /** The constants of a C enum, in order, without the prefix. */
  private static List<String> enumOf(String header, String name, String prefix) throws IOException {
    String text = Files.readString(Path.of("src/main/c", header));
    Matcher body = Pattern.compile("enum " + name + " \\{(.*?)\\}", Pattern.DOTALL).matcher(text);
    assertEquals(true, body.find(), "no enum " + name + " in " + header);
    Matcher word =
        Pattern.compile("\\b" + prefix + "([A-Z0-9_]+)")
            .matcher(body.group(1).replaceAll("(?s)/\\*.*?\\*/", ""));
    List<String> constants = new ArrayList<>();
    while (word.find()) {
      constants.add(word.group(1));
    }
    return constants;
  }

  private static List<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).toList();
  }

  @Test
  void figuresAreInTheSameOrder() throws Exception {
    List<String> figures = enumOf("rs_figures.h", "rs_figure", "RS_");
    assertEquals("FIGURE_COUNT", figures.remove(figures.size() - 1));
    assertEquals(figures, names(Figure.values()));
  }

  @Test
  void builtLibraryHasAsManyFiguresAndBuckets() throws Exception {
    Engine.load();
    assertEquals(Figure.values().length, Engine.rs_figure_count());
    assertEquals(StallBuckets.COUNT, Engine.rs_stall_bucket_count());
  }

  @Test
  void stepsAreInTheSameOrder() throws Exception {
    assertEquals(enumOf("rs_snapshot.h", "rs_step", "RS_STEP_"), names(Step.values()));
  }

  @Test
  void phasesAreInTheSameOrder() throws Exception {
    assertEquals(enumOf("rs_snapshot.h", "rs_phase", "RS_"), names(Phase.values()));
  }
}
