package io.ramshot.hooks;

import io.ramshot.SnapshotException;
import io.ramshot.boot.Gate;
import io.ramshot.text.Cause;
import java.lang.instrument.Instrumentation;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.bytebuddy.description.field.FieldDescription;
import net.bytebuddy.description.type.TypeDescription;

/**
 * One configured field with guest RAM: knows the objects, or the classes, that have it.
 *
 * <p>What the freeze calls takes no lock, because a thread that it has stopped may hold that.
 */
final class RamField {

  /** An object of the class, as long as the host has a use for it. */
  private static final class Holder extends WeakReference<Object> {
    final Field field;

    /** Whether the guest made it while it ran, and not the host at its start. */
    final boolean madeByGuest = Gate.isInside(Thread.currentThread());

    Holder(Object instance, Field field) {
      super(instance);
      this.field = field;
    }
  }

  /** Appended to until it is full; readers never see a half-written entry. */
  private static final class Holders {
    final Holder[] all;
    volatile int count;

    Holders(int room) {
      all = new Holder[room];
    }
  }

  /** The class of a static field. */
  private record Owner(Class<?> type, Field field, boolean initialised) {}

  private static final int LEAST_ROOM = 16;

  /** A constructor calls at most a few others of its class. */
  private static final int CONSTRUCTORS_DEEP = 8;

  private final RamSpec spec;
  private final Access access;

  /** The objects in its table that have the RAM, or null. */
  private final PartFields parts;

  private final ClassInitialization initialization;

  /** In the order of construction; replaced under the lock. */
  private volatile Holders holders = new Holders(LEAST_ROOM);

  private volatile List<Owner> owners = List.of();

  /** How many classes of this name have been loaded. */
  private volatile int loaded;

  /** {@link #loaded} when {@link #owners} was made. */
  private volatile int known;

  private volatile boolean isStatic;

  /** Whether several of the objects are older than the hooks, so that nobody knows their order. */
  private volatile boolean unordered;

  /** Why the field cannot be used, or null. */
  private volatile String problem;

  /** The newest class that an object came of, and its field. */
  private volatile Field newest;

  RamField(RamSpec spec, Access access, ClassInitialization initialization) {
    this.spec = spec;
    this.access = access;
    this.parts = spec.part() == null ? null : new PartFields(spec.part(), access);
    this.initialization = initialization;
  }

  RamSpec spec() {
    return spec;
  }

  /** Says that nobody knows in which order the objects were made. */
  void unordered() {
    unordered = true;
  }

  /** What gives blocks their names. */
  String site() {
    return unordered ? BlockNames.unordered(spec.site()) : spec.site();
  }

  /** The objects in its table that have the RAM, or null. */
  PartFields parts() {
    return parts;
  }

  /**
   * Looks at the class when its advice is put in.
   *
   * @return whether its objects are to be tracked
   */
  boolean loaded(TypeDescription type) {
    synchronized (this) {
      loaded++;
    }
    List<FieldDescription.InDefinedShape> fields = new ArrayList<>();
    for (TypeDescription at : Signatures.hierarchy(type)) {
      fields.addAll(at.getDeclaredFields());
    }
    for (FieldDescription.InDefinedShape field : fields) {
      if (field.getName().equals(spec.field())) {
        TypeDescription fieldType = field.getType().asErasure();
        isStatic = field.isStatic();
        problem =
            fieldType.isPrimitive() && !fieldType.represents(long.class)
                ? "ram=%s: %s %s cannot hold guest RAM: name a field with an array, an array of arrays, a buffer, a MemorySegment, or a long with an address"
                    .formatted(spec, fieldType.getActualName(), spec.field())
                : null;
        return problem == null && !isStatic;
      }
    }
    List<String> names =
        fields.stream().filter(f -> !f.isSynthetic()).map(FieldDescription::getName).toList();
    problem =
        "ram=%s: %s has no field %s%s"
            .formatted(
                spec,
                spec.className(),
                spec.field(),
                names.isEmpty()
                    ? ""
                    : "; nearest: "
                        + String.join(", ", Nearest.to(spec.field(), names, n -> n, 3)));
    return false;
  }

  boolean isLoaded() {
    return loaded > 0;
  }

  boolean isOfClass() {
    return isStatic;
  }

