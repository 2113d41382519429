package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The JVM of {@link UnprivilegedTest}: a guest of a user who may not use userfaultfd. */
final class Unprivileged {
  private int at;

  private Unprivileged() {}

  /**
   * @param arguments folder
   */
  public static void main(String[] arguments) throws Exception {
    new Unprivileged().run(Path.of(arguments[0]));
  }

  private void run(Path folder) throws Exception {
    ByteBuffer ram = Ram.buffer(8 * Ram.MIB, 16);
    Guest guest = new Guest();
    guest.register("ram", ram);
    Vcpu vcpu =
        Vcpu.start(
            "vcpu",
            null,
            () -> {
              ram.put(at, (byte) 1);
              at = (at + Ram.PAGE) % ram.capacity();
            });
    SnapshotResult result = guest.snapshot(folder.resolve("a.ramshot")).await();
    System.out.println(result.message());
    Expect.failed(result, "/dev/userfaultfd", "CAP_SYS_PTRACE", "vm.unprivileged_userfaultfd=1");
    vcpu.awaitQuanta(1000);
    vcpu.stop();
    assertEquals(List.of(), Expect.list(folder));
  }
}
