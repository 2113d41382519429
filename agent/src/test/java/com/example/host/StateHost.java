package com.example.host;

import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A guest whose CPU can be saved in every form: it counts its steps in registers, and in every 4
 * KiB of 32 MiB in turn.
 *
 * <p>Prints {@code step N REGISTERS found WORD} for the first step it makes, then runs for ever.
 * With an argument, the CPU is loaded by a class loader of the host's own.
 */
public final class StateHost {
  static final int BYTES = 32 << 20;
  static final int PAGE = 4096;

  private StateHost() {}

  /** RAM and the loop. */
  public static final class Board {
    private final ByteBuffer ram = ByteBuffer.allocateDirect(BYTES);
    private final Cpu cpu = new Cpu(16);
    private boolean stepped;

    /** One quantum. */
    public void run() {
      if (!stepped) {
        stepped = true;
        long last = Math.floorMod((cpu.steps - 1) * PAGE, (long) BYTES);
        System.out.println("step " + cpu.steps + " " + cpu + " found " + ram.getLong((int) last));
      }
      for (int i = 0; i < 100; i++) {
        ram.putLong((int) (cpu.steps * PAGE % BYTES), cpu.steps + 1);
        cpu.step();
      }
    }
  }

  /** Whether it has begun. */
  public enum Phase {
    RESET,
    RUNNING
  }

  /** A memento as hosts have them. */
  public static final class Saved implements Serializable {
    private static final long serialVersionUID = 1L;

    final int[] registers;
    final long steps;
    final Phase phase;

    Saved(int[] registers, long steps, Phase phase) {
      this.registers = registers;
      this.steps = steps;
      this.phase = phase;
    }
  }

  /** A memento that is not serializable. */
  public record Values(int[] registers, long steps, Phase phase) {}

  /** What the guest is besides its RAM. */
  public static class Cpu {
    private final int[] registers;
    private long steps;
    private Phase phase = Phase.RESET;

    public Cpu(int count) {
      registers = new int[count];
    }

    void step() {
      registers[(int) (steps % registers.length)] += (int) steps;
      steps++;
      phase = Phase.RUNNING;
    }

    @Override
    public String toString() {
      return phase + " " + Arrays.hashCode(registers);
    }

    private void set(int[] newRegisters, long newSteps, Phase newPhase) {
      System.arraycopy(newRegisters, 0, registers, 0, registers.length);
      steps = newSteps;
      phase = newPhase;
    }

    public Saved saveToMemento() {
      return new Saved(registers.clone(), steps, phase);
    }

    public void restoreFromMemento(Saved saved) {
      set(saved.registers, saved.steps, saved.phase);
    }

    Values values() {
      return new Values(registers.clone(), steps, phase);
    }

    void values(Values values) {
      set(values.registers(), values.steps(), values.phase());
    }

    void write(ObjectOutput out) throws IOException {
      out.writeObject(saveToMemento());
    }

    void read(ObjectInput in) throws IOException, ClassNotFoundException {
      restoreFromMemento((Saved) in.readObject());
    }

    public void put(ByteBuffer out) {
      for (int register : registers) {
        out.putInt(register);
      }
      out.putLong(steps).put(new byte[100_000]);
    }

    public ByteBuffer buffer() {
      ByteBuffer out = ByteBuffer.allocate(200_000);
      put(out);
      return out.flip();
    }

    public void get(ByteBuffer in) {
      int[] values = new int[registers.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = in.getInt();
      }
      set(values, in.getLong(), Phase.RUNNING);
    }
  }

  public static void main(String[] args) throws Exception {
    Class<?> type =
        args.length == 0 ? Board.class : new OwnLoader().loadClass(Board.class.getName());
    Object board = type.getConstructor().newInstance();
    Method run = type.getMethod("run");
    while (true) {
      run.invoke(board);
      Thread.sleep(1);
    }
  }

  /** Loads what the system loader would load, again. */
  private static final class OwnLoader extends ClassLoader {
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(StateHost.class.getName())) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try (var in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
