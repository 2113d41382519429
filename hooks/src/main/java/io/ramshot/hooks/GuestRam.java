package io.ramshot.hooks;

import io.ramshot.boot.Allocations;
import io.ramshot.image.BlockKind;
import io.ramshot.uffd.GuestMemory;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Keeps account of native memory that is, or may turn out to be, guest RAM, and registers blocks on
 * the guest.
 *
 * <p>Blocks are registered and unregistered without a lock held: both may take long.
 */
final class GuestRam implements Allocations.Sink {

  /** Memory between its allocation and its free. */
  private static final class Allocation {
    final long address;
    final long bytes;
    final AllocationSite site;

    /** Set by its allocating thread, or under the table's lock. */
    volatile WeakReference<ByteBuffer> buffer;

    /** The block's name once it is a block. */
    String name;

    /** Takes the block out; null until it is registered. */
    Runnable unregister;

    Allocation(long address, long bytes, AllocationSite site) {
      this.address = address;
      this.bytes = bytes;
      this.site = site;
    }
  }

  private final GuestView guest;
  private final RamFilter filter;
  private final boolean holders;
  private final Consumer<String> warnings;
  private final BlockNames names = new BlockNames();

  /** By address; its lock guards every allocation's fields too. */
  private final TreeMap<Long, Allocation> live = new TreeMap<>();

  /** Memory inside {@code allocateDirect}, which has no buffer yet. */
  private final Map<Thread, Allocation> unwrapped = new ConcurrentHashMap<>();

  GuestRam(GuestView guest, HookOptions options, Consumer<String> warnings) {
    this.guest = guest;
    this.filter = new RamFilter(options);
    this.holders = !options.ramHolders().isEmpty();
    this.warnings = warnings;
  }

  @Override
  public void allocated(long address, long bytes) {
    try {
      // Left by an allocateDirect that failed, or whose buffer is smaller than its memory.
      unwrapped.remove(Thread.currentThread());
      AllocationSite site = filter.site().orElse(null);
      if (site == null || !(site.guestRam() || holders)) {
        return;
      }
      Allocation allocation = new Allocation(address, bytes, site);
      add(allocation);
      if (site.direct()) {
        unwrapped.put(Thread.currentThread(), allocation);
      } else if (site.guestRam()) {
        register(allocation, site.className());
      }
    } catch (Throwable t) {
      warn("an allocation of " + bytes + " bytes was missed", t);
    }
  }

  @Override
  public void wrapped(ByteBuffer buffer) {
    try {
      Allocation allocation = unwrapped.remove(Thread.currentThread());
      if (allocation != null) {
        allocation.buffer = new WeakReference<>(buffer);
        if (allocation.site.guestRam()) {
          register(allocation, allocation.site.className());
        }
      }
    } catch (Throwable t) {
      warn("a direct buffer of " + buffer.capacity() + " bytes was missed", t);
    }
  }

  @Override
  public Object freeing(long address) {
    Allocation allocation;
    Runnable unregister;
    synchronized (live) {
      allocation = live.remove(address);
      if (allocation == null) {
        return null;
      }
      publish();
      unregister = allocation.unregister;
      allocation.unregister = null;
    }
    unwrapped.values().remove(allocation);
    if (unregister != null) {
      unregister(allocation, unregister);
    }
    return allocation;
  }

  @Override
  public void reallocated(Object freed, long address, long bytes) {
    Allocation old = (Allocation) freed;
    if (old == null) {
      allocated(address, bytes);
      return;
    }
    try {
      // A block stays a block, under its name, whoever grows it.
      Allocation allocation =
          address == 0
              ? new Allocation(old.address, old.bytes, old.site)
              : new Allocation(address, bytes, old.site);
      add(allocation);
      if (old.name != null) {
        register(allocation, BlockNames.site(old.name));
      }
    } catch (Throwable t) {
      warn("a reallocation of " + bytes + " bytes was missed", t);
    }
  }

  /**
   * Makes the allocation around an address a block.
   *
   * @param site gives the block its name
   * @return false if no known allocation holds the address
   */
  boolean hold(long address, String site) {
    Allocation allocation;
    synchronized (live) {
      Map.Entry<Long, Allocation> entry = live.floorEntry(address);
      if (entry == null || address - entry.getKey() >= entry.getValue().bytes) {
        return false;
      }
      allocation = entry.getValue();
      if (allocation.name != null) {
        return true;
      }
    }
    register(allocation, site);
    return true;
  }

  /** Takes account of a buffer whose allocation was not seen. Its site is unknown. */
  void adopt(ByteBuffer buffer) {
    long address = GuestMemory.addressOf(buffer);
    AllocationSite site = filter.unknownSite();
    Allocation allocation = new Allocation(address, buffer.capacity(), site);
    allocation.buffer = new WeakReference<>(buffer);
    synchronized (live) {
      if (live.containsKey(address)) {
        return;
      }
    }
    add(allocation);
    if (site.guestRam()) {
      register(allocation, site.className());
    }
  }

  /** Takes all blocks out; waits for a snapshot that holds them. */
  void close() {
    List<Long> addresses;
    synchronized (live) {
      addresses = new ArrayList<>(live.keySet());
    }
    addresses.forEach(this::freeing);
  }

  private void add(Allocation allocation) {
    synchronized (live) {
      live.put(allocation.address, allocation);
      publish();
    }
  }

  private void publish() {
    long[] addresses = new long[live.size()];
    int i = 0;
    for (long address : live.keySet()) {
      addresses[i++] = address;
    }
    Allocations.track(addresses);
  }

  private void register(Allocation allocation, String site) {
    String name = names.take(site);
    synchronized (live) {
      if (allocation.name != null) {
        names.release(name);
        return;
      }
      allocation.name = name;
    }
    Runnable unregister;
    try {
      ByteBuffer buffer = allocation.buffer == null ? null : allocation.buffer.get();
      unregister =
          buffer != null
              ? guest.register(name, buffer)
              : guest.register(name, BlockKind.UNSAFE, allocation.address, allocation.bytes, null);
    } catch (RuntimeException e) {
      names.release(name);
      synchronized (live) {
        allocation.name = null;
      }
      warn(allocation.bytes + " bytes of " + site + " are not in checkpoints", e);
      return;
    }
    synchronized (live) {
      if (live.get(allocation.address) == allocation) {
        allocation.unregister = unregister;
        return;
      }
    }
    // Freed meanwhile, by another thread.
    unregister(allocation, unregister);
  }

  private void unregister(Allocation allocation, Runnable unregister) {
    try {
      unregister.run();
    } catch (RuntimeException e) {
      warn("block " + allocation.name + " could not be taken out before it is freed", e);
    } finally {
      names.release(allocation.name);
    }
  }

  private void warn(String what, Throwable cause) {
    warnings.accept(what + ": " + cause);
  }
}
