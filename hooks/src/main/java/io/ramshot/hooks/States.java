package io.ramshot.hooks;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import net.bytebuddy.description.type.TypeDescription;

/** The configured classes with state: keeps a participant on the guest for each living object. */
final class States implements FieldLinks {

  /** An object and its participant. */
  private static final class Entry extends WeakReference<Object> {
    final Kind kind;
    StateParticipant participant;

    Entry(Object instance, Kind kind, ReferenceQueue<Object> queue) {
      super(instance, queue);
      this.kind = kind;
    }
  }

  /** What became of one {@link StateSpec}. */
  private static final class Kind {
    final StateSpec spec;
    boolean loaded;
    boolean found;
    int created;
    StateParticipant ofStatic;

    /** Read without a lock in the freeze: a thread that is suspended may hold it. */
    final List<Entry> entries = new CopyOnWriteArrayList<>();

    Kind(StateSpec spec) {
      this.spec = spec;
    }
  }

  private final List<Kind> kinds;
  private final GuestView guest;
  private final Access access;
  private final Predicate<String> isRam;
  private final RamNames ramNames;
  private final Consumer<String> warnings;
  private final FieldArrays arrays = new FieldArrays();
  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

  /** Objects whose state is being saved. */
  private volatile List<Object> pinned = List.of();

  /**
   * @param isRam tells fields that hold guest RAM, as {@code class#field}
   * @param ramNames the guest's arrays on the heap
   */
  States(
      List<StateSpec> specs,
      GuestView guest,
      Access access,
      Predicate<String> isRam,
      RamNames ramNames,
      Consumer<String> warnings) {
    this.kinds = specs.stream().map(Kind::new).toList();
    this.guest = guest;
    this.access = access;
    this.isRam = isRam;
    this.ramNames = ramNames;
    this.warnings = warnings;
  }

  /**
   * Looks at a configured class when its advice is put in.
   *
   * @return whether its objects are to be tracked
   */
  synchronized boolean loaded(int index, TypeDescription type, ClassLoader loader) {
    Kind kind = kinds.get(index);
    kind.loaded = true;
    if (kind.spec.isFields()) {
      kind.found = true;
      return true;
    }
    StateMethods methods;
    try {
      methods = StateMethods.find(type, kind.spec);
    } catch (NoSuchMethodException e) {
      // Its participants will say so again, and fail the snapshot: it would lack their state.
      warnings.accept(e.getMessage());
      return true;
    }
    kind.found = true;
    if (methods.areStatic()) {
      if (kind.ofStatic == null) {
        kind.ofStatic =
            StateParticipant.ofStatic(kind.spec.className(), kind.spec, this::state, loader);
        guest.add(kind.ofStatic);
      }
      return false;
    }
    return true;
  }

  /** Adds a participant for an object, unless it has one. */
  synchronized void constructed(int index, Object instance) {
    removeCollected();
    Kind kind = kinds.get(index);
    List<Entry> entries = kind.entries;
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).refersTo(instance)) {
        return;
      }
    }
    Entry entry = new Entry(instance, kind, collected);
    String name = kind.spec.className() + "#" + (kind.created + 1);
    entry.participant = StateParticipant.of(name, kind.spec, this::state, entry);
    guest.add(entry.participant);
    kind.created++;
    entries.add(entry);
  }

  private HostState state(String name, StateSpec spec, Class<?> type) throws Exception {
    return spec.isFields()
        ? new FieldState(name, spec, type, access, isRam, this, arrays, warnings)
        : new MethodState(spec, type, access);
  }

  @Override
  public String participantOf(Object object) {
    for (Kind kind : kinds) {
      for (Entry entry : kind.entries) {
        if (entry.refersTo(object)) {
          return entry.participant.name();
        }
      }
    }
    return null;
  }

  @Override
  public Object participant(String name) {
    for (Kind kind : kinds) {
      for (Entry entry : kind.entries) {
        if (entry.participant.name().equals(name)) {
          return entry.get();
        }
      }
    }
    return null;
  }

  @Override
  public String ramOf(Object array) {
    return ramNames.nameOf(array);
  }

  @Override
  public Object ram(String name) {
    return ramNames.array(name);
  }

  @Override
  public void refresh() {
    ramNames.refresh();
  }

  @Override
  public RamPlace placeOf(long address) {
    return guest.placeOf(address);
  }

  @Override
  public Long addressOf(String ram) {
    return guest.addressOf(ram);
  }

  private void removeCollected() {
    for (Object reference; (reference = collected.poll()) != null; ) {
      Entry entry = (Entry) reference;
      if (entry.kind.entries.remove(entry)) {
        guest.remove(entry.participant);
      }
    }
  }

  /** Keeps all objects alive until {@link #unpin}. */
  synchronized void pin() {
    removeCollected();
    List<Object> living = new ArrayList<>();
    for (Kind kind : kinds) {
      for (Entry entry : kind.entries) {
        Object instance = entry.get();
        if (instance != null) {
          living.add(instance);
        } else if (kind.entries.remove(entry)) { // collected, and not in the queue yet
          guest.remove(entry.participant);
        }
      }
    }
    pinned = living;
    arrays.clearSaved(); /* what a freeze has left that was given up */
  }

  /** Takes no lock: a thaw never waits. */
  void unpin() {
    arrays.clearSaved();
    pinned = List.of();
  }

  synchronized List<StateInfo> infos() {
    removeCollected();
    return kinds.stream()
        .map(
            k ->
                new StateInfo(
                    k.spec, k.loaded, k.found, k.entries.size() + (k.ofStatic == null ? 0 : 1)))
        .toList();
  }

  synchronized void close() {
    for (Kind kind : kinds) {
      kind.entries.forEach(e -> guest.remove(e.participant));
      kind.entries.clear();
      if (kind.ofStatic != null) {
        guest.remove(kind.ofStatic);
        kind.ofStatic = null;
      }
    }
    unpin();
  }
}
