package io.ramshot.uffd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/** The JVM of {@link OneStallTest}: a guest thread that meets protected RAM once in a snapshot. */
final class OneStall {
  private static final int PAGE = 4096;
  private static final int BYTES = 16 << 20;
  private static final int SNAPSHOTS = 30;

  private OneStall() {}

  /**
   * @param arguments folder
   */
  public static void main(String[] arguments) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES + PAGE);
    int skip = Math.floorMod(-GuestMemory.addressOf(buffer), PAGE);
    ByteBuffer ram = buffer.slice(skip, BYTES);
    for (int at = 0; at < BYTES; at++) {
      ram.put(at, (byte) 1);
    }
    Range range = new Range("ram", GuestMemory.addressOf(ram), BYTES, 1 << 20, BYTES / PAGE, false);
    for (int i = 0; i < SNAPSHOTS; i++) {
      Path file = Files.createFile(Path.of(arguments[0]).resolve(i + ".part"));
      Capture capture =
          Capture.prepare(
              new CaptureOptions(BYTES, 0, 20_000_000, 5_000_000_000L, true, false),
              List.of(range),
              file,
              file);
      capture.arm(Collections.singletonList(null));
      ram.put(0, (byte) i); /* the pass goes down, so it comes here last */
      long max;
      do {
        max = capture.figure(Figure.STALL_MAX_NS);
      } while (max == 0);
      long told = capture.stalls().percentile(1);
      assertEquals(1, capture.stalls().total());
      assertEquals(1, capture.figure(Figure.STALLS));
      assertTrue(told >= max && told - max <= max / 16, told + " for a stall of " + max);
      capture.close();
      assertEquals(told, capture.stalls().percentile(1), "after closing");
      assertEquals(max, capture.figure(Figure.STALL_MAX_NS), "after closing");
      assertEquals(Phase.CANCELLED, capture.phase());
    }
  }
}
