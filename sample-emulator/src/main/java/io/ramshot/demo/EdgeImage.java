package io.ramshot.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What an image of the edge guest shows, and whether it is one instant: the rules are in
 * sample-emulator/src/guest/edge/README.md.
 *
 * @param pages pages that the guest goes through in one pass
 * @param pass passes completed
 * @param page where in the next pass the bytes have their step; 0 when all are the same
 * @param counted the guest's own count of steps, which lags behind by a batch at most
 */
record EdgeImage(long pages, long pass, int page, long counted) {
  /** Where in RAM the guest's {@code struct progress} is, in bytes. */
  static final long PROGRESS = 60 * Units.KIB;

  /** Where in RAM the guest counts its steps. */
  static final long STEPS = PROGRESS + 6 * Long.BYTES;

  static final long MAGIC = 0x0000312d45474445L; // EDGE-1

  private static final int PAGE_BYTES = 4096;
  private static final int PIECE_BYTES = 1 << 20;

  /**
   * Judges an image.
   *
   * @throws DemoException if it is not one instant
   */
  static EdgeImage judge(ImageFile image, long memory) throws IOException, DemoException {
    ImageFile.Block ram = image.blockOf(memory);
    ByteBuffer progress = buffer(7 * Long.BYTES);
    image.read(ram, PROGRESS, progress);
    DemoException.require(progress.getLong() == MAGIC, "the image shows no edge guest at work");
    long base = progress.getLong();
    long size = progress.getLong();
    long first = progress.getLong() - base;
    long pages = progress.getLong();
    long batch = progress.getLong();
    long counted = progress.getLong();
    DemoException.require(
        size == memory && first >= 0 && pages > 0 && pages <= (memory - first) / PAGE_BYTES,
        "the image's struct progress makes no sense");
    return judge(bytes(image, ram, first, (int) pages), batch, counted);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The first byte of every page. */
  private static byte[] bytes(ImageFile image, ImageFile.Block ram, long first, int pages)
      throws IOException {
    byte[] bytes = new byte[pages];
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
    for (int page = 0; page < pages; ) {
      int count = Math.min(PIECE_BYTES / PAGE_BYTES, pages - page);
      image.read(ram, first + (long) page * PAGE_BYTES, piece.clear().limit(count * PAGE_BYTES));
      for (int i = 0; i < count; i++) {
        bytes[page++] = piece.get(i * PAGE_BYTES);
      }
    }
    return bytes;
  }

  /**
   * At most one step, of exactly one, where the guest's own count says.
   *
   * @param batch pages between two updates of that count
   */
  static EdgeImage judge(byte[] bytes, long batch, long counted) throws DemoException {
    int step = 0;
    for (int i = 1; i < bytes.length; i++) {
      if (bytes[i] != bytes[i - 1]) {
        DemoException.require(
            step == 0,
            "the image mixes instants: its bytes have a step at page %d and another at %d",
            step,
            i);
        step = i;
      }
    }
    byte passes = bytes[bytes.length - 1];
    DemoException.require(
        step == 0 || bytes[0] == (byte) (passes + 1),
        "the image mixes instants: its bytes go from %d to %d at page %d",
        bytes[0],
        passes,
        step);
    long pages = bytes.length;
    // The bytes show passes modulo 256; the count, at most a batch behind, tells which.
    for (long pass = counted / pages; pass <= counted / pages + 1; pass++) {
      long steps = pass * pages + step;
      if ((byte) pass == passes && counted <= steps && steps <= counted + batch) {
        return new EdgeImage(pages, pass, step, counted);
      }
    }
    throw new DemoException(
        Units.format(
            "the image mixes instants: its bytes show pass %d (mod 256) page %d, the guest's own"
                + " count pass %d page %d",
            passes & 0xff, step, counted / pages, counted % pages));
  }

  /** Steps since the guest was ready, by the bytes. */
  long steps() {
    return pass * pages + page;
  }
}
