package io.ramshot.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class PrintableTest {

  @Test
  void readableTextStaysAsItIs() {
    for (String text :
        new String[] {"", "ram", "Gerät №5 größer", "内存-ram", "ذاكرة", "a\\b", "\ud83d\ude00 ok"}) {
      assertSame(text, Printable.line(text));
      assertSame(text, Printable.lines(text));
    }
  }

  @Test
  void whatATerminalObeysIsWritten() {
    assertEquals("a\\u001b[31mb", Printable.line("a\u001b[31mb"));
    assertEquals("\\u009b2J\\u007f\\u0000", Printable.line("\u009b2J\u007f\0"));
    assertEquals("safe\\u202egpj.exe", Printable.line("safe\u202egpj.exe"));
    assertEquals("\\u2066x\\u2069 \\u200f \\ufeff", Printable.line("\u2066x\u2069 \u200f \ufeff"));
    assertEquals("a\\u2028b\\u0085c", Printable.line("a\u2028b\u0085c"));
    assertEquals("\\u001b", Printable.lines("\u001b"));
  }

  @Test
  void aLineIsOneLine() {
    assertEquals("a b\tc ", Printable.line("a\r\nb\tc\n"));
    assertEquals("a\\u000d\nb\n", Printable.lines("a\r\nb\n"));
  }

  /** No control character of any kind comes through, whatever it stands beside. */
  @Test
  void noneComesThrough() {
    for (int c = 0; c < 0x10000; c++) {
      String line = Printable.line("a" + (char) c + "b");
      int type = Character.getType(line.charAt(1));
      assertTrue(
          c == '\t' || type != Character.CONTROL && type != Character.LINE_SEPARATOR,
          Integer.toHexString(c));
      if (Character.isLetterOrDigit(c)) {
        assertEquals("a" + (char) c + "b", line);
      }
    }
  }
}
