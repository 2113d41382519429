package io.ramshot.image;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads an image's page data, with several threads, and tells what is damaged. Opening the image
 * checked the rest.
 */
public final class ImageVerifier {
  /** How many damages a {@link Verification} lists. */
  public static final int LISTED_DAMAGES = 100;

  /** How much is read. */
  public enum Depth {
    /** The pages that are not zero, wherever they stand: all that a restore reads. */
    STORED_PAGES,
    /**
     * Every byte of the file, holes too, which must read as zeros: for files that others than
     * ramshot read as plain memory. Takes as long as RAM is large.
     */
    EVERY_BYTE
  }

  /** Told about once a piece, by one thread at a time. */
  @FunctionalInterface
  public interface Progress {
    Progress NONE = (done, total) -> {};

    /**
     * @param doneBytes read so far
     * @param totalBytes to be read in all
     */
    void at(long doneBytes, long totalBytes);
  }

  private final Image image;
  private final int pageSize;
  private final Depth depth;
  private final Progress progress;
  private final Consumer<Damage> sink;
  private final List<Damage> first = new ArrayList<>();

  /** All below: guarded by this. */
  private long damages;

  private long readBytes;
  private long totalBytes;

  private ImageVerifier(Image image, Depth depth, Progress progress, Consumer<Damage> sink) {
    this.image = image;
    this.pageSize = image.header().pageSize();
    this.depth = depth;
    this.progress = progress;
    this.sink = sink;
  }

  /**
   * Reads to the end whatever is damaged, with a thread a processor; a page that cannot be read
   * counts as damaged.
   *
   * @throws ImageException if the image is or gets closed
   */
  public static Verification verify(Image image, Depth depth, Progress progress)
      throws ImageException {
    return verify(image, depth, Runtime.getRuntime().availableProcessors(), progress, damage -> {});
  }

  /**
   * The same with so many threads, each of which takes 1 MiB of memory and little more, however
   * much is damaged.
   *
   * @param sink given every damage in file order, by one thread at a time
   * @throws ImageException if the image is or gets closed
   */
  public static Verification verify(
      Image image, Depth depth, int threads, Progress progress, Consumer<Damage> sink)
      throws ImageException {
    return new ImageVerifier(image, depth, progress, sink).verify(threads);
  }

  private Verification verify(int threads) throws ImageException {
    List<Stretch> stretches = stretches();
    /* A thread for less than a piece costs more than it saves. */
    int useful = (int) Math.min(threads, 1 + totalBytes / Stretch.PIECE_LENGTH);
    OrderedWork<List<Damage>> work =
        new OrderedWork<>(Stretch.pieces(stretches), useful, this::report);
    work.run(
        () -> {
          PieceVerifier verifier = new PieceVerifier(image, depth);
          return piece -> {
            List<Damage> found = verifier.verify(Stretch.piece(stretches, piece));
            advance(verifier.takeReadBytes());
            return found;
          };
        });
    synchronized (this) {
      return new Verification(readBytes, damages, List.copyOf(first));
    }
  }

  /** What there is to read, in file order. */
  private List<Stretch> stretches() {
    List<Stretch> stretches = new ArrayList<>();
    boolean all = depth == Depth.EVERY_BYTE;
    totalBytes = all ? image.header().metadataOffset() : 0;
    readBytes = all ? ImageHeader.LENGTH : 0;
    long end = ImageHeader.LENGTH;
    for (ImageBlock block : image.blocks()) {
      if (all) {
        stretches.add(new Stretch(null, end, block.dataOffset()));
        totalBytes += image.inheritedPages(block) * pageSize;
      } else {
        totalBytes += (image.storedPages(block) + image.inheritedPages(block)) * pageSize;
      }
      end = block.dataOffset() + block.regionLength(pageSize);
      stretches.add(new Stretch(block, block.dataOffset(), end));
    }
    if (all) {
      stretches.add(new Stretch(null, end, image.header().metadataOffset()));
    }
    return stretches;
  }

  private synchronized void advance(long bytes) {
    readBytes += bytes;
    progress.at(readBytes, totalBytes);
  }

  private synchronized void report(List<Damage> found) {
    damages += found.size();
    for (Damage damage : found) {
      if (first.size() < LISTED_DAMAGES) {
        first.add(damage);
      }
      sink.accept(damage);
    }
  }

  /**
   * A part of the file, which is read in pieces.
   *
   * @param block whose region it is, or null for what lies between regions
   * @param from first byte, as an offset in the file
   * @param to past the last byte
   */
  record Stretch(ImageBlock block, long from, long to) {
    /** Pieces begin at multiples of this in a stretch, so of a MiB in a region. */
    static final int PIECE_LENGTH = 4 << 20;

    private long pieces() {
      return (to - from + PIECE_LENGTH - 1) / PIECE_LENGTH;
    }

    static long pieces(List<Stretch> stretches) {
      return stretches.stream().mapToLong(Stretch::pieces).sum();
    }

    static Stretch piece(List<Stretch> stretches, long index) {
      long left = index;
      for (Stretch stretch : stretches) {
        if (left < stretch.pieces()) {
          long start = stretch.from + left * PIECE_LENGTH;
          return new Stretch(stretch.block, start, Math.min(stretch.to, start + PIECE_LENGTH));
        }
        left -= stretch.pieces();
      }
      throw new IndexOutOfBoundsException("piece " + index);
    }
  }
}
