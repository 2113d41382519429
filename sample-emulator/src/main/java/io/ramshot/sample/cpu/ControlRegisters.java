package io.ramshot.sample.cpu;

import io.ramshot.sample.state.BadStateException;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;
import java.util.function.LongSupplier;

/**
 * The control and status registers, the privilege mode among them.
 *
 * <p>Privileged architecture 1.11: no PMP (so S and U reach all memory), no menvcfg. Performance
 * counters other than cycle, time and instret exist and are 0, and none can be stopped. Writes keep
 * legal values only.
 */
final class ControlRegisters {

  private static final long MISA = 2L << 62 | extensions("ACDFIMSU");

  private static final long STATUS_WRITABLE =
      Csr.STATUS_SIE
          | Csr.STATUS_MIE
          | Csr.STATUS_SPIE
          | Csr.STATUS_MPIE
          | Csr.STATUS_SPP
          | Csr.STATUS_MPP
          | Csr.STATUS_FS
          | Csr.STATUS_MPRV
          | Csr.STATUS_SUM
          | Csr.STATUS_MXR
          | Csr.STATUS_TVM
          | Csr.STATUS_TW
          | Csr.STATUS_TSR;

  private static final long SSTATUS_WRITABLE =
      Csr.STATUS_SIE
          | Csr.STATUS_SPIE
          | Csr.STATUS_SPP
          | Csr.STATUS_FS
          | Csr.STATUS_SUM
          | Csr.STATUS_MXR;

  private static final long SUPERVISOR_INTERRUPTS = Csr.SSI | Csr.STI | Csr.SEI;
  private static final long ALL_INTERRUPTS = SUPERVISOR_INTERRUPTS | Csr.MSI | Csr.MTI | Csr.MEI;

  /** All exceptions but the M-mode ecall, which has nowhere lower to go, and reserved causes. */
  private static final long DELEGABLE = 0xb3ff;

  /** cycle, time and instret. */
  private static final long COUNTERS = 7;

  static final int SATP_MODE_SHIFT = 60;
  static final long SATP_PPN = (1L << 44) - 1;
  static final int SATP_SV39 = 8;

  int privilege = Privilege.MACHINE;
  long mstatus;
  long satp;

  /** Exception flags, as in fflags. */
  int fflags;

  /** Dynamic rounding mode, as in frm. */
  int frm;

  private long mtvec;
  private long medeleg;
  private long mideleg;
  private long mie;
  private long mcounteren;
  private long mscratch;
  private long mepc;
  private long mcause;
  private long mtval;
  private long stvec;
  private long scounteren;
  private long sscratch;
  private long sepc;
  private long scause;
  private long stval;

  /** The bits of mip that M-mode software sets. */
  private long softwareInterrupts;

  /** The bits of mip that devices drive; not saved, as the board derives them from the devices. */
  private long interruptLines;

  /** What to add to the hart's steps to get mcycle. */
  private long cycleOffset;

  /** What to add to the hart's steps to get minstret. */
  private long instretOffset;

  private final LongSupplier steps;
  private final LongSupplier time;

  /**
   * @param steps instructions executed so far
   * @param time the CLINT's mtime, in ticks
   */
  ControlRegisters(LongSupplier steps, LongSupplier time) {
    this.steps = steps;
    this.time = time;
  }

  private static long extensions(String letters) {
    return letters.chars().mapToLong(letter -> 1L << letter - 'A').reduce(0, (a, b) -> a | b);
  }

  /** Whether the current mode may access {@code number} at all, and write it if so asked. */
  boolean allows(int number, boolean write) {
    if ((number >> 8 & 3) > privilege || write && number >> 10 == 3 || !exists(number)) {
      return false;
    }
    if (number == Csr.SATP) {
      return privilege != Privilege.SUPERVISOR || (mstatus & Csr.STATUS_TVM) == 0;
    }
    if (number >= Csr.FFLAGS && number <= Csr.FCSR) {
      return floatEnabled();
    }
    if (number >= Csr.CYCLE && number <= Csr.HPMCOUNTER31) {
      long bit = 1L << (number & 31);
      return (privilege == Privilege.MACHINE || (mcounteren & bit) != 0)
          && (privilege != Privilege.USER || (scounteren & bit) != 0);
    }
    return true;
  }

