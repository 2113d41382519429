package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.ForkedJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots to folders that others can write to, while another user does what he can. */
@Tag("once")
class SharedFoldersTest {
  private static final int SNAPSHOTS = 16;

  @TempDir Path folder;

  @Test
  void anAttackedSnapshotIsTheRightOneOrFailsAndNoOtherFileIsWritten() throws Exception {
    attack(0777, 1, SNAPSHOTS);
  }

  @Test
  void theStickyBitKeepsEverySnapshotFromHarm() throws Exception {
    attack(01777, 0, 0);
  }

  private void attack(int mode, int least, int most) throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", mode);
    Path victim = Files.writeString(folder.resolve("victim"), "untouched");
    Process attacker =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                attacker().toString(),
                shared.toString(),
                victim.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(attacker.getInputStream(), StandardCharsets.UTF_8))) {
      assertEquals("attacking", said.readLine());
      ForkedJvm.of(
              SharedFolders.class,
              shared.toString(),
              Integer.toString(SNAPSHOTS),
              Integer.toString(least),
              Integer.toString(most))
          .succeed();
      assertTrue(attacker.isAlive(), "the attacker is gone");
    } finally {
      attacker.destroyForcibly().waitFor();
    }
    assertEquals("untouched", Files.readString(victim));
  }

  private Path attacker() throws Exception {
    Path source = folder.resolve("swap_names.c");
    Path program = folder.resolve("swap_names");
    Files.write(source, getClass().getResourceAsStream("/attack/swap_names.c").readAllBytes());
    Process cc =
        new ProcessBuilder("cc", "-O1", "-o", program.toString(), source.toString())
            .inheritIO()
            .start();
    assertEquals(0, cc.waitFor());
    return program;
  }
}
