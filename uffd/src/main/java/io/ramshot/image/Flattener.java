package io.ramshot.image;

import io.ramshot.table.SavedTables;
import io.ramshot.text.Cause;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes one file of an increment and its ancestors. It is the same image: id, freeze time and
 * states stay, so what builds upon the increment builds upon this file as well.
 */
public final class Flattener {
  /** What one thread reads, checks and writes at a time, in bytes. */
  private static final int PIECE_LENGTH = 1 << 20;

  private static final int MOST_THREADS = 4;

  /** What is said of pages, and so still true of them; other sections may not be. */
  private static final Set<String> KEPT =
      Set.of(PageHashes.SECTION, SavingHistory.SECTION, SavedTables.SECTION);

  private final Image image;
  private final FileChannel out;
  private final ImageVerifier.Progress progress;
  private final List<Piece> pieces = new ArrayList<>();
  private final AtomicLong next = new AtomicLong();
  private long doneBytes;
  private long totalBytes;
  private Throwable failure;

  private record Piece(ImageBlock block, long first, int count) {}

  private Flattener(Image image, FileChannel out, ImageVerifier.Progress progress) {
    this.image = image;
    this.out = out;
    this.progress = progress;
  }

  /**
   * Checks every page on the way. The file gets its name when it is whole and on disk.
   *
   * @param image opened with its ancestors
   * @param to must not exist
   * @param progress told by several threads, one at a time
   * @throws ImageException if a page is damaged or cannot be read
   * @throws IOException if the file cannot be written; nothing is left of it then
   */
  public static void flatten(Image image, Path to, ImageVerifier.Progress progress)
      throws IOException {
    try (TargetFile target = TargetFile.create(to)) {
      target.complete(new Flattener(image, target.file(), progress).run());
      target.publish();
    }
  }

  /**
   * @return the length of the file, in bytes
   */
  private long run() throws IOException {
    int pageSize = image.header().pageSize();
    for (ImageBlock block : image.blocks()) {
      long pages = block.pageCount(pageSize);
      int step = PIECE_LENGTH / pageSize;
      for (long first = 0; first < pages; first += step) {
        pieces.add(new Piece(block, first, (int) Math.min(step, pages - first)));
      }
      totalBytes += (pages - image.zeroPages(block)) * pageSize;
    }
    copyAll();
    return ImageWriter.finish(out, ImageLayout.of(image), contents(image)).fileLength();
  }

  /** What an increment is once all its pages are in its own file. */
  static ImageContents contents(Image image) throws ImageException {
    List<PageTable> tables = new ArrayList<>();
    List<Shape> shapes = new ArrayList<>();
    for (ImageBlock block : image.blocks()) {
      tables.add(stored(image.pageTable(block)));
      image.shape(block).ifPresent(shapes::add);
    }
    return new ImageContents(
        image.header().id(),
        Optional.empty(),
        image.header().freezeTime(),
        tables,
        shapes,
        image.states(),
        image.info(),
        extras(image));
  }

  private static List<ExtraSection> extras(Image image) throws ImageException {
    List<ExtraSection> extras = new ArrayList<>();
    for (String type : image.extras()) {
      if (KEPT.contains(type)) {
        extras.add(new ExtraSection(type, image.extra(type).orElseThrow()));
      }
    }
    return extras;
  }

  private static PageTable stored(PageTable table) {
    ByteBuffer kinds = ByteBuffer.allocateDirect(table.pageCount());
    kinds.put(0, table.kinds(), 0, table.pageCount());
    for (int page = 0; page < table.pageCount(); page++) {
      if (kinds.get(page) == PageKind.INHERITED.code()) {
        kinds.put(page, PageKind.STORED.code());
      }
    }
    return new PageTable(kinds, table.crcs());
  }

  private void copyAll() throws IOException {
    int count = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(this::copySome, "ramshot-flatten-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
          fail(new IOException("interrupted: start it once more"));
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure != null) {
      throw new IllegalStateException(Cause.text(failure), failure);
    }
  }

  private void copySome() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    try {
      for (long i = next.getAndIncrement(); i < pieces.size(); i = next.getAndIncrement()) {
        copy(pieces.get((int) i), buffer);
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  /** The first failure counts; the others stop. */
  private synchronized void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
    next.set(Integer.MAX_VALUE);
  }

  /** Zero pages stay holes. */
  private void copy(Piece piece, ByteBuffer buffer) throws IOException {
    int pageSize = image.header().pageSize();
    PageTable table = image.pageTable(piece.block());
    long past = piece.first() + piece.count();
    for (long page = piece.first(); page < past; ) {
      long end = Math.min(table.contentRunEnd(page), past);
      if (table.kind(page) != PageKind.ZERO) {
        int count = (int) (end - page);
        image.readPages(piece.block(), page, count, buffer.clear().limit(count * pageSize));
        SectionWriter.writeFully(out, buffer.flip(), piece.block().fileOffset(page, pageSize));
        advance((long) count * pageSize);
      }
      page = end;
    }
  }

  private synchronized void advance(long bytes) {
    doneBytes += bytes;
    progress.at(doneBytes, totalBytes);
  }
}
