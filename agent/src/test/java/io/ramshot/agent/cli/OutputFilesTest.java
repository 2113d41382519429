package io.ramshot.agent.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.tools.SampleImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every command that reads and writes files does to those that are there. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("once")
class OutputFilesTest {
  private static final String OUT = "OUT";

  @TempDir private Path directory;
  private Path image;
  private Path other;

  @BeforeEach
  void write() throws Exception {
    image = directory.resolve("a.ramshot");
    other = directory.resolve("b.ramshot");
    new SampleImage().block("ram", 0, SampleImage.noise(1 << 20, 1)).write(image);
    new SampleImage().block("ram", 0, SampleImage.noise(1 << 20, 2)).write(other);
  }

  /** Every command that writes a file, and the status it ends with when it does. */
  private List<List<String>> writers() {
    String a = image.toString();
    return List.of(
        List.of("0", "pack", a, OUT),
        List.of("0", "unpack", a, OUT),
        List.of("0", "flatten", a, OUT),
        List.of("0", "extract", a, "--raw", OUT),
        List.of("0", "extract", a, "--elf", OUT, "--machine=riscv"),
        List.of("0", "report", a, "--html", OUT),
        List.of("1", "diff", a, other.toString(), "--png", OUT),
        List.of("1", "diff", a, other.toString(), "--svg", OUT));
  }

  private record Ended(int status, String err) {}

  private static Ended run(List<String> arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    System.setOut(new PrintStream(PrintStream.nullOutputStream()));
    System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
    try {
      int status = CommandLineMain.run(arguments.toArray(new String[0]));
      return new Ended(status, text.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static List<String> to(List<String> command, String out) {
    List<String> arguments = new ArrayList<>(command.subList(1, command.size()));
    arguments.replaceAll(word -> word.equals(OUT) ? out : word);
    return arguments;
  }

  private List<String> names() throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void noCommandReplacesWhatIsThere() throws Exception {
    byte[] before = Files.readAllBytes(other);
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
    List<String> names = names();
    for (List<String> command : writers()) {
      for (Path taken : List.of(other, link)) {
        Ended ended = run(to(command, taken.toString()));
        assertTrue(ended.status() != 0 && ended.err().lines().count() == 1, command + ended.err());
        assertTrue(ended.err().contains(taken + " exists: remove it"), command + ended.err());
      }
    }
    assertArrayEquals(before, Files.readAllBytes(other));
    assertEquals(names, names());
  }

  @Test
  void allFilesAreTheirOwnersAlone() throws Exception {
    for (List<String> command : writers()) {
      Path out = directory.resolve("new");
      Ended ended = run(to(command, out.toString()));
      assertEquals(command.get(0), Integer.toString(ended.status()), command + ended.err());
      assertEquals("rw-------", mode(out), command::toString);
      Files.delete(out);
      assertEquals(List.of("a.ramshot", "b.ramshot"), names(), command::toString);
    }
  }

  @Test
  void namesMayBeAsLongAsTheFileSystemTakes() throws Exception {
    for (List<String> command : writers()) {
      Path out = directory.resolve("x".repeat(255));
      Ended ended = run(to(command, out.toString()));
      assertEquals(command.get(0), Integer.toString(ended.status()), command + ended.err());
      Files.delete(out);
      Path tooLong = directory.resolve("x".repeat(256));
      ended = run(to(command, tooLong.toString()));
      assertTrue(ended.err().contains("choose a shorter one"), command + ended.err());
      assertEquals(1, ended.err().lines().count(), ended.err());
    }
  }

  @Test
  void aZipIsItsOwnersAloneAndIsNotLeftEmpty() throws Exception {
    Path zip = directory.resolve("new.zip");
    String inside = "jar:" + zip.toUri() + "!/a.ramshot.zst";
    assertEquals(1, run(List.of("pack", directory.resolve("none").toString(), inside)).status());
    assertEquals(List.of("a.ramshot", "b.ramshot"), names());
    assertEquals(0, run(List.of("pack", image.toString(), inside)).status());
    assertEquals("rw-------", mode(zip));
    assertEquals(0, run(List.of("verify", inside)).status());
    assertTrue(run(List.of("pack", image.toString(), inside)).err().contains("exists: remove it"));
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void onlyRegularFilesAreRead() throws Exception {
    Path fifo = directory.resolve("fifo.ramshot");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    String new1 = directory.resolve("new").toString();
    for (String odd : List.of(fifo.toString(), "/dev/zero", directory.toString())) {
      for (List<String> command :
          List.of(
              List.of("info", odd),
              List.of("verify", odd),
              List.of("pack", odd, new1),
              List.of("unpack", odd, new1),
              List.of("flatten", odd, new1),
              List.of("extract", odd, "--raw", new1),
              List.of("report", odd, "--html", new1),
              List.of("diff", odd, image.toString()),
              List.of("diff", image.toString(), odd))) {
        Ended ended = run(command);
        assertTrue(ended.status() != 0, command::toString);
        assertTrue(
            ended.err().matches("ramshot: " + odd + " is (a FIFO|a device|a folder): name .*\n"),
            command + ended.err());
      }
    }
    assertEquals(List.of("a.ramshot", "b.ramshot", "fifo.ramshot"), names());
  }
}