  private static boolean exists(int number) {
    return switch (number) {
      case Csr.FFLAGS,
          Csr.FRM,
          Csr.FCSR,
          Csr.SSTATUS,
          Csr.SIE,
          Csr.STVEC,
          Csr.SCOUNTEREN,
          Csr.SSCRATCH,
          Csr.SEPC,
          Csr.SCAUSE,
          Csr.STVAL,
          Csr.SIP,
          Csr.SATP,
          Csr.MSTATUS,
          Csr.MISA,
          Csr.MEDELEG,
          Csr.MIDELEG,
          Csr.MIE,
          Csr.MTVEC,
          Csr.MCOUNTEREN,
          Csr.MCOUNTINHIBIT,
          Csr.MSCRATCH,
          Csr.MEPC,
          Csr.MCAUSE,
          Csr.MTVAL,
          Csr.MIP,
          Csr.MCYCLE,
          Csr.MINSTRET,
          Csr.MVENDORID,
          Csr.MARCHID,
          Csr.MIMPID,
          Csr.MHARTID ->
          true;
      default ->
          number >= Csr.CYCLE && number <= Csr.HPMCOUNTER31
              || number >= Csr.MHPMCOUNTER3 && number <= Csr.MHPMCOUNTER31
              || number >= Csr.MHPMEVENT3 && number <= Csr.MHPMEVENT31;
    };
  }

  /** Returns the value of a register that {@link #allows} has passed. */
  long read(int number) {
    return switch (number) {
      case Csr.FFLAGS -> fflags;
      case Csr.FRM -> frm;
      case Csr.FCSR -> frm << 5 | fflags;
      case Csr.SSTATUS -> status(SSTATUS_WRITABLE) | Csr.STATUS_UXL;
      case Csr.SIE -> mie & mideleg;
      case Csr.STVEC -> stvec;
      case Csr.SCOUNTEREN -> scounteren;
      case Csr.SSCRATCH -> sscratch;
      case Csr.SEPC -> sepc;
      case Csr.SCAUSE -> scause;
      case Csr.STVAL -> stval;
      case Csr.SIP -> pendingInterrupts() & mideleg;
      case Csr.SATP -> satp;
      case Csr.MSTATUS -> status(STATUS_WRITABLE) | Csr.STATUS_XL;
      case Csr.MISA -> MISA;
      case Csr.MEDELEG -> medeleg;
      case Csr.MIDELEG -> mideleg;
      case Csr.MIE -> mie;
      case Csr.MTVEC -> mtvec;
      case Csr.MCOUNTEREN -> mcounteren;
      case Csr.MSCRATCH -> mscratch;
      case Csr.MEPC -> mepc;
      case Csr.MCAUSE -> mcause;
      case Csr.MTVAL -> mtval;
      case Csr.MIP -> pendingInterrupts();
      case Csr.MCYCLE, Csr.CYCLE -> steps.getAsLong() + cycleOffset;
      case Csr.MINSTRET, Csr.INSTRET -> steps.getAsLong() + instretOffset;
      case Csr.TIME -> time.getAsLong();
      default -> 0;
    };
  }

  /**
   * Returns what CSRRS and CSRRC change bits of. It differs from {@link #read} in mip only: an
   * external interrupt line must not turn into software's own SEIP bit.
   */
  long readForModification(int number) {
    return number == Csr.MIP ? softwareInterrupts : read(number);
  }

  /** Sets a register that {@link #allows} has passed for writing. */
  void write(int number, long value) {
    switch (number) {
      case Csr.FFLAGS -> setFloatControl(frm, (int) value & 31);
      case Csr.FRM -> setFloatControl((int) value & 7, fflags);
      case Csr.FCSR -> setFloatControl((int) value >> 5 & 7, (int) value & 31);
      case Csr.SSTATUS -> setStatus(value, SSTATUS_WRITABLE);
      case Csr.SIE -> mie = merge(mie, value, mideleg);
      case Csr.STVEC -> stvec = value & ~2;
      case Csr.SCOUNTEREN -> scounteren = value & COUNTERS;
      case Csr.SSCRATCH -> sscratch = value;
      case Csr.SEPC -> sepc = value & ~1;
      case Csr.SCAUSE -> scause = value;
      case Csr.STVAL -> stval = value;
      case Csr.SIP -> softwareInterrupts = merge(softwareInterrupts, value, mideleg & Csr.SSI);
      case Csr.SATP -> setTranslation(value);
      case Csr.MSTATUS -> setStatus(value, STATUS_WRITABLE);
      case Csr.MEDELEG -> medeleg = value & DELEGABLE;
      case Csr.MIDELEG -> mideleg = value & SUPERVISOR_INTERRUPTS;
      case Csr.MIE -> mie = value & ALL_INTERRUPTS;
      case Csr.MTVEC -> mtvec = value & ~2;
      case Csr.MCOUNTEREN -> mcounteren = value & COUNTERS;
      case Csr.MSCRATCH -> mscratch = value;
      case Csr.MEPC -> mepc = value & ~1;
      case Csr.MCAUSE -> mcause = value;
      case Csr.MTVAL -> mtval = value;
      case Csr.MIP -> softwareInterrupts = value & SUPERVISOR_INTERRUPTS;
      // The instruction that writes a counter does not count: the next one reads what was written.
      case Csr.MCYCLE -> cycleOffset = value - steps.getAsLong() - 1;
      case Csr.MINSTRET -> instretOffset = value - steps.getAsLong() - 1;
      default -> {}
    }
  }

