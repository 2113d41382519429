package io.ramshot.sample;

import io.ramshot.sample.memory.Ram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Writes a machine to files. */
final class Dump {

  private static final int PIECE = 64 << 10;

  /** Writes {@code PREFIX.ram} and {@code PREFIX.state}. */
  static void write(Path prefix, Ram ram, byte[] state) throws IOException {
    Files.write(withSuffix(prefix, ".state"), state);
    writeRam(withSuffix(prefix, ".ram"), ram);
  }

  private static Path withSuffix(Path prefix, String suffix) {
    return prefix.resolveSibling(prefix.getFileName() + suffix);
  }

  /** Writes RAM byte for byte; pieces of zeros become holes. */
  private static void writeRam(Path file, Ram ram) throws IOException {
    byte[] piece = new byte[PIECE];
    byte[] zeros = new byte[PIECE];
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long offset = 0; offset < ram.size(); offset += PIECE) {
        ram.read(offset, piece, PIECE);
        boolean last = offset + PIECE == ram.size();
        // The last piece is always written: it gives the file its length.
        if (last || !Arrays.equals(piece, zeros)) {
          write(channel, ByteBuffer.wrap(piece), offset);
        }
      }
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
    long position = offset;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  private Dump() {}
}
