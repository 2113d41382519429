package io.ramshot.uffd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JDK makes no difference: all is in the kernel. */
@Tag("once")
class LockFileTest {
  @TempDir private Path folder;

  /** As the kernel lists it, for every process. */
  private static boolean isLocked(Path file) throws IOException {
    String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .anyMatch(line -> line.contains("OFDLCK") && line.contains(inode));
  }

  @Test
  void oneAtATimeUntilItIsClosed() throws Exception {
    Path file = folder.resolve("lock");
    try (LockFile lock = LockFile.take(file, "me, the first")) {
      assertNotNull(lock);
      assertTrue(isLocked(file));
      LockFile.TakenException e =
          assertThrows(LockFile.TakenException.class, () -> LockFile.take(file, "second"));
      assertEquals("me, the first", e.owner());
      assertTrue(isLocked(file), "lost to whoever tried");
    }
    assertFalse(isLocked(file));
    try (LockFile lock = LockFile.take(file, "me")) {
      assertNotNull(lock);
      assertEquals("me", Files.readString(file));
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  /** POSIX's own locks are dropped by that. */
  @Test
  void isNotLostWhenTheFileIsReadBesides() throws Exception {
    Path file = folder.resolve("lock");
    try (LockFile lock = LockFile.take(file, "me")) {
      assertNotNull(lock);
      Files.readString(file);
      FileChannel.open(file, StandardOpenOption.WRITE).close();
      assertTrue(isLocked(file));
    }
  }

  @Test
  void anyNameIsTaken() throws Exception {
    for (String name : new String[] {"größe 内存", "a%b#c?", "\u001b[2J", "x".repeat(255)}) {
      Path file = folder.resolve(name);
      try (LockFile lock = LockFile.take(file, "me")) {
        assertNotNull(lock);
        assertTrue(isLocked(file), name);
      }
    }
  }

  @Test
  void whatIsNoLockOfOursIsLeftAlone() throws Exception {
    Path victim = Files.writeString(folder.resolve("victim"), "precious");
    Path lock = folder.resolve("lock");
    Files.createSymbolicLink(lock, victim);
    refused(lock, "is a symbolic link");
    Files.delete(lock);
    Files.createSymbolicLink(lock, folder.resolve("new"));
    refused(lock, "is a symbolic link");
    assertFalse(Files.exists(folder.resolve("new"), LinkOption.NOFOLLOW_LINKS));
    Files.delete(lock);
    Files.createLink(lock, victim);
    refused(lock, "has other names");
    Files.delete(lock);
    Files.createDirectory(lock);
    refused(lock, "is no regular file");
    Files.delete(lock);
    assertEquals(0, new ProcessBuilder("mkfifo", lock.toString()).start().waitFor());
    refused(lock, "is no regular file");
    Files.delete(lock);
    Files.writeString(lock, "a document".repeat(100));
    refused(lock, "holds something else");
    assertEquals(1000, Files.size(lock));
    assertEquals("precious", Files.readString(victim));
  }

  /** Who may read anybody's file still does not write to it. */
  @Test
  void anotherUsersFileIsLeftAlone() throws Exception {
    Path lock = Files.writeString(folder.resolve("lock"), "theirs");
    if (!System.getProperty("user.name").equals("root")) {
      return; // only root can give files away
    }
    Files.setAttribute(lock, "unix:uid", 65534);
    refused(lock, "belongs to another user");
    assertEquals("theirs", Files.readString(lock));
  }

  /** A terminal that shows who has the lock must not obey him. */
  @Test
  void theOwnersTextIsPrintable() throws Exception {
    Path file = folder.resolve("lock");
    try (LockFile lock = LockFile.take(file, "\u001b[2Jme")) {
      assertNotNull(lock);
      LockFile.TakenException e =
          assertThrows(LockFile.TakenException.class, () -> LockFile.take(file, "you"));
      assertEquals("\\u001b[2Jme", e.owner());
    }
  }

  private static void refused(Path file, String why) {
    EngineException e = assertThrows(EngineException.class, () -> LockFile.take(file, "me"));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }
}