  private static long merge(long old, long value, long mask) {
    return old & ~mask | value & mask;
  }

  private long status(long mask) {
    long dirty = (mstatus & Csr.STATUS_FS) == Csr.STATUS_FS ? Csr.STATUS_SD : 0;
    return mstatus & mask | dirty;
  }

  private void setStatus(long value, long mask) {
    long legal = value;
    if ((value & Csr.STATUS_MPP) == 2L << Csr.STATUS_MPP_SHIFT) {
      legal = merge(value, mstatus, Csr.STATUS_MPP);
    }
    mstatus = merge(mstatus, legal, mask);
  }

  private void setTranslation(long value) {
    int mode = (int) (value >>> SATP_MODE_SHIFT);
    // A write with a mode that does not exist changes nothing; there are no address-space ids.
    if (mode == 0 || mode == SATP_SV39) {
      satp = (long) mode << SATP_MODE_SHIFT | value & SATP_PPN;
    }
  }

  private void setFloatControl(int rounding, int flags) {
    frm = rounding;
    fflags = flags;
    markFloatDirty();
  }

  /** Whether F and D instructions are allowed. */
  boolean floatEnabled() {
    return (mstatus & Csr.STATUS_FS) != 0;
  }

  /** Records that floating-point state has changed. */
  void markFloatDirty() {
    mstatus |= Csr.STATUS_FS;
  }

  /** Sets the interrupt lines that devices drive, as bits of mip. */
  void setInterruptLines(long lines) {
    interruptLines = lines;
  }

  private long pendingInterrupts() {
    return softwareInterrupts | interruptLines;
  }

  /** Whether an enabled interrupt is pending, taken or not: what ends a WFI. */
  boolean wakeUp() {
    return (pendingInterrupts() & mie) != 0;
  }

  /** Returns the number of the interrupt to take now, or -1. */
  int interruptToTake() {
    long pending = pendingInterrupts() & mie;
    if (pending == 0) {
      return -1;
    }
    long machine = pending & ~mideleg;
    if (machine != 0 && (privilege < Privilege.MACHINE || (mstatus & Csr.STATUS_MIE) != 0)) {
      return mostUrgent(machine);
    }
    long supervisor = pending & mideleg;
    if (supervisor != 0
        && (privilege < Privilege.SUPERVISOR
            || privilege == Privilege.SUPERVISOR && (mstatus & Csr.STATUS_SIE) != 0)) {
      return mostUrgent(supervisor);
    }
    return -1;
  }

  /** External before software before timer, and machine before supervisor. */
  private static int mostUrgent(long pending) {
    for (long bit : new long[] {Csr.MEI, Csr.MSI, Csr.MTI, Csr.SEI, Csr.SSI}) {
      if ((pending & bit) != 0) {
        return Long.numberOfTrailingZeros(bit);
      }
    }
    return Long.numberOfTrailingZeros(Csr.STI);
  }

  /**
   * Enters a trap handler.
   *
   * @param interrupt whether it is an interrupt
   * @param cause number of the exception or interrupt
   * @param value what xtval takes
   * @param pc where the trap was taken
   * @return the handler's address
   */
  long enterTrap(boolean interrupt, int cause, long value, long pc) {
    long delegation = interrupt ? mideleg : medeleg;
    long code = interrupt ? 1L << 63 | cause : cause;
    if (privilege <= Privilege.SUPERVISOR && (delegation >> cause & 1) != 0) {
      scause = code;
      stval = value;
      sepc = pc;
      boolean enabled = (mstatus & Csr.STATUS_SIE) != 0;
      mstatus &= ~(Csr.STATUS_SIE | Csr.STATUS_SPIE | Csr.STATUS_SPP);
      mstatus |= enabled ? Csr.STATUS_SPIE : 0;
      mstatus |= privilege == Privilege.SUPERVISOR ? Csr.STATUS_SPP : 0;
      privilege = Privilege.SUPERVISOR;
      return handler(stvec, interrupt, cause);
    }
    mcause = code;
    mtval = value;
    mepc = pc;
    boolean enabled = (mstatus & Csr.STATUS_MIE) != 0;
    mstatus &= ~(Csr.STATUS_MIE | Csr.STATUS_MPIE | Csr.STATUS_MPP);
    mstatus |= enabled ? Csr.STATUS_MPIE : 0;
    mstatus |= (long) privilege << Csr.STATUS_MPP_SHIFT;
    privilege = Privilege.MACHINE;
    return handler(mtvec, interrupt, cause);
  }

