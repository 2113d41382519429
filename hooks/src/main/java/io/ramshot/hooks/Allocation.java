package io.ramshot.hooks;

import io.ramshot.image.BlockKind;
import io.ramshot.uffd.GuestMemory;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;

/**
 * Native memory between its allocation and its free, and what the host sees of it. Changed by the
 * thread that allocates, or under {@link GuestRam}'s lock.
 */
final class Allocation {

  /** What will be freed or unmapped. */
  final long address;

  /** Of all of it, padding included. */
  final long bytes;

  final AllocationSite site;

  /** Where the part begins that the host uses; behind padding it is not {@link #address}. */
  volatile long start;

  /** Of that part, in bytes. */
  volatile long length;

  /** The object that keeps the memory alive, or null. */
  volatile WeakReference<Object> owner;

  /** Buffers of native code that are over this memory and have not been collected. */
  int views;

  /** The block's name once it is a block. */
  String name;

  /** Whether a field that was named holds it, and nothing else makes it guest RAM. */
  boolean held;

  /** Takes the block out; null until it is registered. */
  Runnable unregister;

  Allocation(long address, long bytes, AllocationSite site) {
    this.address = address;
    this.bytes = bytes;
    this.site = site;
    start = address;
    length = bytes;
  }

  /** Takes account of what the host uses the memory through. */
  void wrap(Object memory) {
    if (memory instanceof ByteBuffer buffer) {
      start = GuestMemory.addressOf(buffer);
      length = buffer.capacity();
      owner = new WeakReference<>(buffer);
    } else {
      start = Segments.address(memory);
      length = Segments.size(memory);
      owner = new WeakReference<>(Segments.scope(memory));
    }
  }

  boolean overlaps(long otherAddress, long otherBytes) {
    return address < otherAddress + otherBytes && otherAddress < address + bytes;
  }

  boolean holds(long otherAddress, long otherBytes) {
    return address <= otherAddress && otherAddress + otherBytes <= address + bytes;
  }

  BlockKind kind() {
    return site.kind();
  }

  /** Null if there is none, or it has been collected. */
  Object owner() {
    WeakReference<Object> reference = owner;
    return reference == null ? null : reference.get();
  }
}
