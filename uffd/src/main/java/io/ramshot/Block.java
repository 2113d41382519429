package io.ramshot;

import io.ramshot.image.BlockKind;

/**
 * One contiguous piece of guest RAM.
 *
 * @see Guest#register
 */
public final class Block {
  private final String name;
  private final BlockKind kind;
  private final long address;
  private final long length;
  private final java.lang.ref.WeakReference<Object> owner;

  Block(String name, BlockKind kind, long address, long length, Object owner) {
    this.name = name;
    this.kind = kind;
    this.address = address;
    this.length = length;
    this.owner = new java.lang.ref.WeakReference<>(owner);
  }

  /** A name that is unique within the guest and the same in the JVM that restores. */
  public String name() {
    return name;
  }

  public BlockKind kind() {
    return kind;
  }

  /** Where it starts in this process. */
  public long address() {
    return address;
  }

  /** In bytes. */
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

  @Override
  public String toString() {
    return String.format("%s (%s, %d bytes at 0x%x)", name, kind, length, address);
  }
}
