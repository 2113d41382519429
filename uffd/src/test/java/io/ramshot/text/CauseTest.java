package io.ramshot.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.management.MBeanException;
import javax.management.RuntimeErrorException;
import javax.management.RuntimeMBeanException;
import org.junit.jupiter.api.Test;

class CauseTest {
  private static final IllegalStateException ROOT = new IllegalStateException("cpu3 is busy");
  private static final String SAID = "java.lang.IllegalStateException: cpu3 is busy";

  @Test
  void takesOffWhatOnlyCarries() {
    List<Throwable> carriers =
        List.of(
            new InvocationTargetException(ROOT),
            new UndeclaredThrowableException(ROOT),
            new ExceptionInInitializerError(ROOT),
            new ExecutionException(ROOT),
            new CompletionException(ROOT),
            new RuntimeMBeanException(ROOT),
            new MBeanException(ROOT, "thrown in an operation"),
            new RuntimeException(ROOT),
            new RuntimeException(null, ROOT));
    for (Throwable carrier : carriers) {
      assertEquals(SAID, Cause.text(carrier));
      assertEquals(SAID, Cause.text(new InvocationTargetException(carrier)));
      assertEquals("cpu3 is busy", Cause.message(carrier));
    }
    assertEquals(
        "java.lang.OutOfMemoryError: heap",
        Cause.text(new RuntimeErrorException(new OutOfMemoryError("heap"))));
  }

  @Test
  void saysWhatLedToIt() {
    Throwable thrown =
        new IllegalArgumentException("cannot save the disk", new IOException("no such device"));
    assertEquals(
        "java.lang.IllegalArgumentException: cannot save the disk, because of"
            + " java.io.IOException: no such device",
        Cause.text(thrown));
    assertEquals(
        "java.io.IOException: gone", Cause.text(new UncheckedIOException(new IOException("gone"))));
    assertEquals(
        "java.lang.IllegalStateException: it was cpu3 is busy",
        Cause.text(new IllegalStateException("it was cpu3 is busy", ROOT)));
  }

  @Test
  void staysOneShortLineWhateverIsThrown() {
    Throwable circle = new IllegalStateException("one\nand two " + "x".repeat(100_000));
    Throwable other = new IllegalStateException("other", circle);
    circle.initCause(other);

    String text = Cause.text(new ExecutionException(circle));

    assertTrue(text.startsWith("java.lang.IllegalStateException: one and two x"), text);
    assertTrue(text.length() <= Cause.LONGEST + 3, text);
    assertEquals(
        Silent.class.getName(), Cause.text(new Silent()), "what throws when it is asked, too");
    assertEquals("java.lang.StackOverflowError", Cause.message(new StackOverflowError()));
  }

  private static final class Silent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("not now");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("not now");
    }
  }
}
