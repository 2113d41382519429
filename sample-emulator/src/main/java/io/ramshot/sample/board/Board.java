package io.ramshot.sample.board;

import io.ramshot.sample.bus.Bus;
import io.ramshot.sample.cpu.Hart;
import io.ramshot.sample.device.BootRom;
import io.ramshot.sample.device.Clint;
import io.ramshot.sample.device.Clock;
import io.ramshot.sample.device.Finisher;
import io.ramshot.sample.device.FlashSocket;
import io.ramshot.sample.device.HostClock;
import io.ramshot.sample.device.Plic;
import io.ramshot.sample.device.SerialInput;
import io.ramshot.sample.device.StepClock;
import io.ramshot.sample.device.Uart;
import io.ramshot.sample.memory.Ram;
import io.ramshot.sample.state.BadStateException;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;
import java.io.OutputStream;

/**
 * The whole machine.
 *
 * <p>Its life is {@code while (board.running()) board.step();} on one thread. Between two steps
 * everything but RAM can be taken by {@link #save} and given back by {@link #load}.
 */
public final class Board {

  /** Steps of the hart in one {@link #step}: some 0.3 ms of work. */
  public static final long QUANTUM = 20_000;

  /** Longest sleep in one {@link #step}, in ns: whoever waits for a step to end waits no longer. */
  private static final long MAX_SLEEP = 500_000;

  private static final long NANOS_PER_TICK = 1_000_000_000 / Clock.FREQUENCY;

  /** Alignment of the device tree in bytes: a page table may map it with one large page. */
  private static final long TREE_ALIGNMENT = 2 << 20;

  private final Ram ram;
  private final boolean deterministic;
  private final SerialInput input;
  private final Hart hart;
  private final Clock clock;
  private final BootRom bootRom = new BootRom();
  private final Finisher finisher = new Finisher();
  private final Plic plic = new Plic();
  private final Clint clint;
  private final Uart uart;

  private long firmwareEntry = MemoryMap.RAM;
  private long kernelEntry = MemoryMap.KERNEL;
  private long stopAt = Long.MAX_VALUE;

  /**
   * Builds a machine that is about to start at its reset vector.
   *
   * @param ram all zero, or restored
   * @param deterministic whether time counts instructions instead of passing as the host's does
   * @param input what the serial port receives
   * @param output where the serial port sends to
   */
  public Board(Ram ram, boolean deterministic, SerialInput input, OutputStream output) {
    this.ram = ram;
    this.deterministic = deterministic;
    this.input = input;
    Bus bus = new Bus();
    this.hart = new Hart(ram, bus, this::time);
    this.clock = deterministic ? new StepClock(hart::steps) : new HostClock();
    this.clint = new Clint(clock);
    this.uart = new Uart(input, output);
    bus.attach(MemoryMap.UART, Uart.SIZE, uart);
    bus.attach(MemoryMap.CLINT, Clint.SIZE, clint);
    bus.attach(MemoryMap.PLIC, Plic.SIZE, plic);
    bus.attach(MemoryMap.FINISHER, Finisher.SIZE, finisher);
    bus.attach(MemoryMap.BOOT_ROM, BootRom.SIZE, bootRom);
    bus.attach(MemoryMap.FLASH, FlashSocket.SIZE, new FlashSocket());
    hart.jump(MemoryMap.BOOT_ROM);
  }

  private long time() {
    return clock.now();
  }

  /**
   * Puts M-mode firmware into RAM and lets the boot ROM jump to it.
   *
   * @param file an ELF file, or raw bytes for the start of RAM
   * @throws IllegalArgumentException if it does not fit or is no program for this machine
   */
  public void loadFirmware(byte[] file) {
    firmwareEntry = load(file, MemoryMap.RAM);
    start();
  }

  /**
   * Puts what firmware starts in S-mode into RAM.
   *
   * @param file an ELF file, or raw bytes for {@link MemoryMap#KERNEL}
   * @throws IllegalArgumentException if it does not fit or is no program for this machine
   */
  public void loadKernel(byte[] file) {
    kernelEntry = load(file, MemoryMap.KERNEL);
    start();
  }

