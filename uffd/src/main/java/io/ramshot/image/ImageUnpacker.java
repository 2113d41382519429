package io.ramshot.image;

import io.ramshot.image.ImageContent.Stretch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Makes a plain image, with its holes, of a packed one. */
public final class ImageUnpacker {
  /** What one step reads, in bytes. */
  private static final int STEP = ImagePacker.CONTENT;

  private final ImageContent content;
  private final TargetFile target;
  private final ImageVerifier.Progress progress;
  private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
  private final ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 16);
  private final long length;

  /** Part of the file, to be written. */
  private record Part(long from, long end, List<Stretch> stored, ByteBuffer bytes) {}

  private ImageUnpacker(Image image, TargetFile target, ImageVerifier.Progress progress) {
    this.content = new ImageContent(image);
    this.length = content.length();
    this.target = target;
    this.progress = progress;
  }

  /**
   * Writes a plain copy of one file; of an increment, only what it stores itself. The image may be
   * plain already.
   *
   * @param image may have been opened alone
   * @param path of a file that does not exist, on any provider; on POSIX file systems it is made
   *     with mode 0600
   * @param threads that decompress, at least 1; each takes 4 MiB
   * @throws ImageException if a page of the image is damaged, or the file cannot be written; there
   *     is no file then
   */
  public static void unpack(Image image, Path path, int threads, ImageVerifier.Progress progress)
      throws ImageException {
    try (TargetFile target = TargetFile.create(path)) {
      ImageUnpacker unpacker = new ImageUnpacker(image, target, progress);
      unpacker.write(threads);
      Image.openAlone(target.complete(unpacker.length)).close();
      target.publish();
    }
  }

  private void write(int threads) throws ImageException {
    for (int i = 0; i < Pipeline.depth(threads) + 1; i++) {
      buffers.add(ByteBuffer.allocateDirect(STEP));
    }
    try (Pipeline<Part> pipeline = new Pipeline<>("ramshot-unpack", threads, this::write)) {
      for (long from = 0; from < length; from += STEP) {
        long start = from;
        long end = Math.min(from + STEP, length);
        List<Stretch> stored = content.stored(from, end);
        pipeline.give(
            stored.isEmpty()
                ? () -> new Part(start, end, stored, null)
                : () -> read(start, end, stored));
      }
      pipeline.finish();
    }
  }

  private Part read(long from, long end, List<Stretch> stored) throws ImageException {
    ByteBuffer bytes = buffers.remove();
    for (Stretch stretch : stored) {
      int at = (int) (stretch.from() - from);
      content.read(stretch, bytes.clear().limit(at + stretch.length()).position(at));
    }
    return new Part(from, end, stored, bytes);
  }

  private void write(Part part) throws ImageException {
    long at = part.from();
    for (Stretch stretch : part.stored()) {
      fill(at, stretch.from());
      int start = (int) (stretch.from() - part.from());
      target.write(
          part.bytes().clear().limit(start + stretch.length()).position(start), stretch.from());
      at = stretch.end();
    }
    fill(at, part.end());
    if (part.bytes() != null) {
      buffers.add(part.bytes());
    }
    progress.at(part.end(), length);
  }

  /** Where there are no holes, zeros have to be written. */
  private void fill(long from, long end) throws ImageException {
    if (target.keepsHoles()) {
      return;
    }
    for (long at = from; at < end; at += zeros.limit()) {
      target.write(zeros.clear().limit((int) Math.min(zeros.capacity(), end - at)), at);
    }
  }
}
