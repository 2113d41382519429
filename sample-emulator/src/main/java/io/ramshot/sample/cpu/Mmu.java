package io.ramshot.sample.cpu;

import io.ramshot.sample.bus.Bus;
import io.ramshot.sample.memory.Ram;
import java.util.Arrays;

/**
 * The hart's way to memory: translation, its caches, RAM and devices.
 *
 * <p>The caches are direct-mapped by virtual page. The interpreter looks into those for loads and
 * stores itself and comes here only when they miss: at the first access to a page, at a device, at
 * a misaligned address. Misaligned loads and stores to RAM are carried out.
 */
final class Mmu {

  static final int PAGE_SHIFT = 12;
  static final int PAGE_SIZE = 1 << PAGE_SHIFT;
  static final long PAGE_MASK = -PAGE_SIZE;

  /** Physical address of the first byte of RAM. */
  static final long RAM_BASE = 0x8000_0000L;

  /** Entries in each cache. */
  static final int ENTRIES = 512;

  /** Tag of an empty entry: no address has these low bits once they are masked for comparison. */
  private static final long EMPTY = -1;

  /** By entry: the virtual address of a page that may be read from RAM. */
  final long[] readTags = new long[ENTRIES];

  /** By entry: what to add to a virtual address to get the offset in RAM. */
  final long[] readShifts = new long[ENTRIES];

  /** By entry: the virtual address of a page that may be written to in RAM. */
  final long[] writeTags = new long[ENTRIES];

  /** By entry: what to add to a virtual address to get the offset in RAM. */
  final long[] writeShifts = new long[ENTRIES];

  private final long[] fetchTags = new long[ENTRIES];
  private final long[] fetchPages = new long[ENTRIES];
  private final long[][] fetchSlots = new long[ENTRIES][];

  private final Ram ram;
  private final Bus bus;
  private final ControlRegisters csrs;
  private final PageWalk walk;
  private final CodeCache code = new CodeCache();

  /** What the cached translations depend on besides satp, for fetches and for data. */
  private int fetchContext;

  private int dataContext;

  Mmu(Ram ram, Bus bus, ControlRegisters csrs) {
    this.ram = ram;
    this.bus = bus;
    this.csrs = csrs;
    this.walk = new PageWalk(ram, csrs);
    flushTranslations();
  }

  /** Returns the entry that {@code address} is cached in, if at all. */
  static int entry(long address) {
    return (int) (address >>> PAGE_SHIFT) & ENTRIES - 1;
  }

  /** Forgets all translations. */
  void flushTranslations() {
    Arrays.fill(readTags, EMPTY);
    Arrays.fill(writeTags, EMPTY);
    Arrays.fill(fetchTags, EMPTY);
    Arrays.fill(fetchSlots, null);
    fetchContext = context(csrs.privilege, 0);
    dataContext = dataContext();
  }

  /** Forgets all decoded instructions. */
  void flushCode() {
    code.clear();
    Arrays.fill(fetchTags, EMPTY);
    Arrays.fill(fetchSlots, null);
  }

  /** Forgets translations if the privilege mode or mstatus has made them invalid. */
  void contextChanged() {
    if (fetchContext != context(csrs.privilege, 0) || dataContext != dataContext()) {
      flushTranslations();
    }
  }

  private int dataContext() {
    long relevant = csrs.mstatus & (Csr.STATUS_SUM | Csr.STATUS_MXR);
    return context(csrs.dataPrivilege(), (int) (relevant >>> 16));
  }

  /** Without translation all modes see the same memory, so calls between them flush nothing. */
  private int context(int privilege, int permissions) {
    return translates(privilege) ? 1 + privilege | permissions : 0;
  }

  private boolean translates(int privilege) {
    return privilege != Privilege.MACHINE && csrs.satp >>> ControlRegisters.SATP_MODE_SHIFT != 0;
  }

  private long translate(long address, Access access) throws Trap {
    int privilege = access == Access.FETCH ? csrs.privilege : csrs.dataPrivilege();
    return translates(privilege) ? walk.translate(address, access, privilege) : address;
  }

  private boolean inRam(long physical) {
    return Long.compareUnsigned(physical - RAM_BASE, ram.size()) < 0;
  }

