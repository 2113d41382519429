package io.ramshot.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.ForkedJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a new file, whatever others do to names in its folder meanwhile. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("once")
class NewFileTest {
  private static final byte[] BYTES = "guest RAM".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  private static void write(NewFile file) throws IOException {
    file.channel().write(ByteBuffer.wrap(BYTES), 0);
    file.seal(BYTES.length);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void refused(NewFile file) {
    FileException e = assertThrows(FileException.class, file::publish);
    assertTrue(
        e.getMessage().contains("somebody else removes, renames, replaces or links"),
        e.getMessage());
    assertTrue(e.getMessage().startsWith(file.target() + " is not made"), e.getMessage());
  }

  /** As where memory runs out between the two steps. */
  @Test
  void aTemporaryNameBesideItsOwnGoesWhenItIsClosed() throws Exception {
    Path target = folder.resolve("a.ramshot");
    try (NewFile file = NewFile.create(target)) {
      write(file);
      file.publish();
      Files.createLink(file.temporary(), target);
    }
    assertEquals(List.of("a.ramshot"), names());
  }

  @Test
  void isItsOwnersAloneFromTheBeginningAndHasItsNameAtTheEnd() throws Exception {
    Path target = folder.resolve("a.ramshot");
    try (NewFile file = NewFile.create(target)) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(file.temporary())));
      assertTrue(names().get(0).matches("\\.a\\.ramshot\\.[0-9]{1,19}\\.part"), names()::toString);
      assertEquals(0, file.channel().size());
      write(file);
      assertFalse(Files.exists(target));
      file.publish();
      file.syncFolder();
    }
    assertArrayEquals(BYTES, Files.readAllBytes(target));
    assertEquals(List.of("a.ramshot"), names());
    assertEquals(1, Files.getAttribute(target, "unix:nlink"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
  }

  @Test
  void isGoneWhenItIsNotPublished() throws Exception {
    try (NewFile file = NewFile.create(folder.resolve("a"))) {
      write(file);
    }
    assertEquals(List.of(), names());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "link", "folder"})
  void takesTheNameOfNothingThatIsThere(String what) throws Exception {
    Path target = folder.resolve("a");
    switch (what) {
      case "file" -> Files.writeString(target, "precious");
      case "link" -> Files.createSymbolicLink(target, folder.resolve("nowhere"));
      default -> Files.createDirectory(target);
    }
    FileException e = assertThrows(FileException.class, () -> NewFile.create(target));
    assertTrue(e.getMessage().startsWith(target + " "), e.getMessage());
    assertTrue(e.problem().matches("exists: remove it.*|is a folder: .*"), e.problem());
    assertEquals(List.of("a"), names());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "link", "folder"})
  void takesTheNameOfNothingThatHasComeMeanwhile(String what) throws Exception {
    Path target = folder.resolve("a");
    try (NewFile file = NewFile.create(target)) {
      write(file);
      switch (what) {
        case "file" -> Files.writeString(target, "precious");
        case "link" -> Files.createSymbolicLink(target, folder.resolve("nowhere"));
        default -> Files.createDirectory(target);
      }
      FileException e = assertThrows(FileException.class, file::publish);
      assertEquals(target + " exists: remove it, or choose another name", e.getMessage());
    }
    assertEquals(List.of("a"), names());
    if (what.equals("file")) {
      assertEquals("precious", Files.readString(target));
    }
  }

  /** What a user who may write to the folder does to a temporary name. */
  enum Attack {
    LINK_TO_A_VICTIM,
    ANOTHER_FILE,
    HARD_LINK_TO_A_VICTIM,
    REMOVED,
    RENAMED,
    LINKED_TWICE,
    LENGTHENED,
    CUT,
    FIFO
  }

  private void attack(Attack attack, Path temporary, Path victim) throws Exception {
    switch (attack) {
      case LINKED_TWICE -> Files.createLink(folder.resolve("second"), temporary);
      case LENGTHENED -> Files.write(temporary, new byte[100]);
      case CUT -> Files.write(temporary, new byte[1]);
      case RENAMED -> Files.move(temporary, folder.resolve("elsewhere"));
      case REMOVED -> Files.delete(temporary);
      default -> {
        Files.delete(temporary);
        switch (attack) {
          case LINK_TO_A_VICTIM -> Files.createSymbolicLink(temporary, victim);
          case HARD_LINK_TO_A_VICTIM -> Files.createLink(temporary, victim);
          case FIFO -> new ProcessBuilder("mkfifo", temporary.toString()).start().waitFor();
          default -> Files.write(temporary, BYTES); // the same size
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void isPublishedAsItWasWrittenOrNotAtAll(Attack attack) throws Exception {
    Path victim = Files.writeString(folder.resolve("victim"), "untouched");
    Path target = folder.resolve("a");
    try (NewFile file = NewFile.create(target)) {
      file.channel().write(ByteBuffer.wrap(BYTES, 0, 4), 0);
      attack(attack, file.temporary(), victim);
      file.channel().write(ByteBuffer.wrap(BYTES, 4, BYTES.length - 4), 4);
      if (attack == Attack.LENGTHENED) {
        FileException e = assertThrows(FileException.class, () -> file.seal(BYTES.length));
        assertTrue(e.getMessage().contains("does somebody else write to it?"), e.getMessage());
      } else if (attack != Attack.CUT) { // what has the right length again is for checksums
        file.seal(BYTES.length);
        refused(file);
      }
    }
    assertEquals("untouched", Files.readString(victim));
    assertFalse(Files.exists(target, LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void aNamingThatWasFooledIsFoundOut() throws Exception {
    Path target = folder.resolve("a");
    Path other = Files.write(folder.resolve("other"), BYTES);
    try (NewFile file = NewFile.create(target)) {
      write(file);
      Naming fooled =
          (descriptor, temporary, to) -> {
            assertEquals(temporary, realPath(descriptor));
            link(to, other);
            return true;
          };
      assertThrows(FileException.class, () -> file.publish(fooled));
    }
    assertEquals(List.of("a", "other"), names());
  }

  private static Path realPath(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void link(Path name, Path existing) throws FileAlreadyExistsException {
    try {
      Files.createLink(name, existing);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theDescriptorIsTheFileWhateverItsNameIs() throws Exception {
    try (NewFile file = NewFile.create(folder.resolve("a"))) {
      Path descriptor = file.descriptor();
      Files.delete(file.temporary());
      Files.writeString(file.temporary(), "another");
      write(file);
      assertArrayEquals(BYTES, Files.readAllBytes(descriptor));
      assertThrows(FileException.class, file::descriptor);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\u00e9", "\u3042", "\ud83d\ude00"})
  void anyNameThatTheFileSystemTakes(String letter) throws Exception {
    int bytes = letter.getBytes(StandardCharsets.UTF_8).length;
    for (int length = 255 - 255 % bytes; length > 230; length -= bytes) {
      Path target = folder.resolve(letter.repeat(length / bytes));
      NewFile.write(target, BYTES);
      assertArrayEquals(BYTES, Files.readAllBytes(target));
      Files.delete(target);
    }
    Path tooLong = folder.resolve(letter.repeat(256 / bytes + 1));
    FileException e = assertThrows(FileException.class, () -> NewFile.create(tooLong));
    assertTrue(e.getMessage().contains("choose a shorter one"), e.getMessage());
    assertEquals(List.of(), names());
  }

  @Test
  void whatAKilledProcessHasLeftIsInNobodysWay() throws Exception {
    NewFile left = NewFile.create(folder.resolve("a"));
    NewFile.write(folder.resolve("a"), BYTES);
    assertEquals(2, names().size());
    left.close();
    assertEquals(List.of("a"), names());
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path target = folder.resolve("none/a");
    FileException e = assertThrows(FileException.class, () -> NewFile.create(target));
    assertEquals(
        target
            + " cannot be made, because folder "
            + folder.resolve("none")
            + " does not exist: create it first",
        e.getMessage());
  }

  @Test
  void aFifoInPlaceOfTheFolderIsNotWaitedFor() throws Exception {
    Path fifo = folder.resolve("fifo");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    assertThrows(IOException.class, () -> NewFile.syncFolder(fifo));
    NewFile.syncFolder(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"link linkat", "link linkat renameat2"})
  void fileSystemsWithoutHardLinksWillDo(String missing) throws Exception {
    Path source = folder.resolve("without.c");
    StringBuilder code = new StringBuilder("#include <errno.h>\n");
    for (String call : missing.split(" ")) {
      code.append("int ").append(call).append("() { errno = EPERM; return -1; }\n");
    }
    Files.writeString(source, code);
    Path library = folder.resolve("without.so");
    Process cc =
        new ProcessBuilder(
                "cc",
                "-std=gnu11",
                "-w",
                "-fno-builtin",
                "-shared",
                "-fPIC",
                "-o",
                "" + library,
                "" + source)
            .inheritIO()
            .start();
    assertEquals(0, cc.waitFor());
    Path made = Files.createDirectory(folder.resolve("made"));
    List<String> lines =
        ForkedJvm.of(WithoutLinks.class, made.toString())
            .through("env", "LD_PRELOAD=" + library)
            .succeed();
    assertTrue(lines.contains(WithoutLinks.DONE), lines::toString);
  }
}
