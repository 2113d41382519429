package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A snapshot that cannot be: the guest runs on, nothing stays protected, no file has the snapshot's
 * name or is left over, and the message says what to do.
 */
@Tag("once")
class GuestNeverPaysIT {
  private static final String NOBODY = "65534";

  @TempDir private Path directory;

  private static ForkedJvm machine(ForkedJvm.Builder builder, String options) throws Exception {
    return SampleMachine.start(
        builder.withAgent(SampleMachine.AGENT + options), "--memory=32m", "--ram=unsafe");
  }

  @Test
  void aUserWithoutPermissions() throws Exception {
    Path open = Files.createDirectory(directory.resolve("open"));
    Path closed = Files.createDirectory(directory.resolve("closed"));
    for (Path folder : List.of(directory, open, closed)) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    ForkedJvm.Builder builder =
        ForkedJvm.java("-Djava.io.tmpdir=" + open)
            .under("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
    try (ForkedJvm machine = machine(builder, "");
        JmxClient client = SampleMachine.connect(machine)) {
      refused(
          client,
          closed.resolve("x.ramshot"),
          "may not write to folder",
          closed.toString(),
          "choose another");
      unharmed(machine, closed);
      String message = failed(client, open.resolve("x.ramshot"));
      for (String part :
          List.of(
              "userfaultfd cannot be opened (Operation not permitted)",
              "/dev/userfaultfd",
              "CAP_SYS_PTRACE",
              "vm.unprivileged_userfaultfd=1")) {
        assertTrue(message.contains(part), "no '" + part + "' in: " + message);
      }
      unharmed(machine, open);
    }
  }

  @Test
  void aFileThatExists() throws Exception {
    Path target = Files.writeString(directory.resolve("x.ramshot"), "precious");
    Path link =
        Files.createSymbolicLink(directory.resolve("link.ramshot"), directory.resolve("nowhere"));
    try (ForkedJvm machine = machine(ForkedJvm.java(), "");
        JmxClient client = SampleMachine.connect(machine)) {
      refused(client, target, target + " exists", "remove it");
      refused(client, link, link + " exists", "remove it");
      refused(client, directory, directory + " is a folder", "give the name of a new file in it");
      Path nowhere = directory.resolve("none/x.ramshot");
      refused(client, nowhere, nowhere.toString(), "does not exist", "create it first");
      unharmed(machine, directory, "x.ramshot", "link.ramshot");
      assertEquals("precious", Files.readString(target));
    }
  }

  /** Somebody takes the name while the snapshot is being saved. */
  @Test
  void aFileThatComesIntoBeingMeanwhile() throws Exception {
    Path target = directory.resolve("x.ramshot");
    try (ForkedJvm machine = machine(ForkedJvm.java(), ",rate=16m");
        JmxClient client = SampleMachine.connect(machine)) {
      client.start(target);
      KernelWriteIT.awaitSaving(client);
      Files.writeString(target, "precious");
      String message = failed(client);
      assertTrue(message.contains(target.toString()) && message.contains("exists"), message);
      unharmed(machine, directory, "x.ramshot");
      assertEquals("precious", Files.readString(target));
    }
  }

  @Test
  void aFullDisk() throws Exception {
    Path mount = Files.createDirectory(directory.resolve("small"));
    // In a mount namespace of its own, which ends with the JVM.
    ForkedJvm.Builder builder =
        ForkedJvm.java()
            .under(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=8m ramshot-test \"$0\" && exec \"$@\"",
                mount.toString());
    try (ForkedJvm machine = machine(builder, "");
        JmxClient client = SampleMachine.connect(machine)) {
      Path seen = Path.of("/proc/" + machine.pid() + "/root" + mount);
      for (int i = 0; i < 3; i++) {
        String message = failed(client, mount.resolve("x.ramshot"));
        assertTrue(message.startsWith("cannot write " + mount), message);
        assertTrue(message.contains("No space left on device"), message);
        assertTrue(message.contains("free some space or choose another"), message);
        unharmed(machine, seen);
      }
      // The disk is as empty as before, and the guest as good for a snapshot.
      SampleMachine.snapshot(machine, client, directory.resolve("elsewhere.ramshot"));
      EdgePattern.check(SavedMachine.read(directory.resolve("elsewhere.ramshot")).ram());
    }
  }

  /** A disk so slow that a guest thread waits longer than it may. */
  @Test
  void aDiskThatIsTooSlow() throws Exception {
    try (ForkedJvm machine = machine(ForkedJvm.java(), ",rate=1m,pool=2m,stall.limit=500ms");
        JmxClient client = SampleMachine.connect(machine)) {
      String message = failed(client, directory.resolve("x.ramshot"));
      assertTrue(message.startsWith("a guest thread waited too long for a page"), message);
      assertTrue(message.contains("raise stall.limit="), message);
      unharmed(machine, directory);
    }
  }

  private static void refused(JmxClient client, Path target, String... parts) {
    RuntimeMBeanException e = assertThrows(RuntimeMBeanException.class, () -> client.start(target));
    String message = e.getTargetException().getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), "no '" + part + "' in: " + message);
    }
  }

  private static String failed(JmxClient client, Path target) throws Exception {
    client.start(target);
    return failed(client);
  }

  private static String failed(JmxClient client) throws Exception {
    CompositeData result = client.waitFor(30_000);
    assertEquals("FAILED", result.get("state"), SampleMachine.ended(result));
    return (String) result.get("message");
  }

  /**
   * @param left all that may be in the folder
   */
  private static void unharmed(ForkedJvm machine, Path folder, String... left) throws Exception {
    assertEquals(List.of(), GuestMemory.protectedMappings(machine.pid()));
    assertEquals(List.of(), GuestMemory.userfaultfds(machine.pid()));
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.startsWith("hsperfdata"))
              .sorted()
              .collect(Collectors.toList());
      assertEquals(Stream.of(left).sorted().collect(Collectors.toList()), names);
    }
    SampleMachine.awaitProgress(machine);
  }
}
