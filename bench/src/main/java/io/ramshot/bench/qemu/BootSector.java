package io.ramshot.bench.qemu;

import io.ramshot.bench.cell.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The guest: a sector of machine code that writes to every page of RAM and counts them.
 *
 * <p>Its source is {@code src/main/asm/edge.S}, which says what stands at these addresses.
 */
final class BootSector {
  /** Guest address of the count of pages written, a 64-bit number. */
  static final long COUNTER = 0x8000;

  /** Guest address of {@link #SIGN_VALUE}, 32 bit, which the guest sets when the counter counts. */
  static final long SIGN = 0x8008;

  static final int SIGN_VALUE = 0x65676465;

  /** Pages after which the guest no longer makes QEMU flush its table of translations. */
  static final long WARM_PAGES = 1 << 24;

  private static final int MODE_OFFSET = 509;
  private static final int LENGTH = 512;
  private static final String RESOURCE = "edge.bin";

  private BootSector() {}

  /** Whether the build had a compiler for it. */
  static boolean built() {
    return BootSector.class.getResource(RESOURCE) != null;
  }

  static boolean knows(Workload workload) {
    return workload == Workload.SEQUENTIAL || workload == Workload.RANDOM;
  }

  /** The sector that does this. */
  static byte[] of(Workload workload) {
    if (!knows(workload)) {
      throw new IllegalArgumentException("no guest for " + workload);
    }
    try (InputStream in = BootSector.class.getResourceAsStream(RESOURCE)) {
      byte[] sector = in.readAllBytes();
      if (sector.length != LENGTH) {
        throw new IllegalStateException(RESOURCE + " has " + sector.length + " bytes");
      }
      sector[MODE_OFFSET] = (byte) (workload == Workload.RANDOM ? 1 : 0);
      return sector;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Workload workload, Path file) throws IOException {
    Files.write(file, of(workload));
  }
}