  /** Returns the decoded instructions of the page at {@code address}. */
  long[] fetch(long address) throws Trap {
    int entry = entry(address);
    if (fetchTags[entry] == (address & PAGE_MASK)) {
      return fetchSlots[entry];
    }
    long physical = translate(address, Access.FETCH);
    if (!inRam(physical) && !bus.executable(physical)) {
      throw Access.FETCH.accessFault(address);
    }
    fetchTags[entry] = address & PAGE_MASK;
    fetchPages[entry] = physical & PAGE_MASK;
    fetchSlots[entry] = code.page(physical >>> PAGE_SHIFT);
    return fetchSlots[entry];
  }

  /** Returns the halfword of code at {@code address}, zero-extended. */
  int fetchHalf(long address) throws Trap {
    fetch(address);
    long physical = fetchPages[entry(address)] | address & ~PAGE_MASK;
    if (inRam(physical)) {
      return ram.load2(physical - RAM_BASE) & 0xffff;
    }
    if (!bus.executable(physical)) {
      throw Access.FETCH.accessFault(address);
    }
    return (int) bus.read(physical, 2) & 0xffff;
  }

  /**
   * Loads what the read cache does not serve.
   *
   * @param size in bytes
   * @return the value, zero-extended
   */
  long load(long address, int size) throws Trap {
    long inPage = address & ~PAGE_MASK;
    if (inPage + size > PAGE_SIZE) {
      return loadAcross(address, size);
    }
    long physical = translate(address, Access.LOAD);
    if (inRam(physical)) {
      int entry = entry(address);
      readTags[entry] = address & PAGE_MASK;
      readShifts[entry] = physical - RAM_BASE - address;
      return loadRam(physical - RAM_BASE, size);
    }
    requireDevice(physical, address, size, Access.LOAD);
    return bus.read(physical, size);
  }

  private long loadRam(long offset, int size) {
    return switch (size) {
      case 1 -> ram.load1(offset) & 0xffL;
      case 2 -> ram.load2(offset) & 0xffffL;
      case 4 -> ram.load4(offset) & 0xffff_ffffL;
      default -> ram.load8(offset);
    };
  }

  private long loadAcross(long address, int size) throws Trap {
    long value = 0;
    for (int i = 0; i < size; i++) {
      long physical = translate(address + i, Access.LOAD);
      if (!inRam(physical)) {
        throw Access.LOAD.accessFault(address + i);
      }
      value |= (ram.load1(physical - RAM_BASE) & 0xffL) << 8 * i;
    }
    return value;
  }

  /**
   * Stores what the write cache does not serve.
   *
   * @param size in bytes
   */
  void store(long address, int size, long value) throws Trap {
    long inPage = address & ~PAGE_MASK;
    if (inPage + size > PAGE_SIZE) {
      storeAcross(address, size, value);
      return;
    }
    long physical = translate(address, Access.STORE);
    if (inRam(physical)) {
      int entry = entry(address);
      writeTags[entry] = address & PAGE_MASK;
      writeShifts[entry] = physical - RAM_BASE - address;
      storeRam(physical - RAM_BASE, size, value);
      return;
    }
    requireDevice(physical, address, size, Access.STORE);
    bus.write(physical, size, value);
  }

  private void storeRam(long offset, int size, long value) {
    switch (size) {
      case 1 -> ram.store1(offset, (byte) value);
      case 2 -> ram.store2(offset, (short) value);
      case 4 -> ram.store4(offset, (int) value);
      default -> ram.store8(offset, value);
    }
  }

  private void storeAcross(long address, int size, long value) throws Trap {
    long[] offsets = new long[size];
    // All bytes are translated before one is written: a store that traps has changed nothing.
    for (int i = 0; i < size; i++) {
      long physical = translate(address + i, Access.STORE);
      if (!inRam(physical)) {
        throw Access.STORE.accessFault(address + i);
      }
      offsets[i] = physical - RAM_BASE;
    }
    for (int i = 0; i < size; i++) {
      ram.store1(offsets[i], (byte) (value >> 8 * i));
    }
  }

  private void requireDevice(long physical, long address, int size, Access access) throws Trap {
    if ((physical & size - 1) != 0) {
      throw access.misaligned(address);
    }
    if (!bus.holds(physical, size)) {
      throw access.accessFault(address);
    }
  }

  /**
   * Returns the offset in RAM of an atomic operand: aligned, and in RAM only.
   *
   * @param size in bytes
   */
  long atomicOffset(long address, int size, Access access) throws Trap {
    if ((address & size - 1) != 0) {
      throw access.misaligned(address);
    }
    long physical = translate(address, access);
    if (!inRam(physical)) {
      throw access.accessFault(address);
    }
    return physical - RAM_BASE;
  }
}
