package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code zstd} tool, which knows nothing of ramshot, and tables written out from its format.
 */
final class ZstdTool {

  private ZstdTool() {}

  static byte[] decompress(Path file) throws Exception {
    return run("-q", "-d", "-c", file.toString());
  }

  static byte[] compress(Path file, boolean checksum) throws Exception {
    return run("-q", "-c", checksum ? "--check" : "--no-check", file.toString());
  }

  static byte[] run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("zstd"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).start();
    byte[] out = process.getInputStream().readAllBytes();
    String messages = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), messages);
    return out;
  }

  /** Frames with their seek table; its checksums are the frames' last four bytes. */
  static byte[] seekable(List<byte[]> frames, List<Integer> lengths, boolean checksums)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int entry = checksums ? 12 : 8;
    ByteBuffer table =
        ByteBuffer.allocate(8 + frames.size() * entry + 9).order(ByteOrder.LITTLE_ENDIAN);
    table.putInt(0x184D2A5E).putInt(table.capacity() - 8);
    for (int i = 0; i < frames.size(); i++) {
      byte[] frame = frames.get(i);
      out.write(frame);
      table.putInt(frame.length).putInt(lengths.get(i));
      if (checksums) {
        table.put(frame, frame.length - 4, 4);
      }
    }
    table.putInt(frames.size()).put((byte) (checksums ? 0x80 : 0)).putInt(0x8F92EAB1);
    out.write(table.array());
    return out.toByteArray();
  }
}
