package io.ramshot;

import io.ramshot.image.Image;
import io.ramshot.uffd.EngineException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The freeze around a restore into a guest that may run: its vCPUs stand still from before anything
 * is changed until all is right. Should it fail with RAM changed in part, they stay so: until
 * another restore succeeds, or the host thaws them.
 */
final class RestoreFreeze {
  private final Guest guest;
  private final AtomicBoolean underWay = new AtomicBoolean();

  /** Frozen still, by a restore that failed halfway; or null. */
  private volatile Vcpus kept;

  RestoreFreeze(Guest guest) {
    this.guest = guest;
  }

  /**
   * @throws SnapshotException if a restore is under way
   */
  void requireNone() throws SnapshotException {
    if (underWay.get()) {
      throw new SnapshotException("the guest is being restored: wait until that is over");
    }
  }

  /**
   * @throws SnapshotException as {@link Guest#restore(Image, RestoreOptions)}
   */
  RestoredRam restore(Image image, RestoreOptions options) throws SnapshotException {
    while (!underWay.compareAndSet(false, true)) {
      requireNone();
    }
    try {
      guest.requireNoSnapshot();
      HostCall call = new HostCall();
      guest.prepareSources(call);
      guest.awaitRestored();
      return frozen(image, options, call);
    } finally {
      underWay.set(false);
    }
  }

  private RestoredRam frozen(Image image, RestoreOptions options, HostCall call)
      throws SnapshotException {
    Restore restore = new Restore(image, options);
    Vcpus vcpus = guest.vcpus();
    if (kept != vcpus) {
      freeze(vcpus);
    }
    boolean right = false;
    try {
      HeapBlocks heap = guest.heap(call);
      if (vcpus == Vcpus.NONE) {
        requireAtRest(guest.allBlocks(heap.present()));
      }
      TableMatch tables = TableMatch.of(image, guest.allBlocks(List.of()), heap);
      RestoredRam restored = restore.apply(tables, guest.participants());
      right = true;
      return restored;
    } finally {
      kept = right || !restore.hasBegun() ? null : vcpus;
      if (kept == null) {
        vcpus.thaw();
      }
    }
  }

  private static void freeze(Vcpus vcpus) throws SnapshotException {
    try {
      vcpus.freeze(SnapshotOptions.DEFAULTS.freezeTimeout());
    } catch (SnapshotException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      vcpus.thaw();
      throw new SnapshotException("the vCPUs could not be frozen (" + e + ")", e);
    }
  }

  /** Nobody stops the vCPUs of such a guest, so somebody else must have. */
  private static void requireAtRest(List<Block> blocks) throws SnapshotException {
    Optional<String> changing;
    try {
      changing = WriteWatch.changing(blocks);
    } catch (EngineException e) {
      throw new SnapshotException(e.getMessage(), e);
    }
    if (changing.isPresent()) {
      throw new SnapshotException(
          "block "
              + changing.get()
              + " is being written to, so a vCPU runs, and would go on with other registers than"
              + " its RAM has: say how vCPUs are stopped by guest.vcpus(...), or stop them first");
    }
  }
}
