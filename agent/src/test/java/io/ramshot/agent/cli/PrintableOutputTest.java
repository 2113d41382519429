package io.ramshot.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.tools.SampleImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever an image, or its name, holds, a terminal that shows it does not obey it. */
@Tag("once")
class PrintableOutputTest {
  private static final String NAME = "safe\u202egpj\u2066größe-内存";
  private static final String EVIL = "\u001b]0;owned\u0007\u009b2J\r\nforged line\u202e";

  @TempDir private Path directory;
  private Path image;
  private Path other;

  @BeforeEach
  void images() throws Exception {
    image =
        new SampleImage()
            .block(NAME, 0, SampleImage.noise(3 * SampleImage.PAGE, 1))
            .state("cpu\u202e", (byte) 1)
            .info("note\u2067", EVIL)
            .write(directory.resolve("a\u001b[31m\nforged\u200f.ramshot"));
    other =
        new SampleImage()
            .block(NAME, 0, SampleImage.noise(3 * SampleImage.PAGE, 2))
            .write(directory.resolve("b.ramshot"));
  }

  /** What a command prints, to whichever stream. */
  private static String output(int status, Object... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    System.setOut(to);
    System.setErr(to);
    try {
      String[] texts = new String[arguments.length];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = arguments[i].toString();
      }
      int found = CommandLineMain.run(texts);
      String text = bytes.toString(StandardCharsets.UTF_8);
      assertEquals(status, found, text);
      return text;
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static String requirePrintable(String text) {
    List<String> found =
        text.chars()
            .filter(c -> c != '\n')
            .filter(
                c ->
                    Character.isISOControl(c)
                        || c >= 0x200e && c <= 0x200f
                        || c >= 0x2028 && c <= 0x202e
                        || c >= 0x2066 && c <= 0x2069)
            .mapToObj(Integer::toHexString)
            .collect(Collectors.toList());
    assertEquals(List.of(), found, text);
    assertFalse(text.lines().anyMatch(line -> line.startsWith("forged")), text);
    return text;
  }

  @Test
  void peopleReadNamesAndNothingElseHappens() throws Exception {
    String info = requirePrintable(output(0, "info", image));
    assertTrue(info.contains("safe\\u202egpj\\u2066größe-内存"), info);
    assertTrue(info.contains("\\u001b]0;owned\\u0007\\u009b2J forged line\\u202e"), info);
    requirePrintable(output(0, "verify", image));
    requirePrintable(output(1, "diff", image, other));
    requirePrintable(output(0, "flatten", image, directory.resolve("f\u001b.ramshot")));
    requirePrintable(output(2, "no\u001b[2Jcommand"));
    requirePrintable(output(1, "info", directory.resolve("none\u009b2J")));
    requirePrintable(output(0, "extract", image, "--raw", directory.resolve("raw\u001b")));
  }

  @Test
  void failuresAreOfOneLineToo() throws Exception {
    Path damaged = Files.copy(image, directory.resolve("c\u001b]0;x\u0007\nforged.ramshot"));
    Files.write(damaged, new byte[] {1, 2, 3}, StandardOpenOption.WRITE);
    String said = requirePrintable(output(1, "info", damaged));
    assertEquals(1, said.lines().count(), said);
    requirePrintable(output(1, "verify", damaged));
    requirePrintable(output(2, "diff", damaged, other));
    requirePrintable(output(1, "timeline", directory.resolve("d\u001b[1m")));
  }

  /** Escaped, and so still what they are. */
  @Test
  void programsGetAllOfIt() throws Exception {
    String json = requirePrintable(output(0, "info", "--json", image));
    assertTrue(json.contains("\"\\u001b]0;owned\\u0007\\u009b2J\\u000d\\u000aforged"), json);
    Path report = directory.resolve("report.html");
    output(0, "report", image, "--html", report);
    requirePrintable(Files.readString(report).replace("\n", " ")); // where a break is a space
  }
}
