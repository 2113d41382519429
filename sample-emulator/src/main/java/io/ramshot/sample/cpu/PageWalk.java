package io.ramshot.sample.cpu;

import io.ramshot.sample.memory.Ram;

/**
 * Sv39: finds the physical address behind a virtual one.
 *
 * <p>The walk sets the accessed and dirty bits itself, as the architecture allows; software never
 * sees a page fault because of them.
 */
final class PageWalk {

  private static final int LEVELS = 3;
  private static final int BITS_PER_LEVEL = 9;
  private static final int ENTRY_BYTES = 8;

  private static final long VALID = 1;
  private static final long READ = 1 << 1;
  private static final long WRITE = 1 << 2;
  private static final long EXECUTE = 1 << 3;
  private static final long USER = 1 << 4;
  private static final long ACCESSED = 1 << 6;
  private static final long DIRTY = 1 << 7;

  /** Bits of extensions that this hart does not have: they must be 0. */
  private static final long RESERVED = 0x3ffL << 54;

  private final Ram ram;
  private final ControlRegisters csrs;

  PageWalk(Ram ram, ControlRegisters csrs) {
    this.ram = ram;
    this.csrs = csrs;
  }

  /**
   * Returns the physical address of {@code address}.
   *
   * @param privilege the mode the access is made in, S or U
   */
  long translate(long address, Access access, int privilege) throws Trap {
    if (address << 25 >> 25 != address) {
      throw access.pageFault(address);
    }
    long table = (csrs.satp & ControlRegisters.SATP_PPN) << Mmu.PAGE_SHIFT;
    for (int level = LEVELS - 1; level >= 0; level--) {
      int shift = Mmu.PAGE_SHIFT + level * BITS_PER_LEVEL;
      long index = address >>> shift & (1 << BITS_PER_LEVEL) - 1;
      long at = table + index * ENTRY_BYTES - Mmu.RAM_BASE;
      if (at < 0 || at >= ram.size()) {
        throw access.accessFault(address);
      }
      long entry = ram.load8(at);
      if ((entry & VALID) == 0 || (entry & (READ | WRITE)) == WRITE || (entry & RESERVED) != 0) {
        throw access.pageFault(address);
      }
      long target = (entry >>> 10) << Mmu.PAGE_SHIFT;
      if ((entry & (READ | EXECUTE)) == 0) {
        if ((entry & (USER | ACCESSED | DIRTY)) != 0) {
          throw access.pageFault(address);
        }
        table = target;
        continue;
      }
      long inPage = (1L << shift) - 1;
      if ((target & inPage) != 0 || !permits(entry, access, privilege)) {
        throw access.pageFault(address);
      }
      long marked = entry | ACCESSED | (access == Access.STORE ? DIRTY : 0);
      if (marked != entry) {
        ram.store8(at, marked);
      }
      return target | address & inPage;
    }
    throw access.pageFault(address);
  }

  private boolean permits(long entry, Access access, int privilege) {
    boolean userPage = (entry & USER) != 0;
    if (privilege == Privilege.USER && !userPage) {
      return false;
    }
    boolean userMemory = (csrs.mstatus & Csr.STATUS_SUM) != 0;
    if (privilege == Privilege.SUPERVISOR && userPage && (access == Access.FETCH || !userMemory)) {
      return false;
    }
    boolean executableReadable = (csrs.mstatus & Csr.STATUS_MXR) != 0;
    return switch (access) {
      case FETCH -> (entry & EXECUTE) != 0;
      case LOAD -> (entry & READ) != 0 || executableReadable && (entry & EXECUTE) != 0;
      case STORE -> (entry & WRITE) != 0;
    };
  }
}
