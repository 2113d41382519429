package io.ramshot.hooks;

import io.ramshot.boot.Allocations;
import io.ramshot.hooks.MemoryMap.Span;
import io.ramshot.image.BlockKind;
import io.ramshot.uffd.GuestMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Keeps account of native memory that is, or may turn out to be, guest RAM, and registers blocks on
 * the guest.
 *
 * <p>Blocks are registered and unregistered without a lock held: both may take long.
 */
final class GuestRam implements Allocations.Sink {

  private final GuestView guest;
  private final RamFilter filter;
  private final boolean fields;
  private final long minimum;
  private final long pageBytes;
  private final Consumer<String> warnings;
  private final BlockNames names = new BlockNames();
  private final NativeViews views = new NativeViews(this::collected);

  /** By address, none overlapping another; its lock guards every allocation's fields too. */
  private final TreeMap<Long, Allocation> live = new TreeMap<>();

  /** Memory inside {@code allocateDirect} or an arena, which the host does not have yet. */
  private final Map<Thread, Allocation> unwrapped = new ConcurrentHashMap<>();

  /** Whether an arena tells which segment it made; see {@link ArenaAdvice}. */
  private volatile boolean segmentsWrapped;

  /** The memory of all blocks, sorted: address and end in turn. Never changed in place. */
  private volatile long[] blocks = {};

  /**
   * @param pageBytes of this machine
   */
  GuestRam(GuestView guest, HookOptions options, long pageBytes, Consumer<String> warnings) {
    this.guest = guest;
    this.filter = new RamFilter(options);
    this.fields = !options.ram().isEmpty();
    this.minimum = options.ramMin();
    this.pageBytes = pageBytes;
    this.warnings = warnings;
  }

  /** Says that {@link #wrapped} follows when an arena allocates. */
  void segmentsAreWrapped() {
    segmentsWrapped = true;
  }

  @Override
  public void allocated(long address, long bytes) {
    try {
      // Left by an allocateDirect that failed, or whose buffer is smaller than its memory.
      unwrapped.remove(Thread.currentThread());
      AllocationSite site = filter.site().orElse(null);
      if (site == null || !(site.guestRam() || fields)) {
        return;
      }
      Allocation allocation = new Allocation(address, bytes, site);
      add(allocation);
      if (site.kind() == BlockKind.DIRECT || site.kind() == BlockKind.SEGMENT && segmentsWrapped) {
        unwrapped.put(Thread.currentThread(), allocation);
      } else if (site.guestRam()) {
        register(allocation, site.className());
      }
    } catch (Throwable t) {
      warn("an allocation of " + bytes + " bytes was missed", t);
    }
  }

  @Override
  public void wrapped(Object memory) {
    try {
      Allocation allocation = unwrapped.remove(Thread.currentThread());
      if (allocation != null) {
        allocation.wrap(memory);
        if (allocation.site.guestRam()) {
          register(allocation, allocation.site.className());
        }
      }
    } catch (Throwable t) {
      warn("memory that the guest has just allocated was missed", t);
    }
  }

  @Override
  public void mapped(Object memory) {
    try {
      AllocationSite site = filter.site().orElse(null);
      if (site != null && (site.guestRam() || fields)) {
        addMapping(memory, site);
      }
    } catch (Throwable t) {
      warn("a mapped file was missed", t);
    }
  }

  private void addMapping(Object memory, AllocationSite site) {
    Allocation part = new Allocation(0, 0, site);
    part.wrap(memory);
    // Files are mapped by whole pages, and unmapped by the address of the first.
    long address = part.start & -pageBytes;
    Allocation allocation = new Allocation(address, part.start + part.length - address, site);
    allocation.wrap(memory);
    add(allocation);
    if (site.guestRam()) {
      register(allocation, site.className());
    }
  }

  @Override
  public void viewed(ByteBuffer buffer) {
    try {
      AllocationSite site = filter.site().orElse(null);
      if (site != null && (site.guestRam() || fields)) {
        addView(buffer, site);
      }
    } catch (Throwable t) {
      warn("a buffer of " + buffer.capacity() + " bytes over native memory was missed", t);
    }
  }

