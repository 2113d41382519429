package io.ramshot.hooks;

import io.ramshot.Guest;
import io.ramshot.Participant;
import io.ramshot.RamSource;
import io.ramshot.SnapshotException;
import io.ramshot.image.BlockKind;
import io.ramshot.table.RamTable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Remembers what hooks register, and what they say to the user. */
final class FakeGuest implements GuestView {

  /** What was registered; address is 0 for buffers. */
  record Registered(BlockKind kind, long address, long length, ByteBuffer buffer) {}

  private final Map<String, Registered> blocks = new TreeMap<>();
  private final List<RamSource> sources = new ArrayList<>();
  private final List<Participant> participants = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /** Run by whoever unregisters a block. */
  volatile Runnable onUnregister = () -> {};

  /** RAM on the heap. */
  final Map<String, Object> heapRam = new TreeMap<>();

  @Override
  public Map<String, Object> heapRam() {
    return heapRam;
  }

  @Override
  public synchronized boolean hasRam() {
    return !blocks.isEmpty() || !heapRam.isEmpty();
  }

  /** What adapters get. */
  volatile Guest guest;

  @Override
  public Guest guest() {
    if (guest == null) {
      throw new IllegalStateException("no guest");
    }
    return guest;
  }

  /** Where a block {@code ram} of a page is, outside the heap; 0 for nowhere. */
  volatile long ramAddress;

  @Override
  public RamPlace placeOf(long address) {
    long offset = address - ramAddress;
    return ramAddress != 0 && offset >= 0 && offset < 4096 ? new RamPlace("ram", offset) : null;
  }

  @Override
  public Long addressOf(String block) {
    return ramAddress == 0 || !block.equals("ram") ? null : ramAddress;
  }

  @Override
  public Runnable register(String name, ByteBuffer buffer) {
    return put(name, new Registered(BlockKind.DIRECT, 0, buffer.capacity(), buffer));
  }

  @Override
  public Runnable register(String name, BlockKind kind, long address, long length, Object owner) {
    return put(name, new Registered(kind, address, length, null));
  }

  @Override
  public synchronized void add(RamSource source) {
    sources.add(source);
  }

  @Override
  public synchronized void remove(RamSource source) {
    sources.remove(source);
  }

  /** What the sources find on the heap, as at the beginning of a snapshot. */
  Map<String, Object> heap() throws SnapshotException {
    List<RamSource> all;
    synchronized (this) {
      all = List.copyOf(sources);
    }
    for (RamSource source : all) {
      source.prepare();
    }
    return frozenHeap();
  }

  /** What the sources find on the heap, as in the freeze. */
  Map<String, Object> frozenHeap() throws SnapshotException {
    Map<String, Object> found = new LinkedHashMap<>();
    for (RamSource source : List.copyOf(sources)) {
      for (Map.Entry<String, Object> entry : source.find().entrySet()) {
        if (entry.getValue() instanceof RamTable table) {
          table.blocks().forEach(b -> found.put(entry.getKey() + b.suffix(), value(b)));
        } else {
          found.put(entry.getKey(), entry.getValue());
        }
      }
    }
    return found;
  }

  private static Object value(RamTable.Part block) {
    return block.pieces() ? block.value() : block.arrays()[0];
  }

  private synchronized Runnable put(String name, Registered block) {
    if (blocks.putIfAbsent(name, block) != null) {
      throw new IllegalArgumentException(name + " is taken");
    }
    return () -> {
      onUnregister.run();
      remove(name);
    };
  }

  private synchronized void remove(String name) {
    blocks.remove(name);
  }

  @Override
  public synchronized void add(Participant participant) {
    participants.add(participant);
  }

  @Override
  public synchronized void remove(Participant participant) {
    participants.remove(participant);
  }

  synchronized void warn(String warning) {
    warnings.add(warning);
  }

  synchronized Map<String, Registered> blocks() {
    return new TreeMap<>(blocks);
  }

  synchronized List<Participant> participants() {
    return List.copyOf(participants);
  }

  synchronized List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Lets buffers go, which a block of the real guest does not hold while no snapshot runs. */
  synchronized void forgetBuffers() {
    blocks.replaceAll((n, b) -> new Registered(b.kind(), b.address(), b.length(), null));
  }
}