  private static long handler(long vector, boolean interrupt, int cause) {
    long base = vector & ~3;
    return interrupt && (vector & 1) != 0 ? base + 4L * cause : base;
  }

  /** Leaves an M-mode trap handler; returns where to go on. */
  long leaveMachineTrap() {
    boolean enabled = (mstatus & Csr.STATUS_MPIE) != 0;
    privilege = (int) (mstatus >> Csr.STATUS_MPP_SHIFT) & 3;
    mstatus &= ~(Csr.STATUS_MIE | Csr.STATUS_MPP);
    mstatus |= Csr.STATUS_MPIE | (enabled ? Csr.STATUS_MIE : 0);
    if (privilege != Privilege.MACHINE) {
      mstatus &= ~Csr.STATUS_MPRV;
    }
    return mepc;
  }

  /** Leaves an S-mode trap handler; returns where to go on. */
  long leaveSupervisorTrap() {
    boolean enabled = (mstatus & Csr.STATUS_SPIE) != 0;
    privilege = (mstatus & Csr.STATUS_SPP) != 0 ? Privilege.SUPERVISOR : Privilege.USER;
    mstatus &= ~(Csr.STATUS_SIE | Csr.STATUS_SPP | Csr.STATUS_MPRV);
    mstatus |= Csr.STATUS_SPIE | (enabled ? Csr.STATUS_SIE : 0);
    return sepc;
  }

  /** Returns the mode that loads and stores act in: MPRV lends M-mode the one it came from. */
  int dataPrivilege() {
    return privilege == Privilege.MACHINE && (mstatus & Csr.STATUS_MPRV) != 0
        ? (int) (mstatus >> Csr.STATUS_MPP_SHIFT) & 3
        : privilege;
  }

  /** Returns the registers that tell where a guest stands, in readable lines. */
  String describe() {
    return """
        mstatus %016x  mie %016x  mip %016x  mcause %016x
        mepc %016x  mtval %016x  mtvec %016x  mscratch %016x
        medeleg %016x  mideleg %016x  satp %016x  fcsr %02x
        sepc %016x  stval %016x  scause %016x  stvec %016x
        """
        .formatted(
            read(Csr.MSTATUS),
            mie,
            pendingInterrupts(),
            mcause,
            mepc,
            mtval,
            mtvec,
            mscratch,
            medeleg,
            mideleg,
            satp,
            read(Csr.FCSR),
            sepc,
            stval,
            scause,
            stvec);
  }

  void save(StateWriter out) {
    out.putInt(privilege);
    out.putInt(fflags);
    out.putInt(frm);
    out.putLongs(registers());
  }

  private long[] registers() {
    return new long[] {
      mstatus,
      satp,
      mtvec,
      medeleg,
      mideleg,
      mie,
      mcounteren,
      mscratch,
      mepc,
      mcause,
      mtval,
      stvec,
      scounteren,
      sscratch,
      sepc,
      scause,
      stval,
      softwareInterrupts,
      cycleOffset,
      instretOffset
    };
  }

  void load(StateReader in) {
    privilege = in.getInt();
    if (privilege < 0 || privilege == 2 || privilege > Privilege.MACHINE) {
      throw new BadStateException("there is no privilege mode " + privilege);
    }
    fflags = in.getInt();
    frm = in.getInt();
    mstatus = in.getLong();
    satp = in.getLong();
    mtvec = in.getLong();
    medeleg = in.getLong();
    mideleg = in.getLong();
    mie = in.getLong();
    mcounteren = in.getLong();
    mscratch = in.getLong();
    mepc = in.getLong();
    mcause = in.getLong();
    mtval = in.getLong();
    stvec = in.getLong();
    scounteren = in.getLong();
    sscratch = in.getLong();
    sepc = in.getLong();
    scause = in.getLong();
    stval = in.getLong();
    softwareInterrupts = in.getLong();
    cycleOffset = in.getLong();
    instretOffset = in.getLong();
  }
}
