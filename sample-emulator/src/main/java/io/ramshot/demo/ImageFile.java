package io.ramshot.demo;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A snapshot's file, read by nothing but docs/FORMAT.md.
 *
 * <p>It looks only for the blocks. That everything in the file is sound, holes included, is for
 * {@code ramshot verify --all} to say first.
 */
final class ImageFile implements AutoCloseable {
  private static final long MAGIC = 0x1a544f48534d4152L; // RAMSHOT, Ctrl-Z
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 4096;
  private static final int SECTION_BYTES = 24;
  private static final int BLKS = 0x534b4c42;

  /** The fixed part of a block's entry, in bytes, with the length of its name. */
  private static final int BLOCK_BYTES = 34;

  /** More metadata than this in one section is not ours to read. In bytes. */
  private static final long SECTION_MAX = Units.MIB;

  /**
   * A block of guest RAM.
   *
   * @param length in bytes
   * @param at where its first byte is in the file
   */
  record Block(String name, long length, long at) {}

  private final Path path;
  private final FileChannel file;
  private final List<Block> blocks;

  private ImageFile(Path path, FileChannel file) throws IOException, DemoException {
    this.path = path;
    this.file = file;
    ByteBuffer header = bytes(0, HEADER_BYTES);
    CRC32C sum = new CRC32C();
    sum.update(header.slice(0, HEADER_BYTES - Integer.BYTES));
    DemoException.require(
        header.getLong(0) == MAGIC
            && header.getInt(8) == VERSION
            && header.getInt(HEADER_BYTES - Integer.BYTES) == (int) sum.getValue()
            && header.getLong(104) == file.size(),
        "%s has no sound header of format version 1",
        path);
    this.blocks = findBlocks(header.getLong(80), header.getInt(96));
  }

  static ImageFile open(Path path) throws IOException, DemoException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new ImageFile(path, file);
    } catch (IOException | DemoException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private List<Block> findBlocks(long metadata, int sections) throws IOException, DemoException {
    long at = metadata;
    for (int i = 0; i < sections; i++) {
      ByteBuffer section = bytes(at, SECTION_BYTES);
      long length = section.getLong(8);
      if (section.getInt(0) == BLKS) {
        DemoException.require(length <= SECTION_MAX, "%s has too many blocks", path);
        return parseBlocks(bytes(at + SECTION_BYTES, (int) length));
      }
      at += SECTION_BYTES + (length + 7) / 8 * 8;
    }
    throw new DemoException(path + " has no list of blocks");
  }

  private static List<Block> parseBlocks(ByteBuffer payload) {
    List<Block> blocks = new ArrayList<>();
    int at = Integer.BYTES;
    for (int i = 0; i < payload.getInt(0); i++) {
      byte[] name = new byte[payload.getShort(at + BLOCK_BYTES - 2) & 0xffff];
      payload.get(at + BLOCK_BYTES, name);
      long lead = payload.getInt(at + 24);
      blocks.add(
          new Block(
              new String(name, StandardCharsets.UTF_8),
              payload.getLong(at + 8),
              payload.getLong(at + 16) + lead));
      at += BLOCK_BYTES + name.length;
    }
    return blocks;
  }

  private ByteBuffer bytes(long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    read(at, buffer);
    return buffer;
  }

  private void read(long at, ByteBuffer into) throws IOException {
    long from = at;
    while (into.hasRemaining()) {
      int count = file.read(into, from);
      if (count < 0) {
        throw new EOFException(path + " ends at " + from);
      }
      from += count;
    }
    into.flip();
  }

  /** The only block of that length. */
  Block blockOf(long length) throws DemoException {
    List<Block> found = blocks.stream().filter(block -> block.length() == length).toList();
    DemoException.require(
        found.size() == 1, "%s has not one block of %d bytes but %d", path, length, found.size());
    return found.get(0);
  }

  /** Reads guest RAM from an offset on, until the buffer is full; its order stays. */
  void read(Block block, long offset, ByteBuffer into) throws IOException {
    read(block.at() + offset, into);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
