package com.example.machine;

import java.util.ArrayDeque;

/**
 * A machine as many are: its CPU is known by an interface, a loop calls it for one instruction at a
 * time, its devices stand in an array, and another CPU is there that nobody runs.
 */
public final class CoreMachine implements Runnable, AutoCloseable {

  /** A CPU of any kind. */
  interface Core {
    void step();
  }

  /** What hangs on the bus. */
  interface Device {
    void tick();
  }

  /** Counts instructions. */
  static final class Timer implements Device {
    private long ticks;

    @Override
    public void tick() {
      ticks++;
    }
  }

  /** Keys that were pressed, and were not asked for. */
  static final class Keyboard {
    private final ArrayDeque<Integer> keys = new ArrayDeque<>();
  }

  /** The bus. */
  static final class Bus {
    private final byte[] ram = new byte[4 << 20];
    private final Device[] devices = {new Timer()};
    private final Keyboard keyboard = new Keyboard();

    Bus() {
      keyboard.keys.add(27);
    }
  }

  /** The CPU that runs. */
  static final class Risc implements Core {
    private final Bus bus;
    private int pc = 1;
    private long instructions;

    Risc(Bus bus) {
      this.bus = bus;
    }

    @Override
    public void step() {
      pc = pc * 1_664_525 + 1_013_904_223;
      bus.ram[pc >>> 10]++;
      instructions++;
    }
  }

  /** The CPU that does not run. */
  static final class Idle implements Core {
    private final Object[] decoders = new Object[8];

    @Override
    public void step() {
      decoders[0] = this;
    }
  }

  private final Bus bus = new Bus();
  private final Core core = new Risc(bus);
  private final Core spare = new Idle();
  private volatile boolean power = true;

  @Override
  public void run() {
    while (isPowered()) {
      core.step();
      for (Device device : bus.devices) {
        device.tick();
      }
    }
  }

  /** Called as often as the CPU. */
  public boolean isPowered() {
    return power;
  }

  /** That there are two. */
  public boolean hasSpare() {
    return spare != core;
  }

  @Override
  public void close() {
    power = false;
  }
}
