package io.ramshot.uffd;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;

/** Hashes pages as the engine does, for images that have no hashes of their own. */
public final class PageHasher implements AutoCloseable {
  private static final int HASH_LENGTH = 16;
  private static final int ALIGNMENT = 64;

  private final int pageSize;
  private final Memory key;
  private final Memory pages;
  private final Memory hashes;
  private final ByteBuffer pageBytes;

  /**
   * @param key as long as a page
   * @param length of the pages that are hashed at a time, in bytes
   */
  public PageHasher(byte[] key, int length) {
    pageSize = key.length;
    this.key = aligned(pageSize);
    this.key.write(0, key, 0, pageSize);
    pages = aligned(length);
    hashes = aligned(length / pageSize * HASH_LENGTH);
    pageBytes = pages.getByteBuffer(0, length);
  }

  private static Memory aligned(int length) {
    return new Memory(length + (long) ALIGNMENT).align(ALIGNMENT);
  }

  /** Where pages are put to be hashed. */
  public ByteBuffer pages() {
    return pageBytes.duplicate();
  }

  /**
   * @return 16 bytes for each of the first pages; valid until the next call
   */
  public ByteBuffer hashes(int count) {
    Engine.rs_hash_pages(key, pages, count, pageSize, hashes);
    return hashes.getByteBuffer(0, (long) count * HASH_LENGTH);
  }

  @Override
  public void close() {
    key.close();
    pages.close();
    hashes.close();
  }
}
