package io.ramshot.hooks;

import io.ramshot.Block;
import io.ramshot.Guest;
import io.ramshot.Participant;
import io.ramshot.RamSource;
import io.ramshot.image.BlockKind;
import java.nio.ByteBuffer;
import java.util.Map;

/** The part of {@link Guest} that hooks use; what registers returns its own undo. */
interface GuestView {

  Runnable register(String name, ByteBuffer buffer);

  Runnable register(String name, BlockKind kind, long address, long length, Object owner);

  void add(RamSource source);

  void remove(RamSource source);

  void add(Participant participant);

  void remove(Participant participant);

  /** The block outside the heap that holds this address, or null. Takes no lock. */
  default RamPlace placeOf(long address) {
    return null;
  }

  /** Where the block of this name outside the heap begins, or null. */
  default Long addressOf(String block) {
    return null;
  }

  /** The guest's arrays on the heap, by block name. */
  default Map<String, Object> heapRam() {
    return Map.of();
  }

  /** Whether there is any RAM, off or on the heap, whoever knows of it. */
  boolean hasRam();

  /**
   * The guest itself, for adapters.
   *
   * @throws IllegalStateException if this is a view of none
   */
  default Guest guest() {
    throw new IllegalStateException("no guest");
  }

  static GuestView of(Guest guest) {
    return new GuestView() {
      @Override
      public Runnable register(String name, ByteBuffer buffer) {
        Block block = guest.register(name, buffer);
        return () -> guest.unregister(block);
      }

      @Override
      public Runnable register(
          String name, BlockKind kind, long address, long length, Object owner) {
        Block block = guest.register(name, kind, address, length, owner);
        return () -> guest.unregister(block);
      }

      @Override
      public void add(RamSource source) {
        guest.add(source);
      }

      @Override
      public void remove(RamSource source) {
        guest.remove(source);
      }

      @Override
      public void add(Participant participant) {
        guest.add(participant);
      }

      @Override
      public void remove(Participant participant) {
        guest.remove(participant);
      }

      @Override
      public RamPlace placeOf(long address) {
        return guest
            .blockAround(address)
            .map(b -> new RamPlace(b.name(), address - b.address()))
            .orElse(null);
      }

      @Override
      public Long addressOf(String block) {
        return guest.blocks().stream()
            .filter(b -> b.name().equals(block) && !b.kind().onHeap())
            .map(Block::address)
            .findFirst()
            .orElse(null);
      }

      @Override
      public Map<String, Object> heapRam() {
        return guest.heapRam();
      }

      @Override
      public boolean hasRam() {
        return !guest.blocks().isEmpty();
      }

      @Override
      public Guest guest() {
        return guest;
      }
    };
  }
}
