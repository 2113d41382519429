package io.ramshot;

import io.ramshot.image.Image;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A running guest: its blocks of RAM, its vCPUs, and the participants in a checkpoint. */
public final class Guest {

  /**
   * Registers a whole direct buffer (position and limit do not matter).
   *
   * @throws IllegalArgumentException if the buffer is not direct, or the name is taken
   */
  public Block register(String name, ByteBuffer buffer) {
    throw new UnsupportedOperationException();
  }

  /**
   * Registers memory by address.
   *
   * @param address in this process; need not be aligned
   * @param length in bytes, at least 1
   * @param owner an object that keeps the memory alive, held strongly only while a snapshot runs;
   *     or null
   * @throws IllegalArgumentException if the name is taken, or the range overlaps another block
   */
  public Block register(String name, BlockKind kind, long address, long length, Object owner) {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes a block out, before its memory is freed. While a snapshot holds the block, this waits
   * until the block is saved or the snapshot is over, so that the caller may free it then.
   */
  public void unregister(Block block) {
    throw new UnsupportedOperationException();
  }

  /** The block that starts at this address, if any. Cheap; for hooks on every free. */
  public Optional<Block> blockAt(long address) {
    throw new UnsupportedOperationException();
  }

  /** In the order of registration. */
  public List<Block> blocks() {
    throw new UnsupportedOperationException();
  }

  /** Says how vCPUs are frozen; {@link Vcpus#NONE} until then. */
  public void vcpus(Vcpus vcpus) {
    throw new UnsupportedOperationException();
  }

  /**
   * @throws IllegalArgumentException if the name is taken
   */
  public void add(Participant participant) {
    throw new UnsupportedOperationException();
  }

  public void remove(Participant participant) {
    throw new UnsupportedOperationException();
  }

  /** {@link #snapshot(Path, SnapshotOptions)} with the defaults. */
  public Snapshot snapshot(Path target) throws SnapshotException {
    return snapshot(target, SnapshotOptions.DEFAULTS);
  }

  /**
   * Starts a snapshot and returns at once.
   *
   * @throws SnapshotException if it can be refused right away: one is running, no block is
   *     registered, the target exists or cannot be written, userfaultfd is not permitted
   */
  public Snapshot snapshot(Path target, SnapshotOptions options) throws SnapshotException {
    throw new UnsupportedOperationException();
  }

  /** The newest snapshot, running or ended. */
  public Optional<Snapshot> newest() {
    throw new UnsupportedOperationException();
  }

  /**
   * Puts RAM and participants back as an image has them. The vCPUs must not run meanwhile.
   *
   * @throws SnapshotException if blocks or participants do not match the image, or a page is
   *     damaged; RAM may be changed in part then, so the guest must not run
   */
  public void restore(Image image) throws SnapshotException {
    throw new UnsupportedOperationException();
  }
}
