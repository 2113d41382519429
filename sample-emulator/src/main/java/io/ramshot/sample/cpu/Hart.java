package io.ramshot.sample.cpu;

import io.ramshot.sample.bus.Bus;
import io.ramshot.sample.memory.Ram;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * A hardware thread: RV64GC with M, S and U modes, interpreted.
 *
 * <p>Time passes in steps: an executed instruction is one, so is one that traps. Interrupts are
 * taken between steps, where {@link #run} begins and after whatever may have enabled or raised one.
 */
public final class Hart {

  /** Register numbers of the calling convention. */
  public static final int A0 = 10;

  private static final int SLOTS = CodeCache.SLOTS;
  private static final int OUTSIDE = -SLOTS;
  private static final long NO_RESERVATION = -1;

  /** Bit in an address mask, by operand size: what a misaligned address has set. */
  private static final long ALIGN2 = Mmu.PAGE_MASK | 1;

  private static final long ALIGN4 = Mmu.PAGE_MASK | 3;
  private static final long ALIGN8 = Mmu.PAGE_MASK | 7;

  /** The registers; the one past x31 swallows what is written to x0. */
  private final long[] x = new long[Decoded.NOWHERE + 1];

  private final Ram ram;
  private final Bus bus;
  private final ControlRegisters csrs;
  private final Mmu mmu;
  private final Fpu fpu;

  private long pc;
  private long steps;

  /** Steps that a waiting hart let pass: part of {@link #steps}. */
  private long idleSteps;

  /** Count of steps at which {@link #run} returns. */
  private long limit;

  /** Whether a WFI waits for an interrupt. */
  private boolean waiting;

  /** Offset in RAM that LR has reserved, or {@link #NO_RESERVATION}. */
  private long reservation = NO_RESERVATION;

  /**
   * @param time tells the CLINT's mtime, in ticks
   */
  public Hart(Ram ram, Bus bus, LongSupplier time) {
    this.ram = ram;
    this.bus = bus;
    this.csrs = new ControlRegisters(() -> steps, time);
    this.mmu = new Mmu(ram, bus, csrs);
    this.fpu = new Fpu(x, csrs);
  }

  /** Sets where the next instruction is fetched. */
  public void jump(long address) {
    pc = address;
  }

  /** Returns the address of the next instruction. */
  public long pc() {
    return pc;
  }

  /** Returns register x{@code number}. */
  public long register(int number) {
    return x[number];
  }

  /** Sets register x{@code number}, from 1 to 31. */
  public void setRegister(int number, long value) {
    x[number] = value;
  }

  /** Returns register f{@code number}; a single is in its low half, with ones above it. */
  public long floatRegister(int number) {
    return fpu.f[number];
  }

  /** Returns the control register of that number, whatever the privilege mode. */
  public long controlRegister(int number) {
    return csrs.read(number);
  }

  /** Returns the current privilege mode. */
  public int privilege() {
    return csrs.privilege;
  }

  /** Returns the steps taken since reset, idle ones included. */
  public long steps() {
    return steps;
  }

  /** Returns the steps taken while waiting for an interrupt. */
  public long idleSteps() {
    return idleSteps;
  }

  /** Whether a WFI still waits: {@link #run} would do nothing. */
  public boolean waiting() {
    return waiting && !csrs.wakeUp();
  }

  /** Lets {@code count} steps pass without executing anything. */
  public void idle(long count) {
    steps += count;
    idleSteps += count;
  }

  /**
   * Sets the interrupt lines that devices drive.
   *
   * @param lines bits as in mip
   */
  public void setInterruptLines(long lines) {
    csrs.setInterruptLines(lines);
  }

  /**
   * Executes up to {@code count} steps; fewer if a device was accessed (its interrupt lines may
   * have changed) or if a WFI waits.
   */
  public void run(long count) {
    limit = steps + count;
    bus.forgetTouch();
    while (steps < limit && !bus.touched() && !waiting()) {
      waiting = false;
      try {
        int interrupt = csrs.interruptToTake();
        if (interrupt >= 0) {
          enterTrap(true, interrupt, 0);
        }
        burst();
      } catch (Trap trap) {
        steps++;
        enterTrap(false, trap.cause(), trap.value());
      }
    }
  }

  private void enterTrap(boolean interrupt, int cause, long value) {
    reservation = NO_RESERVATION;
    pc = csrs.enterTrap(interrupt, cause, value, pc);
    mmu.contextChanged();
  }

  /**
   * The interpreter: runs until {@link #limit}, or until the privileged state or a device may have
   * changed. This method is the machine's speed. What is rare stands in methods of its own, as
   * HotSpot compiles no method of more than 8000 bytes of bytecode.
   *
   * <p>The program counter is {@code base + 2 * slot} within the page whose decoded instructions
   * are in {@code code}. Fields are brought up to date by {@link #leave} before anything that may
   * look at them or trap.
   */
  private void burst() throws Trap {
    final long[] x = this.x;
    final Ram ram = this.ram;
    final long[] readTags = mmu.readTags;
    final long[] readShifts = mmu.readShifts;
    final long[] writeTags = mmu.writeTags;
    final long[] writeShifts = mmu.writeShifts;
    final long end = limit;
    int left = (int) (end - steps);
    long[] code = mmu.fetch(pc);
    long base = pc & Mmu.PAGE_MASK;
    int slot = (int) (pc - base) >> 1;
    long insn = code[slot];
    for (; ; ) {
      int rd = (int) (insn >> 8) & 0x3f;
      int rs2 = (int) (insn >> 24) & 0x3f;
      long a = x[(int) (insn >> 16) & 0x3f];
      long b = x[rs2];
      int immediate = (int) (insn >> 32);
      int next = slot + ((int) (insn >> 14) & 3);
      switch ((int) insn & 0xff) {
        case Op.DECODE:
          leave(base, slot, end, left);
          insn = decode(code, slot);
          continue;
        case Op.LUI:
          x[rd] = immediate;
          break;
        case Op.AUIPC:
          x[rd] = base + (slot << 1) + immediate;
          break;
        case Op.JAL:
          x[rd] = base + ((long) next << 1);
          next = slot + immediate;
          break;
        case Op.JALR:
          x[rd] = base + ((long) next << 1);
          next = (int) ((a + immediate & ~Mmu.PAGE_MASK) >> 1);
          if ((a + immediate & Mmu.PAGE_MASK) != base) {
            // A slot outside the page makes the code below fetch another one.
            base = (a + immediate & Mmu.PAGE_MASK) + Mmu.PAGE_SIZE;
            next += OUTSIDE;
          }
          break;
        case Op.BEQ:
          if (a == b) {
            next = slot + immediate;
          }
          break;
        case Op.BNE:
          if (a != b) {
            next = slot + immediate;
          }
          break;
        case Op.BLT:
          if (a < b) {
            next = slot + immediate;
          }
          break;
        case Op.BGE:
          if (a >= b) {
            next = slot + immediate;
          }
          break;
        case Op.BLTU:
          if (a + Long.MIN_VALUE < b + Long.MIN_VALUE) {
            next = slot + immediate;
          }
          break;
        case Op.BGEU:
          if (a + Long.MIN_VALUE >= b + Long.MIN_VALUE) {
            next = slot + immediate;
          }
          break;
        case Op.LB:
          a += immediate;
          if (readTags[Mmu.entry(a)] == (a & Mmu.PAGE_MASK)) {
            x[rd] = ram.load1(a + readShifts[Mmu.entry(a)]);
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.LBU:
          a += immediate;
          if (readTags[Mmu.entry(a)] == (a & Mmu.PAGE_MASK)) {
            x[rd] = ram.load1(a + readShifts[Mmu.entry(a)]) & 0xff;
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.LH:
          a += immediate;
          if (readTags[Mmu.entry(a)] == (a & ALIGN2)) {
            x[rd] = ram.load2(a + readShifts[Mmu.entry(a)]);
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.LHU:
          a += immediate;
          if (readTags[Mmu.entry(a)] == (a & ALIGN2)) {
            x[rd] = ram.load2(a + readShifts[Mmu.entry(a)]) & 0xffff;
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.LW:
          a += immediate;
          if (readTags[Mmu.entry(a)] == (a & ALIGN4)) {
            x[rd] = ram.load4(a + readShifts[Mmu.entry(a)]);
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.LWU:
          a += immediate;
          if (readTags[Mmu.entry(a)] == (a & ALIGN4)) {
            x[rd] = ram.load4(a + readShifts[Mmu.entry(a)]) & 0xffff_ffffL;
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.LD:
          a += immediate;
          if (readTags[Mmu.entry(a)] == (a & ALIGN8)) {
            x[rd] = ram.load8(a + readShifts[Mmu.entry(a)]);
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.SB:
          a += immediate;
          if (writeTags[Mmu.entry(a)] == (a & Mmu.PAGE_MASK)) {
            ram.store1(a + writeShifts[Mmu.entry(a)], (byte) b);
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.SH:
          a += immediate;
          if (writeTags[Mmu.entry(a)] == (a & ALIGN2)) {
            ram.store2(a + writeShifts[Mmu.entry(a)], (short) b);
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.SW:
          a += immediate;
          if (writeTags[Mmu.entry(a)] == (a & ALIGN4)) {
            ram.store4(a + writeShifts[Mmu.entry(a)], (int) b);
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.SD:
          a += immediate;
          if (writeTags[Mmu.entry(a)] == (a & ALIGN8)) {
            ram.store8(a + writeShifts[Mmu.entry(a)], b);
            break;
          }
          leave(base, slot, end, left);
          if (miss(insn, a, b)) {
            return;
          }
          break;
        case Op.ADDI:
          x[rd] = a + immediate;
          break;
        case Op.SLTI:
          x[rd] = a < immediate ? 1 : 0;
          break;
        case Op.SLTIU:
          x[rd] = a + Long.MIN_VALUE < immediate + Long.MIN_VALUE ? 1 : 0;
          break;
        case Op.XORI:
          x[rd] = a ^ immediate;
          break;
        case Op.ORI:
          x[rd] = a | immediate;
          break;
        case Op.ANDI:
          x[rd] = a & immediate;
          break;
        case Op.SLLI:
          x[rd] = a << immediate;
          break;
        case Op.SRLI:
          x[rd] = a >>> immediate;
          break;
        case Op.SRAI:
          x[rd] = a >> immediate;
          break;
        case Op.ADDIW:
          x[rd] = (int) a + immediate;
          break;
        case Op.SLLIW:
          x[rd] = (int) a << immediate;
          break;
        case Op.SRLIW:
          x[rd] = (int) a >>> immediate;
          break;
        case Op.SRAIW:
          x[rd] = (int) a >> immediate;
          break;
        case Op.ADD:
          x[rd] = a + b;
          break;
        case Op.SUB:
          x[rd] = a - b;
          break;
        case Op.SLL:
          x[rd] = a << b;
          break;
        case Op.SLT:
          x[rd] = a < b ? 1 : 0;
          break;
        case Op.SLTU:
          x[rd] = a + Long.MIN_VALUE < b + Long.MIN_VALUE ? 1 : 0;
          break;
        case Op.XOR:
          x[rd] = a ^ b;
          break;
        case Op.SRL:
          x[rd] = a >>> b;
          break;
        case Op.SRA:
          x[rd] = a >> b;
          break;
        case Op.OR:
          x[rd] = a | b;
          break;
        case Op.AND:
          x[rd] = a & b;
          break;
        case Op.ADDW:
          x[rd] = (int) a + (int) b;
          break;
        case Op.SUBW:
          x[rd] = (int) a - (int) b;
          break;
        case Op.SLLW:
          x[rd] = (int) a << (int) b;
          break;
        case Op.SRLW:
          x[rd] = (int) a >>> (int) b;
          break;
        case Op.SRAW:
          x[rd] = (int) a >> (int) b;
          break;
        case Op.MUL:
          x[rd] = a * b;
          break;
        case Op.MULW:
          x[rd] = (int) a * (int) b;
          break;
        case Op.MULH:
          x[rd] = Math.multiplyHigh(a, b);
          break;
        case Op.MULHSU:
          x[rd] = Multiply.highSignedUnsigned(a, b);
          break;
        case Op.MULHU:
          x[rd] = Multiply.highUnsigned(a, b);
          break;
        case Op.DIV:
          x[rd] = Multiply.divide(a, b);
          break;
        case Op.DIVU:
          x[rd] = Multiply.divideUnsigned(a, b);
          break;
        case Op.REM:
          x[rd] = Multiply.remainder(a, b);
          break;
        case Op.REMU:
          x[rd] = Multiply.remainderUnsigned(a, b);
          break;
        case Op.DIVW:
          x[rd] = Multiply.divide((int) a, (int) b);
          break;
        case Op.DIVUW:
          x[rd] = Multiply.divideUnsigned((int) a, (int) b);
          break;
        case Op.REMW:
          x[rd] = Multiply.remainder((int) a, (int) b);
          break;
        case Op.REMUW:
          x[rd] = Multiply.remainderUnsigned((int) a, (int) b);
          break;
        case Op.FENCE:
          break;
        case Op.AMO:
          leave(base, slot, end, left);
          x[rd] = atomic(immediate, a, b);
          break;
        case Op.FLOAD:
        case Op.FSTORE:
          leave(base, slot, end, left);
          if (miss(insn, a + immediate, b)) {
            return;
          }
          break;
        case Op.FLOAT:
          leave(base, slot, end, left);
          if (!fpu.execute(immediate)) {
            throw illegal();
          }
          break;
        default:
          leave(base, slot, end, left);
          privileged((int) insn & 0xff, immediate, base + ((long) next << 1));
          return;
      }
      slot = next;
      if (--left <= 0) {
        break;
      }
      if (slot >>> 11 != 0) {
        leave(base, slot, end, left);
        code = mmu.fetch(pc);
        base = pc & Mmu.PAGE_MASK;
        slot = (int) (pc - base) >> 1;
      }
      insn = code[slot];
    }
    leave(base, slot, end, left);
  }

  /** Brings the fields up to date with what {@link #burst} keeps in local variables. */
  private void leave(long base, int slot, long end, int left) {
    pc = base + ((long) slot << 1);
    steps = end - left;
  }

  /** Decodes the instruction at {@link #pc}, which is in {@code slot} of {@code code}. */
  private long decode(long[] code, int slot) throws Trap {
    int low = mmu.fetchHalf(pc);
    long insn;
    if ((low & 3) != 3) {
      insn = CompressedDecoder.decode(low);
    } else {
      insn = Decoder.decode(mmu.fetchHalf(pc + 2) << 16 | low);
      if (slot == SLOTS - 1) {
        // Its other half depends on how the next page is mapped: it is decoded anew every time.
        return insn;
      }
    }
    code[slot] = insn;
    return insn;
  }

  /** Returns the illegal-instruction trap of the instruction at {@link #pc}. */
  private Trap illegal() throws Trap {
    int low = mmu.fetchHalf(pc);
    long bits = (low & 3) == 3 ? (long) mmu.fetchHalf(pc + 2) << 16 | low : low;
    return new Trap(Trap.ILLEGAL_INSTRUCTION, bits);
  }

  /**
   * Loads or stores by the long way.
   *
   * @return whether a device was accessed; the instruction is then complete with {@link #pc} and
   *     {@link #steps} beyond it
   */
  private boolean miss(long insn, long address, long value) throws Trap {
    int rd = Decoded.rd(insn);
    switch (Decoded.op(insn)) {
      case Op.LB -> x[rd] = (byte) mmu.load(address, 1);
      case Op.LBU -> x[rd] = mmu.load(address, 1);
      case Op.LH -> x[rd] = (short) mmu.load(address, 2);
      case Op.LHU -> x[rd] = mmu.load(address, 2);
      case Op.LW -> x[rd] = (int) mmu.load(address, 4);
      case Op.LWU -> x[rd] = mmu.load(address, 4);
      case Op.LD -> x[rd] = mmu.load(address, 8);
      case Op.SB -> mmu.store(address, 1, value);
      case Op.SH -> mmu.store(address, 2, value);
      case Op.SW -> mmu.store(address, 4, value);
      case Op.SD -> mmu.store(address, 8, value);
      case Op.FLOAD -> loadFloat(rd & 31, address, Decoded.rs2(insn));
      default -> storeFloat(Decoded.rs2(insn), address, rd);
    }
    if (!bus.touched()) {
      return false;
    }
    pc += 2L * Decoded.slots(insn);
    steps++;
    return true;
  }

  private void loadFloat(int rd, long address, int size) throws Trap {
    if (!csrs.floatEnabled()) {
      throw illegal();
    }
    long bits = mmu.load(address, size);
    fpu.f[rd] = size == 4 ? Fpu.box((int) bits) : bits;
    csrs.markFloatDirty();
  }

  private void storeFloat(int rs2, long address, int size) throws Trap {
    if (!csrs.floatEnabled()) {
      throw illegal();
    }
    mmu.store(address, size, fpu.f[rs2]);
  }

  /** LR, SC and the AMOs; returns what the destination takes. */
  private long atomic(int insn, long address, long value) throws Trap {
    int size = 1 << (insn >> 12 & 7);
    int function = insn >>> 27;
    if (function == Amo.LR) {
      long offset = mmu.atomicOffset(address, size, Access.LOAD);
      reservation = offset;
      return loadSigned(offset, size);
    }
    long offset = mmu.atomicOffset(address, size, Access.STORE);
    if (function == Amo.SC) {
      boolean reserved = reservation == offset;
      reservation = NO_RESERVATION;
      if (reserved) {
        store(offset, size, value);
      }
      return reserved ? 0 : 1;
    }
    long old = loadSigned(offset, size);
    store(offset, size, Amo.combine(function, old, size == 4 ? (int) value : value));
    return old;
  }

  private long loadSigned(long offset, int size) {
    return size == 4 ? ram.load4(offset) : ram.load8(offset);
  }

  private void store(long offset, int size, long value) {
    if (size == 4) {
      ram.store4(offset, (int) value);
    } else {
      ram.store8(offset, value);
    }
  }

  /** Executes what may change the hart's privileged state; sets {@link #pc}. */
  private void privileged(int op, int insn, long next) throws Trap {
    switch (op) {
      case Op.SYSTEM -> system(insn, next);
      case Op.FENCE_I -> {
        mmu.flushCode();
        pc = next;
      }
      default -> throw illegal();
    }
    steps++;
  }

  private void system(int insn, long next) throws Trap {
    if ((insn >> 12 & 7) != 0) {
      accessControlRegister(insn);
      pc = next;
      return;
    }
    switch (insn) {
      case Csr.ECALL -> throw new Trap(Trap.ECALL + csrs.privilege, 0);
      case Csr.EBREAK -> throw new Trap(Trap.BREAKPOINT, pc);
      case Csr.MRET -> {
        require(csrs.privilege == Privilege.MACHINE);
        pc = csrs.leaveMachineTrap();
        mmu.contextChanged();
      }
      case Csr.SRET -> {
        require(csrs.privilege >= supervisorUnless(Csr.STATUS_TSR));
        pc = csrs.leaveSupervisorTrap();
        mmu.contextChanged();
      }
      case Csr.WFI -> {
        require(csrs.privilege >= supervisorUnless(Csr.STATUS_TW));
        pc = next;
        waiting = true;
      }
      default -> {
        // SFENCE.VMA, whose operands would only narrow down what to forget.
        require(insn >>> 25 == 9 && (insn >> 7 & 31) == 0);
        require(csrs.privilege >= supervisorUnless(Csr.STATUS_TVM));
        mmu.flushTranslations();
        pc = next;
      }
    }
  }

  /** Returns the lowest mode for what S-mode may do unless a bit of mstatus forbids it. */
  private int supervisorUnless(long forbidden) {
    return (csrs.mstatus & forbidden) == 0 ? Privilege.SUPERVISOR : Privilege.MACHINE;
  }

  private void require(boolean legal) throws Trap {
    if (!legal) {
      throw illegal();
    }
  }

  /** The six CSR instructions. */
  private void accessControlRegister(int insn) throws Trap {
    int number = insn >>> 20;
    int rs1 = insn >> 15 & 31;
    int kind = insn >> 12 & 3;
    long operand = (insn >> 14 & 1) == 0 ? x[rs1] : rs1;
    boolean write = kind == 1 || rs1 != 0;
    require(kind != 0 && csrs.allows(number, write));
    long old = csrs.read(number);
    if (write) {
      long modified = csrs.readForModification(number);
      csrs.write(
          number,
          switch (kind) {
            case 1 -> operand;
            case 2 -> modified | operand;
            default -> modified & ~operand;
          });
      if (number == Csr.SATP) {
        mmu.flushTranslations();
      }
      mmu.contextChanged();
    }
    int rd = insn >> 7 & 31;
    if (rd != 0) {
      x[rd] = old;
    }
  }

  /** Appends everything about the hart that is not derived from RAM or from devices. */
  public void save(StateWriter out) {
    out.putLong(pc);
    out.putLong(steps);
    out.putLong(idleSteps);
    out.putBoolean(waiting);
    out.putLong(reservation);
    out.putLongs(Arrays.copyOf(x, Decoded.NOWHERE));
    fpu.save(out);
    csrs.save(out);
  }

  /** Takes back what {@link #save} wrote, and forgets whatever was derived from RAM. */
  public void load(StateReader in) {
    pc = in.getLong();
    steps = in.getLong();
    idleSteps = in.getLong();
    waiting = in.getBoolean();
    reservation = in.getLong();
    for (int i = 0; i < Decoded.NOWHERE; i++) {
      x[i] = in.getLong();
    }
    fpu.load(in);
    csrs.load(in);
    mmu.flushCode();
    mmu.flushTranslations();
  }

  /** Returns all registers in readable lines. */
  public String describe() {
    StringBuilder text = new StringBuilder();
    text.append("steps %d  pc %016x  privilege %d%n".formatted(steps, pc, csrs.privilege));
    for (int i = 0; i < Decoded.NOWHERE; i++) {
      text.append("x%-2d %016x%s".formatted(i, x[i], i % 4 == 3 ? "%n".formatted() : "  "));
    }
    for (int i = 0; i < fpu.f.length; i++) {
      text.append("f%-2d %016x%s".formatted(i, fpu.f[i], i % 4 == 3 ? "%n".formatted() : "  "));
    }
    return text.append(csrs.describe()).toString();
  }
}
