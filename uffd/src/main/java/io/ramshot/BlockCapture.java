package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Extent;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.Shape;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.Range;
import io.ramshot.uffd.Tracking;
import java.util.Optional;

/**
 * How one block gets into one snapshot. Planned while the guest runs, with room for what can still
 * change; settled in the freeze, when it is known where the block lies and how long it is.
 */
abstract class BlockCapture implements AutoCloseable {
  private final Block block;

  BlockCapture(Block block) {
    this.block = block;
  }

  /**
   * @param page size of a page, in bytes
   * @param protects whether arrays on the heap can be write-protected where they lie
   */
  static BlockCapture of(Block block, int page, boolean protects)
      throws SnapshotException, EngineException {
    if (!block.kind().onHeap()) {
      boolean tracked = Tracking.isNeeded(block.name(), block.address(), block.length());
      return new FixedCapture(block, page, tracked);
    }
    return protects && block.kind() == BlockKind.HEAP
        ? new ArrayCapture(block, page)
        : new StagedCapture(block);
  }

  /** As it was when the snapshot started. */
  Block block() {
    return block;
  }

  /** The most room that it can take in the file. */
  abstract Extent planned();

  /** Whether the block is none of the engine's, but copied while the guest runs. */
  boolean tracked() {
    return false;
  }

  /** Whether the block is copied in the freeze, and the engine saves that copy. */
  boolean staged() {
    return false;
  }

  /** How much memory {@link #reserve} brings in, in bytes. */
  long stagedBytes() {
    return 0;
  }

  /**
   * While the guest runs: takes the memory that the freeze will need.
   *
   * @throws SnapshotException if there is none
   */
  void reserve() throws SnapshotException {}

  /** What the engine saves, or what is tracked; after {@link #reserve}. */
  abstract Range range(ImageBlock place, int pages);

  /** While the guest runs: an array whose memory should be on huge pages, or null for none. */
  abstract Object array();

  /**
   * In the freeze: takes the block as it is now, or has it copied.
   *
   * @throws SnapshotException if it has become another block than was planned for
   */
  abstract void freeze(Block now, FreezeCopier copier) throws SnapshotException;

  /**
   * After the freeze: what was captured.
   *
   * @param address where the engine found it
   */
  abstract Extent settled(long address);

  /**
   * Whether it may inherit pages from a parent's block, as far as can be told before the freeze.
   */
  boolean mayInherit(ImageBlock parent) {
    return parent.name().equals(block.name()) && parent.kind() == block.kind();
  }

  /** Of a block of pieces. */
  Optional<Shape> shape(int blockId) {
    return Optional.empty();
  }

  SnapshotException changed(Block now) {
    return new SnapshotException(
        String.format(
            "block %s changed while the snapshot was prepared (%d bytes became %d): start it once"
                + " more",
            block.name(), block.length(), now.length()));
  }

  /** Lets go of memory and arrays. */
  @Override
  public void close() {
    block.forget();
  }

  /** Memory at an address that stays. */
  private static final class FixedCapture extends BlockCapture {
    private final int page;
    private final boolean tracked;

    FixedCapture(Block block, int page, boolean tracked) {
      super(block);
      this.page = page;
      this.tracked = tracked;
    }

    @Override
    boolean tracked() {
      return tracked;
    }

    @Override
    Extent planned() {
      return settled(block().address());
    }

    @Override
    Range range(ImageBlock place, int pages) {
      return new Range(
          block().name(),
          block().address(),
          block().length(),
          place.dataOffset(),
          pages,
          block().kind().fragile());
    }

    @Override
    Object array() {
      return null;
    }

    /** What is tracked is written before it is known what stays. */
    @Override
    boolean mayInherit(ImageBlock parent) {
      return super.mayInherit(parent)
          && !tracked
          && parent.length() == block().length()
          && parent.lead() == block().address() % page;
    }

    @Override
    void freeze(Block now, FreezeCopier copier) {}

