package io.ramshot.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DiskErrorTest {
  @TempDir Path folder;

  private String said(IOException e) {
    return FileException.notWritten(folder.resolve("a"), e).problem();
  }

  @ParameterizedTest
  @EnumSource(DiskError.class)
  void eachHasARemedyOfItsOwn(DiskError error) {
    Path file = folder.resolve("a");
    String remedy = error.remedy(file);
    assertTrue(remedy.length() > 15 && remedy.length() < 200 + folder.toString().length(), remedy);
    assertTrue(
        remedy.matches(
            ".*(choose|try again|free some|raise|name the folder|start it|look after).*"),
        remedy);
  }

  @Test
  void whatJavaThrowsIsFoundByItsWords() throws Exception {
    for (DiskError error : DiskError.values()) {
      assertEquals(Optional.of(error), DiskError.of(errorText(error)), error.name());
    }
    assertTrue(said(new IOException("Disk quota exceeded")).contains("quota is used up"));
    assertTrue(said(new IOException("Input/output error")).contains("the device failed"));
    assertTrue(said(new IOException("who knows")).contains("(who knows): look after the disk"));
    assertTrue(
        said(new FileSystemException("a", null, "Read-only file system")).contains("is read-only"));
    assertTrue(said(new AccessDeniedException("a")).contains("may not write to folder " + folder));
  }

  /** The C library's own, so that the table cannot be wrong on this system. */
  private static String errorText(DiskError error) throws Exception {
    return io.ramshot.uffd.ErrorTexts.of(number(error));
  }

  private static int number(DiskError error) {
    for (int number = 1; number < 200; number++) {
      if (DiskError.of(number).equals(Optional.of(error))) {
        return number;
      }
    }
    throw new AssertionError(error);
  }

  @Test
  void anInterruptIsNotBlamedOnTheDisk() {
    for (IOException e :
        List.of(new ClosedByInterruptException(), new AsynchronousCloseException())) {
      String said = said(e);
      assertTrue(said.contains("was interrupted") && !said.contains("disk"), said);
    }
  }

  @Test
  void aFileThatSomebodyRemovedIsNotBlamedOnTheFolder() {
    String said = said(new NoSuchFileException("a"));
    assertTrue(said.contains("somebody removed or renamed it"), said);
    assertTrue(!said.contains("create it"), said);
  }

  @Test
  void theProcesssOwnLimitIsNamed() {
    List<String> limits =
        List.of(
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max cpu time              unlimited            unlimited            seconds   ",
            "Max file size             1048576              2097152              bytes     ");
    assertEquals(Optional.of(1048576L), FileSizeLimit.bytes(limits));
    assertEquals(
        Optional.empty(),
        FileSizeLimit.bytes(
            List.of(
                "Max file size             unlimited            unlimited            bytes     ")));
    assertTrue(Files.exists(Path.of("/proc/self/limits")));
  }
}
