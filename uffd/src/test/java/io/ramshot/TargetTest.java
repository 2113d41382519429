package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.Mount;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a snapshot may go, and what becomes of what is there. No guest runs here. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Tag("once")
class TargetTest {
  @TempDir Path folder;

  private final Guest guest = new Guest();
  private final ByteBuffer ram = Ram.buffer(16 * Ram.MIB);

  @BeforeEach
  void register() {
    Ram.fill(ram, 1);
    guest.register("ram", ram);
  }

  private void refused(Path target, String... words) {
    SnapshotException e =
        assertThrows(SnapshotException.class, () -> guest.snapshot(target).await());
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), e.getMessage());
    }
  }

  @Test
  void missingFolderIsRefused() throws Exception {
    refused(folder.resolve("none/a.ramshot"), folder + "/none", "create it");
    assertEquals(List.of(), Expect.list(folder));
  }

  @Test
  void folderAsTargetIsRefused() throws Exception {
    refused(folder, folder.toString(), "is a folder", "give the name");
    assertEquals(List.of(), Expect.list(folder));
  }

  @Test
  void fileAsFolderIsRefused() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    refused(file.resolve("a.ramshot"), file + " is no folder: choose another");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc", "/sys", "/proc/self/fd", "/dev/pts"})
  void whatTheKernelShowsAsFilesIsRefused(String kernels) throws Exception {
    refused(
        Path.of(kernels, "a.ramshot"),
        "folder " + kernels + " is on ",
        "where there are no users' files: choose a folder on a disk");
  }

  @Test
  void existingFileIsRefusedAndKept() throws Exception {
    Path target = Files.writeString(folder.resolve("a.ramshot"), "precious");
    refused(target, target.toString(), "exists", "choose another name");
    assertEquals("precious", Files.readString(target));
  }

  @Test
  void danglingLinkIsRefusedAndKept() throws Exception {
    Path target =
        Files.createSymbolicLink(folder.resolve("a.ramshot"), folder.resolve("elsewhere"));
    refused(target, target.toString(), "exists", "remove it");
    assertEquals(List.of("a.ramshot"), Expect.list(folder));
  }

  @Test
  void folderOnAReadOnlyFileSystemIsRefused() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Mount mount = Mount.tmpfs(disk, "size=1m,ro");
    try {
      refused(
          disk.resolve("a.ramshot"), disk.toString(), "is read-only", "choose a folder on another");
    } finally {
      mount.close();
    }
  }

  @Test
  void nameThatIsTakenMeanwhileIsNotOverwritten() throws Exception {
    Path target = folder.resolve("a.ramshot");
    Snapshot snapshot =
        guest.snapshot(target, SnapshotOptions.DEFAULTS.withBytesPerSecond(40_000_000));
    Expect.awaitState(snapshot, SnapshotState.SAVING);
    Files.writeString(target, "precious");
    SnapshotResult result = snapshot.await();
    assertEquals(SnapshotState.FAILED, result.state());
    assertTrue(result.message().contains(target.toString()), result.message());
    assertTrue(result.message().contains("choose another name"), result.message());
    assertEquals("precious", Files.readString(target));
    assertEquals(List.of("a.ramshot"), Expect.list(folder));
    Expect.nothingProtected();
  }

  @Test
  void secondSnapshotIsRefusedWhileOneRuns() throws Exception {
    Path target = folder.resolve("a.ramshot");
    Snapshot running =
        guest.snapshot(target, SnapshotOptions.DEFAULTS.withBytesPerSecond(1_000_000));
    refused(folder.resolve("b.ramshot"), target.toString(), "cancel it");
    running.cancel("enough");
    Expect.cancelled(running.await(), "enough");
  }

  @Test
  void guestWithoutRamIsRefused() {
    guest.unregister(guest.blocks().get(0));
    refused(folder.resolve("a.ramshot"), "no guest RAM");
  }

  @Test
  void fileIsReadableByItsOwnerOnlyFromTheStart() throws Exception {
    Path target = folder.resolve("a.ramshot");
    Snapshot snapshot =
        guest.snapshot(target, SnapshotOptions.DEFAULTS.withBytesPerSecond(40_000_000));
    Expect.awaitState(snapshot, SnapshotState.SAVING);
    List<String> names = Expect.list(folder);
    assertEquals(1, names.size(), names::toString);
    assertTrue(names.get(0).startsWith(".") && names.get(0).endsWith(".part"), names::toString);
    assertEquals("rw-------", permissions(folder.resolve(names.get(0))));
    Expect.completed(snapshot.await(Duration.ofSeconds(50)));
    assertEquals("rw-------", permissions(target));
    assertEquals(List.of("a.ramshot"), Expect.list(folder));
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
