package io.ramshot;

import com.sun.jna.Memory;
import io.ramshot.image.ExtraSection;
import io.ramshot.image.HashKey;
import io.ramshot.image.PageHashes;
import io.ramshot.image.PageTable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The section with a snapshot's page hashes, in memory that goes once it is written. */
final class HashSection implements AutoCloseable {
  private final Memory memory;
  private final List<ExtraSection> extras;

  private HashSection(Memory memory, List<ExtraSection> extras) {
    this.memory = memory;
    this.extras = extras;
  }

  /**
   * @param key null for no section
   * @param hashes one a block: 16 bytes a page, or empty
   */
  static HashSection of(HashKey key, List<PageTable> tables, List<Optional<ByteBuffer>> hashes) {
    long length = key == null ? 0 : PageHashes.sectionLength(tables);
    if (length == 0 || length > Integer.MAX_VALUE) {
      return new HashSection(null, List.of()); /* what Java cannot read helps nobody */
    }
    Memory memory = new Memory(length);
    ByteBuffer bytes = memory.getByteBuffer(0, length);
    return new HashSection(memory, List.of(PageHashes.section(key, tables, hashes, bytes)));
  }

  List<ExtraSection> extras() {
    return extras;
  }

  @Override
  public void close() {
    if (memory != null) {
      memory.close();
    }
  }
}
