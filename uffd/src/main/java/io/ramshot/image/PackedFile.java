package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An image that was packed: its bytes are the content of frames, which are unpacked when read. */
final class PackedFile implements ImageFile, FrameCache.Source, ReadAhead.Target {
  /** More would not make a restore faster, which copies and checks on one thread. */
  private static final int MAX_THREADS = 4;

  /** A frame that takes less than this in the file, in bytes, is next to nothing but zeros. */
  private static final int DEAR = 1024;

  private final StoredFile file;
  private final SeekTable table;
  private final FrameCache cache;
  private final ReadAhead ahead;
  private final AtomicInteger readers = new AtomicInteger();
  private final Queue<Unpacking> idle = new ConcurrentLinkedQueue<>();

  /**
   * @throws ImageException if it has no sound seek table, or cannot be unpacked here
   */
  PackedFile(StoredFile file) throws ImageException {
    this.file = file;
    this.table = SeekTable.read(file);
    Zstandard.require(file.path());
    int threads = Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS);
    int distance = 2 * threads;
    this.cache = new FrameCache(this, distance + 2, table.longestContent());
    this.ahead = new ReadAhead(this, table.frames(), threads, distance);
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public boolean isOpen() {
    return file.isOpen();
  }

  @Override
  public boolean isPlain() {
    return false;
  }

  @Override
  public Path descriptor() throws ImageException {
    throw new ImageException(path(), "is packed");
  }

  @Override
  public boolean isPacked() {
    return true;
  }

  @Override
  public long storedLength() throws ImageException {
    return file.length();
  }

  @Override
  public long length() {
    return table.contentLength();
  }

  @Override
  public void readFully(ByteBuffer to, long offset) throws ImageException {
    boolean alone = readers.getAndIncrement() == 0;
    try {
      long at = offset;
      while (to.hasRemaining()) {
        if (at >= length()) {
          throw new ImageException(path(), "ends at offset " + at + ", where more is to be read");
        }
        int frame = table.frameAt(at);
        if (alone) { // several readers keep the machine busy by themselves
          ahead.at(frame);
        }
        at += read(frame, (int) (at - table.start(frame)), to);
      }
    } finally {
      readers.getAndDecrement();
    }
  }

  private int read(int frame, int from, ByteBuffer to) throws ImageException {
    int length = Math.min(table.contentLength(frame) - from, to.remaining());
    try {
      FrameCache.Content content = cache.acquire(frame);
      try {
        to.put(content.bytes().limit(from + length).position(from));
      } finally {
        cache.release(content);
      }
    } catch (OutOfMemoryError e) {
      throw new ImageException(
          path(),
          "needs " + table.longestContent() + " bytes at once: raise -XX:MaxDirectMemorySize",
          e);
    }
    return length;
  }

  @Override
  public boolean isDear(int frame) {
    return table.frameLength(frame) >= DEAR;
  }

  @Override
  public void prepare(int frame) {
    try {
      cache.release(cache.acquire(frame));
    } catch (ImageException | OutOfMemoryError e) {
      return; // whoever reads the frame is told
    }
  }

  @Override
  public void unpack(int frame, ByteBuffer to) throws ImageException {
    Unpacking unpacking = idle.poll();
    if (unpacking == null) {
      unpacking = new Unpacking(file, table);
    }
    try {
      unpacking.unpack(frame, to);
    } finally {
      idle.add(unpacking);
      if (!isOpen()) {
        closeIdle();
      }
    }
  }

  private void closeIdle() {
    for (Unpacking unpacking = idle.poll(); unpacking != null; unpacking = idle.poll()) {
      unpacking.close();
    }
  }

  @Override
  public void close() throws ImageException {
    ahead.close();
    try {
      file.close();
    } finally {
      closeIdle();
    }
  }
}