    @Override
    Extent settled(long address) {
      return new Extent(
          block().name(), block().kind(), block().length(), (int) (block().address() % page));
    }
  }

  /** An array that is protected where the freeze finds it. */
  private static final class ArrayCapture extends BlockCapture {
    private final int page;
    private Object array;

    ArrayCapture(Block block, int page) {
      super(block);
      this.page = page;
      this.array = block.ram().value();
    }

    @Override
    Extent planned() {
      return settled(page - 1);
    }

    @Override
    Range range(ImageBlock place, int pages) {
      return new Range(block().name(), 0, block().length(), place.dataOffset(), pages, true);
    }

    /** Where it lies is for the engine to compare. */
    @Override
    boolean mayInherit(ImageBlock parent) {
      return super.mayInherit(parent) && parent.length() == block().length();
    }

    @Override
    Object array() {
      return array;
    }

    @Override
    void freeze(Block now, FreezeCopier copier) throws SnapshotException {
      if (now.length() != block().length()) {
        throw changed(now);
      }
      array = now.ram().value();
    }

    @Override
    Extent settled(long address) {
      return new Extent(block().name(), block().kind(), block().length(), (int) (address % page));
    }

    @Override
    public void close() {
      super.close();
      array = null;
    }
  }

  /** Arrays that are copied in the freeze, to memory that is then saved like any. */
  private static final class StagedCapture extends BlockCapture {
    /** Room for pieces that appear while the snapshot is prepared. */
    private static final long SPARE_BYTES = 1 << 20;

    private final long mostBytes;
    private final long stagedBytes;

    /** Null before there is any. */
    private Staging staging;

    private HeapRam captured;

    StagedCapture(Block block) {
      super(block);
      mostBytes = Math.max(block.ram().mostBytes(), block.length());
      stagedBytes = Math.min(mostBytes, block.length() + block.length() / 8 + SPARE_BYTES);
    }

    @Override
    long stagedBytes() {
      return stagedBytes;
    }

    @Override
    void reserve() throws SnapshotException {
      staging = new Staging(mostBytes);
      staging.populate(stagedBytes);
      rehearse();
    }

    /** The first copy of all finds code that is not loaded yet: better now than in the freeze. */
    private void rehearse() {
      for (Object piece : block().ram().pieces()) {
        if (piece != null && PrimitiveArray.bytes(piece) > 0) {
          PrimitiveArray.read(piece, 0, 1, staging.memory(), 0);
          return;
        }
      }
    }

    @Override
    boolean staged() {
      return true;
    }

    @Override
    Extent planned() {
      return new Extent(block().name(), block().kind(), mostBytes, 0);
    }

    @Override
    Range range(ImageBlock place, int pages) {
      return new Range(
          block().name(), staging.address(), mostBytes, place.dataOffset(), pages, false);
    }

    @Override
    Object array() {
      return null;
    }

    /** How long it is shows in the freeze. */
    @Override
    boolean mayInherit(ImageBlock parent) {
      return super.mayInherit(parent) && parent.lead() == 0 && parent.length() <= mostBytes;
    }

    @Override
    void freeze(Block now, FreezeCopier copier) throws SnapshotException {
      if (now.kind() != block().kind() || now.length() > mostBytes) {
        throw changed(now);
      }
      captured = now.ram();
      long offset = 0;
      for (Object piece : captured.pieces()) {
        if (piece != null) {
          copier.add(piece, staging.memory(), offset);
          offset += PrimitiveArray.bytes(piece);
        }
      }
    }

    @Override
    Extent settled(long address) {
      return new Extent(block().name(), block().kind(), captured.bytes(), 0);
    }

    @Override
    Optional<Shape> shape(int blockId) {
      return block().kind() == BlockKind.HEAP_PIECES
          ? Optional.of(captured.shape(blockId))
          : Optional.empty();
    }

    @Override
    public void close() {
      super.close();
      captured = null;
      if (staging != null) {
        staging.close();
      }
    }
  }
}
