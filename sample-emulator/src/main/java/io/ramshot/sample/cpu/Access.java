package io.ramshot.sample.cpu;

/** What memory is accessed for, with the exceptions that it raises. */
enum Access {
  FETCH(Trap.INSTRUCTION_ACCESS_FAULT, Trap.INSTRUCTION_PAGE_FAULT, Trap.INSTRUCTION_ACCESS_FAULT),
  LOAD(Trap.LOAD_ACCESS_FAULT, Trap.LOAD_PAGE_FAULT, Trap.LOAD_MISALIGNED),
  STORE(Trap.STORE_ACCESS_FAULT, Trap.STORE_PAGE_FAULT, Trap.STORE_MISALIGNED);

  private final int accessFault;
  private final int pageFault;
  private final int misaligned;

  Access(int accessFault, int pageFault, int misaligned) {
    this.accessFault = accessFault;
    this.pageFault = pageFault;
    this.misaligned = misaligned;
  }

  /** Nothing answers at that physical address. */
  Trap accessFault(long address) {
    return new Trap(accessFault, address);
  }

  /** The page tables do not allow it. */
  Trap pageFault(long address) {
    return new Trap(pageFault, address);
  }

  /** The address is not a multiple of the operand's size, where it has to be. */
  Trap misaligned(long address) {
    return new Trap(misaligned, address);
  }
}
