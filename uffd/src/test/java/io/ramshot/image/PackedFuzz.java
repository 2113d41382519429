package io.ramshot.image;

import com.github.luben.zstd.ZstdCompressCtx;
import io.ramshot.testing.Frugal;
import io.ramshot.testing.Outcomes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Fuzzes packed images: their frames and their seek table, with an image in them that is sound, or
 * one from {@link ImageRecipe}. See docs/FUZZING.md.
 *
 * <pre>
 *   u8    options: {@link #NO_CHECKSUMS}
 *   u8    frames have 4096 bytes of content, doubled so often modulo 12
 *   u8    count of changes, modulo 8
 *   ...   each change: u8 where, u16 offset, 4 bytes to be xored. Even: in the frames; odd: in the seek table,
 *         counted from the end of the file
 *   ...   an ImageRecipe
 * </pre>
 */
public final class PackedFuzz {
  static final int NO_CHECKSUMS = 1;

  private static final int LAST_LENGTH = 12;
  private static final int CHANGE_LENGTH = 7;

  /** Longer images take too long to compress each time, in bytes. */
  private static final int MAX_IMAGE = 4 << 20;

  /** A packed file's frames of up to 8 MiB are kept, so many at once; and what an image needs. */
  private static final long DIRECT_BYTES = 20 * (long) SeekTable.MAX_CONTENT;

  private static final long HEAP_BYTES = 1 << 20;
  private static final long HEAP_PER_BYTE = 128;

  static final Outcomes OUTCOMES = new Outcomes();

  private static final Path FILE = Path.of("fuzz.ramshot.zst");

  private PackedFuzz() {}

  public static void fuzzerInitialize() {
    Runtime.getRuntime().addShutdownHook(new Thread(OUTCOMES::print));
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    ByteBuffer in = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < 3) {
      return;
    }
    int options = in.get();
    int contentLength = 4096 << Byte.toUnsignedInt(in.get()) % LAST_LENGTH;
    int changes = Math.min(in.get() & 7, in.remaining() / CHANGE_LENGTH);
    ByteBuffer change = in.slice(in.position(), changes * CHANGE_LENGTH);
    change.order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + changes * CHANGE_LENGTH);
    ImageRecipe recipe = new ImageRecipe(Arrays.copyOfRange(input, in.position(), input.length));
    if (recipe.length() > MAX_IMAGE) {
      return;
    }
    byte[] packed = pack(recipe.bytes(), contentLength, options);
    for (int i = 0; i < changes; i++) {
      change(packed, change.slice(i * CHANGE_LENGTH, CHANGE_LENGTH).order(ByteOrder.LITTLE_ENDIAN));
    }
    ByteBuffer file = ByteBuffer.wrap(packed);
    Frugal.run(
        HEAP_BYTES + HEAP_PER_BYTE * (recipe.metadataLength() + packed.length),
        DIRECT_BYTES,
        () -> ImageFuzz.read(OUTCOMES, FILE, () -> Image.open(FILE, file.duplicate())));
  }

  private static void change(byte[] file, ByteBuffer change) {
    boolean table = (change.get(0) & 1) != 0;
    int offset = Short.toUnsignedInt(change.getShort(1));
    for (int i = 0; i < Integer.BYTES; i++) {
      int at = table ? file.length - 1 - offset % 200 - i : (offset + i) % file.length;
      if (at >= 0) {
        file[at] ^= change.get(3 + i);
      }
    }
  }

  /** As docs/PACK.md has it, written out here independently of the packer. */
  private static byte[] pack(byte[] image, int contentLength, int options) throws IOException {
    boolean checksums = (options & NO_CHECKSUMS) == 0;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer table = ByteBuffer.allocate(17 + 12 * (image.length / contentLength + 1));
    table.order(ByteOrder.LITTLE_ENDIAN).putInt(0x184D2A5E).putInt(0);
    int frames = 0;
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      context.setLevel(1).setChecksum(true);
      for (int at = 0; at < image.length; at += contentLength, frames++) {
        byte[] content = Arrays.copyOfRange(image, at, Math.min(image.length, at + contentLength));
        byte[] frame = context.compress(content);
        out.write(frame);
        table.putInt(frame.length).putInt(content.length);
        if (checksums) {
          table.put(frame, frame.length - 4, 4);
        }
      }
    }
    table.putInt(frames).put((byte) (checksums ? 0x80 : 0)).putInt(0x8F92EAB1);
    table.putInt(4, table.position() - 8);
    out.write(table.array(), 0, table.position());
    return out.toByteArray();
  }
}