  private void addView(ByteBuffer buffer, AllocationSite site) {
    long address = GuestMemory.addressOf(buffer);
    long bytes = buffer.capacity();
    if (address == 0) {
      return;
    }
    synchronized (live) {
      Allocation at = around(address, bytes);
      if (at != null) {
        // A view of what is known; the memory of others that it is all of lives with it.
        if (at.views > 0 && at.address == address && at.bytes == bytes) {
          at.views++;
          views.watch(buffer, at);
        }
        return;
      }
    }
    Allocation allocation = new Allocation(address, bytes, site);
    allocation.wrap(buffer);
    allocation.views = 1;
    add(allocation);
    views.watch(buffer, allocation);
    if (site.guestRam()) {
      register(allocation, site.className());
    }
  }

  /** One of the buffers over native memory is gone. */
  private void collected(Allocation allocation) {
    synchronized (live) {
      if (--allocation.views > 0) {
        return;
      }
    }
    forget(allocation);
  }

  @Override
  public Object freeing(long address) {
    Allocation allocation;
    synchronized (live) {
      allocation = live.get(address);
    }
    return allocation == null || !forget(allocation) ? null : allocation;
  }

  /**
   * Waits until a snapshot has no more use for the memory.
   *
   * @return false if it was forgotten before
   */
  private boolean forget(Allocation allocation) {
    Runnable unregister;
    synchronized (live) {
      if (!live.remove(allocation.address, allocation)) {
        return false;
      }
      publish();
      unregister = allocation.unregister;
      allocation.unregister = null;
    }
    unwrapped.values().remove(allocation);
    if (unregister != null) {
      unregister(allocation, unregister);
    }
    return true;
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
      allocation.held = old.held;
      add(allocation);
      if (old.name != null) {
        registerAs(allocation, names.retake(old.name));
      }
    } catch (Throwable t) {
      warn("a reallocation of " + bytes + " bytes was missed", t);
    }
  }

  /**
   * Makes the allocation around an address a block, because a field holds it.
   *
   * @param site gives the block its name
   * @return the allocation, or null if none is known that holds the address
   */
  Allocation hold(long address, String site) {
    Allocation allocation;
    synchronized (live) {
      allocation = around(address, 1);
      if (allocation == null || allocation.name != null) {
        return allocation;
      }
      allocation.held = true;
    }
    register(allocation, site);
    return allocation;
  }

  /** The known allocation that an address is in, or null; becomes no block by that. */
  Allocation known(long address) {
    synchronized (live) {
      return around(address, 1);
    }
  }

  /** Takes out the blocks that were held by fields only, and are not any more. */
  void release(Predicate<Allocation> stillHeld) {
    List<Allocation> released;
    synchronized (live) {
      released =
          live.values().stream()
              .filter(a -> a.held && a.unregister != null && !stillHeld.test(a))
              .toList();
    }
    for (Allocation allocation : released) {
      Runnable unregister = allocation.unregister;
      if (unregister == null) {
        continue;
      }
      // A free that comes now waits as this does, so the block keeps its undo until it is out.
      unregister.run();
      synchronized (live) {
        if (allocation.unregister != null) {
          allocation.unregister = null;
          allocation.held = false;
          names.release(allocation.name);
          allocation.name = null;
          publish();
        }
      }
    }
  }

  /** Whether an address is in a block just now. Takes no lock. */
  boolean isInBlock(long address) {
    long[] bounds = blocks;
    for (int i = 0; i < bounds.length; i += 2) {
      if (bounds[i] <= address && address < bounds[i + 1]) {
        return true;
      }
    }
    return false;
  }

  /**
   * Registers memory that native code has mapped.
   *
   * @return null if it overlaps what is known
   */
  Allocation addNative(long address, long bytes, String site) {
    Allocation allocation =
        new Allocation(address, bytes, new AllocationSite(site, true, BlockKind.NATIVE));
    synchronized (live) {
      Allocation below = overlapping(address, bytes);
      if (below != null && below.views == 0) {
        return null;
      }
    }
    add(allocation);
    register(allocation, site);
    return allocation;
  }

  /** As {@link #addNative}, under a name that was in use before. */
  Allocation addAgain(Allocation old) {
    Allocation allocation = new Allocation(old.address, old.bytes, old.site);
    add(allocation);
    registerAs(allocation, names.retake(old.name));
    return allocation;
  }

  /** Takes a block of native memory out; waits for a snapshot that holds it. */
  boolean remove(Allocation allocation) {
    return forget(allocation);
  }

  /** Known memory whose end nobody announces: what native code mapped, and buffers over it. */
  List<Allocation> unannounced() {
    synchronized (live) {
      return live.values().stream().filter(a -> a.views > 0).toList();
    }
  }

  /** The parts of memory that no known allocation has, by address. */
  List<Span> unknown(Span span) {
    List<Span> parts = new ArrayList<>();
    long start = span.start();
    synchronized (live) {
      Long first = live.floorKey(span.start());
      for (Allocation known : live.tailMap(first == null ? span.start() : first).values()) {
        if (known.address >= span.end()) {
          break;
        }
        if (known.address > start) {
          parts.add(new Span(start, known.address));
        }
        start = Math.max(start, known.address + known.bytes);
      }
    }
    if (start < span.end()) {
      parts.add(new Span(start, span.end()));
    }
    return parts;
  }

  /**
   * Takes account of memory whose allocation was not seen. Its site is unknown.
   *
   * @param buffer owns its memory, or a mapping, or is a view of native memory
   * @param ordered whether its place among others is known
   */
  void adopt(ByteBuffer buffer, BlockKind kind, boolean ordered) {
    String name = ByteBuffer.class.getName();
    AllocationSite site = filter.unknownSite(ordered ? name : BlockNames.unordered(name), kind);
    long address = GuestMemory.addressOf(buffer);
    synchronized (live) {
      if (around(address, buffer.capacity()) != null) {
        return;
      }
    }
    switch (kind) {
      case MAPPED -> addMapping(buffer, site);
      case NATIVE -> addView(buffer, site);
      default -> {
        Allocation allocation = new Allocation(address, buffer.capacity(), site);
        allocation.wrap(buffer);
        add(allocation);
        if (site.guestRam()) {
          register(allocation, site.className());
        }
      }
    }
  }

  /** The smallest memory that is looked at, in bytes. */
  long minimum() {
    return minimum;
  }

  /** Takes all blocks out; waits for a snapshot that holds them. */
  void close() {
    List<Allocation> all;
    synchronized (live) {
      all = List.copyOf(live.values());
    }
    all.forEach(this::forget);
    views.close();
  }

  /** The known allocation that holds all of this memory, or null. */
  private Allocation around(long address, long bytes) {
    Map.Entry<Long, Allocation> entry = live.floorEntry(address);
    return entry != null && entry.getValue().holds(address, bytes) ? entry.getValue() : null;
  }

  private Allocation overlapping(long address, long bytes) {
    Map.Entry<Long, Allocation> entry = live.lowerEntry(address + bytes);
    return entry != null && entry.getValue().overlaps(address, bytes) ? entry.getValue() : null;
  }

  /** What was there before is gone: its end was not announced. */
  private void add(Allocation allocation) {
    while (true) {
      Allocation old;
      synchronized (live) {
        old = overlapping(allocation.address, allocation.bytes);
        if (old == null) {
          live.put(allocation.address, allocation);
          publish();
          return;
        }
      }
      forget(old);
    }
  }

  private void publish() {
    long[] addresses = new long[live.size()];
    List<Allocation> registered = new ArrayList<>();
    int i = 0;
    for (Allocation allocation : live.values()) {
      addresses[i++] = allocation.address;
      if (allocation.unregister != null) {
        registered.add(allocation);
      }
    }
    long[] bounds = new long[2 * registered.size()];
    for (int k = 0; k < registered.size(); k++) {
      bounds[2 * k] = registered.get(k).start;
      bounds[2 * k + 1] = registered.get(k).start + registered.get(k).length;
    }
    Allocations.track(addresses);
    blocks = bounds;
  }

  private void register(Allocation allocation, String site) {
    registerAs(allocation, names.take(site));
  }

  private void registerAs(Allocation allocation, String name) {
    synchronized (live) {
      if (allocation.name != null) {
        names.release(name);
        return;
      }
      allocation.name = name;
    }
    Runnable unregister;
    try {
      unregister =
          allocation.kind() == BlockKind.DIRECT && allocation.owner() instanceof ByteBuffer buffer
              ? guest.register(name, buffer)
              : guest.register(
                  name, allocation.kind(), allocation.start, allocation.length, allocation.owner());
    } catch (RuntimeException e) {
      names.release(name);
      synchronized (live) {
        allocation.name = null;
      }
      warn(
          allocation.bytes + " bytes of " + allocation.site.className() + " are not in checkpoints",
          e);
      return;
    }
    synchronized (live) {
      if (live.get(allocation.address) == allocation) {
        allocation.unregister = unregister;
        publish();
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