  /** Why the field cannot be used, or null. */
  String problem() {
    return problem;
  }

  /**
   * Remembers an object, once.
   *
   * @return what its field holds just now
   */
  Object constructed(Object instance) throws ReflectiveOperationException {
    Field field = field(Access.declaring(instance, spec.className()));
    synchronized (this) {
      if (!isAmongNewest(instance)) {
        append(new Holder(instance, field));
      }
    }
    return field.get(instance);
  }

  /** How many of the objects that are alive were made by the guest while it ran. */
  int madeByGuest() {
    Holders now = holders;
    int count = 0;
    for (int i = 0; i < now.count; i++) {
      if (now.all[i].madeByGuest && !now.all[i].refersTo(null)) {
        count++;
      }
    }
    return count;
  }

  private boolean isAmongNewest(Object instance) {
    Holders now = holders;
    for (int i = now.count - 1; i >= Math.max(0, now.count - CONSTRUCTORS_DEEP); i--) {
      if (now.all[i].refersTo(instance)) {
        return true;
      }
    }
    return false;
  }

  private void append(Holder holder) {
    Holders now = holders;
    if (now.count == now.all.length) {
      Holder[] living =
          Arrays.stream(now.all).filter(h -> !h.refersTo(null)).toArray(Holder[]::new);
      Holders more = new Holders(Math.max(LEAST_ROOM, 2 * living.length));
      System.arraycopy(living, 0, more.all, 0, living.length);
      more.count = living.length;
      now = more;
    }
    int count = now.count;
    now.all[count] = holder;
    now.count = count + 1;
    holders = now;
  }

  private Field field(Class<?> type) throws NoSuchFieldException {
    Field last = newest;
    if (last != null && last.getDeclaringClass() == type) {
      return last;
    }
    NoSuchFieldException missing = null;
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      try {
        Field field = access.to(at.getDeclaredField(spec.field()), at);
        newest = field;
        return field;
      } catch (NoSuchFieldException e) {
        missing = e;
      }
    }
    throw missing;
  }

  /** {@link #prepare}, if that would find anything new. */
  void refresh(Instrumentation instrumentation) throws ReflectiveOperationException {
    // A class is counted a moment before the JVM lists it.
    boolean late = known != loaded || owners.isEmpty() && loaded > 0;
    for (Owner owner : owners) {
      late |= !owner.initialised && initialization.isOver(owner.type);
    }
    if (late) {
      prepare(instrumentation);
    }
  }

  /** Before a freeze: finds the classes of a static field. */
  void prepare(Instrumentation instrumentation) throws ReflectiveOperationException {
    if (!isStatic || problem != null) {
      return;
    }
    int now = loaded;
    List<Owner> found = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (type.getName().equals(spec.className())) {
        Field field = field(type);
        if (Modifier.isStatic(field.getModifiers())) {
          found.add(new Owner(type, field, initialization.isOver(type)));
        }
      }
    }
    owners = found;
    known = now;
  }

  /**
   * What the fields hold just now, in an order that does not change: nulls and nothing for objects
   * that are gone. The freeze calls it.
   *
   * @throws SnapshotException if the field cannot be read
   */
  List<Object> values() throws SnapshotException {
    if (problem != null) {
      throw new SnapshotException(problem);
    }
    List<Object> values = new ArrayList<>();
    try {
      if (isStatic) {
        addStatics(values);
      } else {
        Holders now = holders;
        for (int i = 0; i < now.count; i++) {
          Object instance = now.all[i].get();
          if (instance != null) {
            values.add(now.all[i].field.get(instance));
          }
        }
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new SnapshotException("ram=" + spec + " cannot be read: " + Cause.text(e), e);
    }
    return values;
  }

  /** To read a static field of a class that is not initialised would initialise it. */
  private void addStatics(List<Object> values)
      throws SnapshotException, ReflectiveOperationException {
    boolean late = known != loaded;
    for (Owner owner : owners) {
      if (owner.initialised) {
        values.add(owner.field.get(null));
      } else {
        late |= initialization.isOver(owner.type);
      }
    }
    if (late) {
      throw new SnapshotException(
          "class " + spec.className() + " has only just been loaded: start the snapshot once more");
    }
  }
}
