package io.ramshot.sample.board;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A program to put into RAM: raw bytes, or a 64-bit little-endian RISC-V ELF file.
 *
 * @param entry address of its first instruction
 * @param segments what goes where
 */
record Image(long entry, List<Segment> segments) {

  /** Bytes for one physical address. */
  record Segment(long address, byte[] bytes) {}

  private static final int ELF_MAGIC = 0x464c457f;
  private static final int ELF_HEADER = 64;
  private static final int CLASS_64 = 2;
  private static final int LITTLE_ENDIAN = 1;
  private static final int MACHINE_RISCV = 243;
  private static final int PROGRAM_HEADER = 56;
  private static final int LOADABLE = 1;

  /**
   * Takes a file apart.
   *
   * @param rawAddress where it goes if it is not an ELF file
   * @throws IllegalArgumentException if it is an ELF file that this machine cannot run
   */
  static Image parse(byte[] file, long rawAddress) {
    ByteBuffer elf = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < ELF_HEADER || elf.getInt(0) != ELF_MAGIC) {
      return new Image(rawAddress, List.of(new Segment(rawAddress, file)));
    }
    if (elf.get(4) != CLASS_64
        || elf.get(5) != LITTLE_ENDIAN
        || elf.getShort(18) != MACHINE_RISCV) {
      throw new IllegalArgumentException("it is an ELF file, but not for 64-bit RISC-V");
    }
    long table = elf.getLong(32);
    int entrySize = elf.getShort(54) & 0xffff;
    int count = elf.getShort(56) & 0xffff;
    if (entrySize < PROGRAM_HEADER
        || table < 0
        || table > file.length
        || table + (long) entrySize * count > file.length) {
      throw new IllegalArgumentException("its ELF program headers lie outside the file");
    }
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int header = (int) table + i * entrySize;
      if (elf.getInt(header) == LOADABLE) {
        segments.add(segment(elf, header));
      }
    }
    return new Image(elf.getLong(24), segments);
  }

  /** Reads the segment of a program header. RAM is zero at first, so .bss needs nothing. */
  private static Segment segment(ByteBuffer elf, int header) {
    long offset = elf.getLong(header + 8);
    long address = elf.getLong(header + 24);
    long length = elf.getLong(header + 32);
    if (offset < 0 || length < 0 || length > elf.capacity() || offset > elf.capacity() - length) {
      throw new IllegalArgumentException("an ELF segment lies outside the file");
    }
    byte[] bytes = new byte[(int) length];
    elf.get((int) offset, bytes);
    return new Segment(address, bytes);
  }
}
