package io.ramshot;

import io.ramshot.image.BlockKind;
import java.lang.ref.WeakReference;

/**
 * One contiguous piece of guest RAM, or an array of pieces on the Java heap.
 *
 * @see Guest#register
 * @see RamSource
 */
public final class Block {
  private final String name;
  private final BlockKind kind;
  private final long address;
  private final long length;
  private final WeakReference<Object> owner;
  private volatile HeapRam ram;

  Block(String name, BlockKind kind, long address, long length, Object owner) {
    this.name = name;
    this.kind = kind;
    this.address = address;
    this.length = length;
    this.owner = new WeakReference<>(owner);
    this.ram = null;
  }

  /** On the heap: holds its arrays, and is made anew whenever they are looked for. */
  Block(String name, HeapRam ram) {
    this.name = name;
    this.kind = ram.kind();
    this.address = 0;
    this.length = ram.bytes();
    this.owner = new WeakReference<>(ram.value());
    this.ram = ram;
  }

  /** A name that is unique within the guest and the same in the JVM that restores. */
  public String name() {
    return name;
  }

  public BlockKind kind() {
    return kind;
  }

  /** Where it starts in this process; 0 on the heap, where it has no address to rely on. */
  public long address() {
    return address;
  }

  /** In bytes; of pieces, those that are there. */
  public long length() {
    return length;
  }

  /**
   * The object that keeps the memory alive, or null if none is known or it is gone. A snapshot
   * holds it strongly while it runs.
   */
  Object owner() {
    return owner.get();
  }

  /** The arrays, or null off the heap. */
  HeapRam ram() {
    return ram;
  }

  /** Lets go of the arrays: whoever remembers the block must not keep the guest's old RAM alive. */
  void forget() {
    ram = null;
  }

  /** Whether this is the same block, looked at again. */
  boolean isSame(Block other) {
    return ram == null
        ? this == other
        : other.ram != null && name.equals(other.name) && kind == other.kind;
  }

  @Override
  public String toString() {
    return ram == null
        ? String.format("%s (%s, %d bytes at 0x%x)", name, kind, length, address)
        : String.format("%s (%s, %d bytes)", name, kind, length);
  }
}