  private long load(byte[] file, long rawAddress) {
    Image image = Image.parse(file, rawAddress);
    for (Image.Segment segment : image.segments()) {
      long offset = segment.address() - MemoryMap.RAM;
      if (offset < 0 || offset > treeOffset() - segment.bytes().length) {
        throw new IllegalArgumentException(
            "%d bytes at 0x%x lie outside RAM, or over the device tree in its last part"
                .formatted(segment.bytes().length, segment.address()));
      }
      ram.write(offset, segment.bytes());
    }
    return image.entry();
  }

  private void start() {
    bootRom.program(firmwareEntry, MemoryMap.RAM + treeOffset(), kernelEntry);
    ram.write(treeOffset(), BoardTree.flattened(ram.size()));
  }

  /**
   * Returns where in RAM the device tree is: in the last whole 2 MiB below the top, if possible.
   */
  private long treeOffset() {
    long top = Math.min(ram.size(), (4L << 30) - MemoryMap.RAM);
    return top >= 2 * TREE_ALIGNMENT
        ? (top - 1) / TREE_ALIGNMENT * TREE_ALIGNMENT
        : top - (top >> 2);
  }

  /**
   * Makes the machine stop after exactly that many steps since reset.
   *
   * @param steps instructions, idle time included
   */
  public void stopAt(long steps) {
    stopAt = steps;
  }

  /** Whether there is anything left to do. */
  public boolean running() {
    return finisher.verdict() == Finisher.Verdict.RUNNING && hart.steps() < stopAt;
  }

  /** Runs one quantum. In real time a machine that waits for an interrupt sleeps in it, briefly. */
  public void step() {
    long end = Math.min(hart.steps() + QUANTUM, stopAt);
    while (hart.steps() < end && finisher.verdict() == Finisher.Verdict.RUNNING) {
      updateInterruptLines();
      long left = end - hart.steps();
      long untilTimer = clock.stepsUntil(clint.compare());
      if (!hart.waiting()) {
        hart.run(untilTimer > 0 ? Math.min(left, untilTimer) : left);
      } else if (deterministic) {
        hart.idle(untilTimer > 0 ? Math.min(left, untilTimer) : left);
      } else {
        uart.flush();
        sleep();
        break;
      }
    }
    uart.flush();
  }

  private void updateInterruptLines() {
    plic.setLevel(MemoryMap.UART_INTERRUPT, uart.interruptLine());
    hart.setInterruptLines(clint.interruptLines() | plic.interruptLines());
  }

  /** Sleeps until the timer, input, or the longest time that a step may take. */
  private void sleep() {
    long ticks = clint.compare() - clock.now();
    boolean soon = ticks >= 0 && ticks < MAX_SLEEP / NANOS_PER_TICK;
    try {
      input.await(soon ? ticks * NANOS_PER_TICK : MAX_SLEEP);
    } catch (InterruptedException e) {
      // Whoever interrupts this thread wants it to end: it goes on without sleeping until told.
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the hart, for looking at. */
  public Hart hart() {
    return hart;
  }

  /** Returns what the guest has asked of the machine's power switch. */
  public Finisher finisher() {
    return finisher;
  }

  /** Returns the state of everything but RAM. */
  public byte[] save() {
    StateWriter out = new StateWriter();
    out.putLong(ram.size());
    hart.save(out);
    clint.save(out);
    plic.save(out);
    uart.save(out);
    finisher.save(out);
    bootRom.save(out);
    return out.toByteArray();
  }

  /**
   * Goes on from a saved state. RAM must already hold what it held when the state was saved;
   * nothing that was derived from RAM before survives.
   *
   * @param state what {@link #save} returned
   * @throws BadStateException if it is anything else, or of a machine with other RAM
   */
  public void load(byte[] state) {
    StateReader in = new StateReader(state);
    long size = in.getLong();
    if (size != ram.size()) {
      throw new BadStateException(
          "it is of a machine with %d bytes of RAM, this one has %d".formatted(size, ram.size()));
    }
    hart.load(in);
    clint.load(in);
    plic.load(in);
    uart.load(in);
    finisher.load(in);
    bootRom.load(in);
    in.end();
  }
}
