package io.ramshot.hooks;

import io.ramshot.Block;
import io.ramshot.Guest;
import io.ramshot.Participant;
import io.ramshot.RamSource;
import io.ramshot.image.BlockKind;
import java.nio.ByteBuffer;

/** The part of {@link Guest} that hooks use; what registers returns its own undo. */
interface GuestView {

  Runnable register(String name, ByteBuffer buffer);

  Runnable register(String name, BlockKind kind, long address, long length, Object owner);

  void add(RamSource source);

  void remove(RamSource source);

  void add(Participant participant);

  void remove(Participant participant);

  /** What may be locked during a freeze. */
  default Object[] monitors() {
    return new Object[] {this};
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
      public Object[] monitors() {
        return new Object[] {guest};
      }
    };
  }
}
