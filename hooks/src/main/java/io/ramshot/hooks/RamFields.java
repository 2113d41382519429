package io.ramshot.hooks;

import io.ramshot.SnapshotException;
import io.ramshot.image.BlockKind;
import io.ramshot.table.RamTable;
import io.ramshot.text.Cause;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import net.bytebuddy.description.type.TypeDescription;

/**
 * The configured fields with guest RAM: tells the guest of arrays on the heap, and makes blocks of
 * the memory off the heap that the fields hold.
 */
final class RamFields {

  /** Told of guest RAM, and of tables of it. */
  private interface Visitor extends RamValue.Visitor {
    void table(RamTable table) throws SnapshotException;
  }

  private final List<RamField> fields;
  private final GuestRam ram;
  private final DirectBuffers buffers;
  private final Instrumentation instrumentation;
  private final RamTables tables;
  private final Consumer<String> warnings;

  RamFields(
      List<RamSpec> specs,
      GuestRam ram,
      Access access,
      Instrumentation instrumentation,
      RamTables tables,
      Consumer<String> warnings) {
    ClassInitialization initialization = specs.isEmpty() ? null : new ClassInitialization(access);
    this.fields = specs.stream().map(s -> new RamField(s, access, initialization)).toList();
    this.ram = ram;
    this.buffers = new DirectBuffers(access);
    this.instrumentation = instrumentation;
    this.tables = tables;
    this.warnings = warnings;
  }

  /**
   * Looks at a configured class when its advice is put in.
   *
   * @return whether its objects are to be tracked
   */
  boolean loaded(int index, TypeDescription type) {
    RamField field = fields.get(index);
    boolean tracked = field.loaded(type);
    if (field.problem() != null) {
      warnings.accept(field.problem());
    }
    return tracked;
  }

  /** Says that nobody knows in which order the objects of a configured class were made. */
  void unordered(int index) {
    fields.get(index).unordered();
  }

  /** Remembers an object, and makes blocks of known memory that it holds already. */
  void constructed(int index, Object instance) {
    RamField field = fields.get(index);
    try {
      visit(
          field,
          field.constructed(instance),
          new Visitor() {
            @Override
            public void heap(String suffix, Object array) {}

            @Override
            public void table(RamTable table) {}

            @Override
            public void offHeap(long address, Object holder) {
              ram.hold(address, field.site());
            }
          });
    } catch (ReflectiveOperationException | SnapshotException | RuntimeException e) {
      // Hosts replace what fields hold: what is wrong at the snapshot is told then.
      return;
    }
  }

  /**
   * Registers what fields hold off the heap by now, and drops what they do not hold any more.
   *
   * @throws SnapshotException if RAM that was named cannot be told
   */
  void prepare() throws SnapshotException {
    if (fields.isEmpty()) {
      return;
    }
    Set<Allocation> held = Collections.newSetFromMap(new IdentityHashMap<>());
    for (RamField field : fields) {
      try {
        field.prepare(instrumentation);
      } catch (ReflectiveOperationException e) {
        throw new SnapshotException("ram=" + field.spec() + " cannot be read: " + Cause.text(e), e);
      }
      RamTables.requireNamed(field);
      for (Object value : field.values()) {
        visit(
            field,
            value,
            new Visitor() {
              @Override
              public void heap(String suffix, Object array) {}

              @Override
              public void table(RamTable table) throws SnapshotException {
                RamTables.requireRestorable(field.spec(), table);
              }

              @Override
              public void offHeap(long address, Object holder) throws SnapshotException {
                held.add(hold(field, address, holder));
              }
            });
      }
    }
    ram.release(held::contains);
  }

  /**
   * What {@link #find} will tell, and blocks that {@link #prepare} will make, as far as neither has
   * done so yet: lengths in bytes, 0 for an array of pieces. Registers nothing, for names depend on
   * the order.
   */
  List<Long> toCome() {
    List<Long> lengths = new ArrayList<>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    boolean found = isFound();
    for (RamField field : fields) {
      try {
        field.refresh(instrumentation);
        for (Object value : field.values()) {
          visit(
              field,
              value,
              new Visitor() {
                @Override
                public void table(RamTable table) {
                  // Where it is no block of its own name, a restore may make it one.
                  boolean one = table.blocks().stream().anyMatch(b -> b.suffix().isEmpty());
                  if (seen.add(table.value()) && !(found && one)) {
                    lengths.add(0L);
                  }
                }

                @Override
                public void heap(String suffix, Object array) {
                  if (!found && seen.add(array)) {
                    lengths.add(bytes(array));
                  }
                }

                @Override
                public void offHeap(long address, Object holder) {
                  Allocation allocation = ram.isInBlock(address) ? null : ram.known(address);
                  if (allocation != null && seen.add(allocation)) {
                    lengths.add(allocation.length);
                  }
                }
              });
        }
      } catch (ReflectiveOperationException | SnapshotException | RuntimeException e) {
        // Still to come, or wrong: whoever needs it will say so.
        continue;
      }
    }
    return lengths;
  }

