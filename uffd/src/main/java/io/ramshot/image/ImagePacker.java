package io.ramshot.image;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.ramshot.image.ImageContent.Stretch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Packs an image: Zstandard frames of 1 MiB each, and a table of them (docs/FORMAT.md). */
public final class ImagePacker {
  /** The level of compression that costs little and gains most of what is to be gained. */
  public static final int DEFAULT_LEVEL = 3;

  /** More takes minutes for a GiB and gains next to nothing within 1 MiB. */
  public static final int MAX_LEVEL = 19;

  /** What a frame holds, in bytes; the last one may hold less. */
  static final int CONTENT = 1 << 20;

  /** Small frames are collected before they are written, in bytes. */
  private static final int COLLECTED = 1 << 18;

  private static final byte[] ZEROS = new byte[1 << 16];

  private final ImageContent content;
  private final int level;
  private final TargetFile target;
  private final ImageVerifier.Progress progress;
  private final Queue<Bench> benches = new ConcurrentLinkedQueue<>();
  private final List<Bench> allBenches = new ArrayList<>();
  private final ByteBuffer collected = ByteBuffer.allocateDirect(COLLECTED);
  private final SeekTableWriter table = new SeekTableWriter();
  private final long length;
  private long done;

  /** What one step works with. */
  private final class Bench implements AutoCloseable {
    private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(level).setChecksum(true);
    private final ByteBuffer content = ByteBuffer.allocateDirect(CONTENT);
    private final ByteBuffer frame = ByteBuffer.allocateDirect((int) Zstd.compressBound(CONTENT));

    /** Compresses what stands in {@link #content} up to a length. */
    void compress(int length) {
      int size =
          context.compressDirectByteBuffer(frame.clear(), 0, frame.capacity(), content, 0, length);
      frame.position(0).limit(size);
    }

    @Override
    public void close() {
      context.close();
    }
  }

  /** A frame that is to be written. */
  private record Frame(ByteBuffer bytes, int contentLength, Bench bench) {}

  private ImagePacker(Image image, int level, TargetFile target, ImageVerifier.Progress progress) {
    this.content = new ImageContent(image);
    this.length = content.length();
    this.level = level;
    this.target = target;
    this.progress = progress;
  }

  /**
   * Writes a packed copy of one file; of an increment, only what it stores itself. The image may be
   * packed already.
   *
   * @param image may have been opened alone
   * @param path of a file that does not exist, on any provider; on POSIX file systems it is made
   *     with mode 0600
   * @param level of compression, 1 to {@link #MAX_LEVEL}
   * @param threads that compress, at least 1; each takes 5 MiB
   * @return what was written, in bytes
   * @throws ImageException if a page of the image is damaged, or the file cannot be written; there
   *     is no file then
   */
  public static long pack(
      Image image, Path path, int level, int threads, ImageVerifier.Progress progress)
      throws ImageException {
    if (level < 1 || level > MAX_LEVEL || threads < 1) {
      throw new IllegalArgumentException("level " + level + ", " + threads + " threads");
    }
    Zstandard.require(path);
    try (TargetFile target = TargetFile.create(path)) {
      ImagePacker packer = new ImagePacker(image, level, target, progress);
      try {
        packer.writeFrames(threads);
      } finally {
        packer.allBenches.forEach(Bench::close);
      }
      target.append(packer.table.encode());
      // Reads the table and all metadata once more.
      Image.openAlone(target.complete(target.length())).close();
      target.publish();
      return target.length();
    }
  }

  private void writeFrames(int threads) throws ImageException {
    for (int i = 0; i < Pipeline.depth(threads) + 1; i++) {
      allBenches.add(new Bench());
    }
    benches.addAll(allBenches);
    Frame zeros = zeros();
    try (Pipeline<Frame> pipeline = new Pipeline<>("ramshot-pack", threads, this::write)) {
      for (long from = 0; from < length; from += CONTENT) {
        long start = from;
        long end = Math.min(from + CONTENT, length);
        List<Stretch> stored = content.stored(from, end);
        // The last frame is never empty: metadata stand at the end.
        pipeline.give(stored.isEmpty() ? () -> zeros : () -> pack(stored, start, end));
      }
      pipeline.finish();
    }
    flush();
  }

  /** The frame of zeros is always the same: it is compressed once. */
  private Frame zeros() {
    Bench bench = allBenches.get(0);
    zero(bench.content, 0, CONTENT);
    bench.compress(CONTENT);
    ByteBuffer bytes = ByteBuffer.allocate(bench.frame.limit());
    return new Frame(bytes.put(bench.frame).flip(), CONTENT, null);
  }

  private Frame pack(List<Stretch> stored, long from, long end) throws ImageException {
    Bench bench = benches.remove();
    int filled = 0;
    for (Stretch stretch : stored) {
      int at = (int) (stretch.from() - from);
      zero(bench.content, filled, at);
      filled = at + stretch.length();
      content.read(stretch, bench.content.limit(filled).position(at));
    }
    int total = (int) (end - from);
    zero(bench.content, filled, total);
    bench.compress(total);
    return new Frame(bench.frame, total, bench);
  }

  private static void zero(ByteBuffer bytes, int from, int end) {
    bytes.clear().position(from);
    while (bytes.position() < end) {
      bytes.put(ZEROS, 0, Math.min(ZEROS.length, end - bytes.position()));
    }
    bytes.clear();
  }

  private void write(Frame frame) throws ImageException {
    ByteBuffer bytes = frame.bytes().duplicate();
    table.add(bytes, frame.contentLength());
    int size = bytes.remaining();
    if (size > collected.remaining()) {
      flush();
    }
    if (size > collected.capacity()) {
      target.append(bytes);
    } else {
      collected.put(bytes);
    }
    if (frame.bench() != null) {
      benches.add(frame.bench());
    }
    done += frame.contentLength();
    progress.at(done, length);
  }

  private void flush() throws ImageException {
    target.append(collected.flip());
    collected.clear();
  }
}
