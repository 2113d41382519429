package com.example;

import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/** A machine whose state leaves it in every form but plain bytes. */
public class Console implements Originator<Console.Saved> {

  /** What a console is at. */
  public enum Mode {
    OFF,
    ON {
      @Override
      public String toString() {
        return "running";
      }
    }
  }

  /** In the manner of most hosts. */
  public static class Saved implements Serializable {
    private static final long serialVersionUID = 1L;

    final int[] registers;
    final Mode mode;

    @SuppressWarnings("serial")
    final List<Pair> pairs = new ArrayList<>();

    @SuppressWarnings("serial")
    final Map<String, Object> map = new HashMap<>();

    Saved(int[] registers, Mode mode) {
      this.registers = registers.clone();
      this.mode = mode;
      pairs.add(new Pair(1, "one", null));
      map.put("mode", mode);
      map.put("long", 5L);
    }
  }

  /** Not serializable. */
  public interface Part {}

  /** Not serializable either. */
  public record Pair(int number, String text, Part[] parts) implements Part {}

  /** What no stream takes. */
  public static class Opaque {}

  public int[] registers = {1, 2, 3};
  public Mode mode = Mode.ON;
  public Object any;
  public Pair pair = new Pair(7, "seven", new Part[] {new Pair(8, "eight", null), null});
  public int calls;
  public int size = 100_000;

  @Override
  public Saved saveToMemento() {
    return new Saved(registers, mode);
  }

  @Override
  public void restoreFromMemento(Saved saved) {
    registers = saved.registers.clone();
    mode = saved.mode;
    if (saved.pairs.get(0).number() != 1 || saved.map.get("mode") != saved.mode) {
      throw new IllegalStateException("not what was saved");
    }
  }

  Part saveRecord() {
    return pair;
  }

  private void loadRecord(Pair saved) {
    pair = saved;
  }

  public void saveObjects(ObjectOutput out) throws IOException {
    out.writeInt(size);
    out.writeObject(registers);
    out.writeObject(pair);
  }

  public void loadObjects(ObjectInput in) throws IOException, ClassNotFoundException {
    size = in.readInt();
    registers = (int[]) in.readObject();
    loadRecord((Pair) in.readObject());
  }

  public ByteBuffer saveBuffer() {
    return ByteBuffer.allocateDirect(12).putInt(registers[0]).putInt(registers[1]).flip();
  }

  public void loadBuffer(ByteBuffer in) {
    registers = new int[] {in.getInt(), in.getInt()};
  }

  public ByteBuffer saveUnflipped() {
    return ByteBuffer.allocate(4).putInt(1);
  }

  /** Wants more than it is given at first. */
  public void fillBuffer(ByteBuffer out) {
    calls++;
    out.putInt(registers[0]).putInt(registers[1]).put(new byte[size]);
  }

  public void fillForEver(ByteBuffer out) {
    while (true) {
      out.putLong(1);
    }
  }

  public Object saveOpaque() {
    return new Opaque();
  }

  public Object saveForeign() {
    return new PriorityQueue<>(List.of("a"));
  }

  public Object saveLambda() {
    return (Supplier<String> & Serializable) () -> "code";
  }

  public void loadObject(Object state) {
    throw new IllegalStateException("not to be called with " + state);
  }

  public void loadAny(Object state) {
    any = state;
  }

  public void loadText(String state) {
    throw new IllegalStateException("not to be called with " + state);
  }

  public Saved saveNull() {
    return null;
  }
}