  /** 0 for pieces. */
  private static long bytes(Object array) {
    Class<?> element = array.getClass().getComponentType();
    if (!element.isPrimitive()) {
      return 0;
    }
    int elementBytes =
        switch (element.getName()) {
          case "long", "double" -> Long.BYTES;
          case "int", "float" -> Integer.BYTES;
          case "short", "char" -> Short.BYTES;
          default -> Byte.BYTES;
        };
    return (long) Array.getLength(array) * elementBytes;
  }

  private boolean isFound() {
    try {
      find();
      return true;
    } catch (SnapshotException | RuntimeException e) {
      return false;
    }
  }

  private void visit(RamField field, Object value, Visitor visitor) throws SnapshotException {
    Optional<RamTable> table = tables.of(field, value);
    if (table.isPresent()) {
      visitor.table(table.get());
    } else {
      RamValue.visit(field.spec(), value, visitor);
    }
  }

  /** How many fields were configured. */
  int count() {
    return fields.size();
  }

  /** The fields that hold no RAM just now, in the order of the options. */
  List<MissingRam> missing() {
    List<MissingRam> missing = new ArrayList<>();
    for (RamField field : fields) {
      try {
        List<Object> values = field.values();
        if (!hasRam(field, values)) {
          missing.add(missing(field, values.size()));
        }
      } catch (SnapshotException e) {
        // A snapshot is refused for it, with this message.
        continue;
      }
    }
    return missing;
  }

  /** Whether a field holds a table that a restore can fill, though nothing may be in it yet. */
  boolean anyTable() {
    boolean[] found = {false};
    for (RamField field : fields) {
      try {
        for (Object value : field.values()) {
          found[0] |= tables.of(field, value).isPresent();
        }
      } catch (SnapshotException e) {
        // A snapshot is refused for it, with this message.
        continue;
      }
    }
    return found[0];
  }

  private boolean hasRam(RamField field, List<Object> values) throws SnapshotException {
    boolean[] found = {false};
    Visitor visitor =
        new Visitor() {
          @Override
          public void table(RamTable table) {
            found[0] |= !table.isEmpty();
          }

          @Override
          public void heap(String suffix, Object array) {
            found[0] = true;
          }

          @Override
          public void offHeap(long address, Object holder) {
            found[0] = true;
          }
        };
    for (Object value : values) {
      visit(field, value, visitor);
    }
    return found[0];
  }

  private static MissingRam missing(RamField field, int holders) {
    String option = "ram=" + field.spec();
    String name = field.spec().className();
    if (!field.isLoaded()) {
      return MissingRam.ofClass(option, name);
    }
    return new MissingRam(
        option,
        holders == 1
            ? "the field is empty"
            : holders > 1
                ? "the fields of " + holders + " are empty"
                : field.isOfClass()
                    ? "class " + name + " is not initialised"
                    : "no object of " + name + " is alive that was made since ramshot came",
        null);
  }

  private Allocation hold(RamField field, long address, Object holder) throws SnapshotException {
    Allocation allocation = ram.hold(address, field.site());
    if (allocation == null && holder instanceof Buffer buffer) {
      // Smaller than what is looked at, or from before ramshot came.
      BlockKind kind = buffers.kind(buffer);
      if (kind != null) {
        ram.adopt(buffers.root(buffer), kind, true);
        allocation = ram.hold(address, field.site());
      }
    }
    if (allocation == null || !ram.isInBlock(address)) {
      throw new SnapshotException(
          String.format(
              "ram=%s holds 0x%x, which is in no memory that ramshot knows: it may be smaller than"
                  + " ram.min (%d bytes), from before ramshot was attached, or mapped by native"
                  + " code (see ram.native)",
              field.spec(), address, ram.minimum()));
    }
    return allocation;
  }

  /** Takes no lock, and loads no class once {@link #prepare} has been there. */
  Map<String, Object> find() throws SnapshotException {
    Map<String, Object> found = new LinkedHashMap<>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (RamField field : fields) {
      int number = 0;
      for (Object value : field.values()) {
        Finder finder = new Finder(field, number + 1, found, seen);
        visit(field, value, finder);
        if (finder.any) {
          number++;
        }
      }
    }
    return found;
  }

  /** Names what one object holds on the heap, and checks that the rest is in a block. */
  private final class Finder implements Visitor {
    private final RamField field;
    private final int number;
    private final Map<String, Object> found;
    private final Set<Object> seen;
    private boolean any;

    Finder(RamField field, int number, Map<String, Object> found, Set<Object> seen) {
      this.field = field;
      this.number = number;
      this.found = found;
      this.seen = seen;
    }

    @Override
    public void table(RamTable table) {
      if (seen.add(table.value())) {
        found.put(field.site() + "#" + number, table);
        any = true;
      }
    }

    @Override
    public void heap(String suffix, Object array) {
      if (seen.add(array)) {
        found.put(field.site() + "#" + number + suffix, array);
        any = true;
      }
    }

    @Override
    public void offHeap(long address, Object holder) throws SnapshotException {
      if (!ram.isInBlock(address)) {
        throw new SnapshotException(
            "ram="
                + field.spec()
                + " holds other memory than before: start the snapshot once more");
      }
    }
  }
}
