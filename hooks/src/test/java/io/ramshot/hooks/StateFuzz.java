package io.ramshot.hooks;

import com.example.Console;
import com.example.Processor;
import io.ramshot.hooks.fields.FieldCodes;
import io.ramshot.testing.Frugal;
import io.ramshot.testing.Outcomes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fuzzes participants' states as they are consumed: fields of an object, and object streams. A
 * state is taken, or refused with one clear line and the object left as it was; and never takes
 * more memory than its length accounts for. See docs/FUZZING.md.
 */
public final class StateFuzz {
  /** The first byte of an input that is an object stream. */
  private static final char OBJECTS = 'o';

  /**
   * Of one that has values of fields, each behind its length (2); names and types of the fields are
   * put before them. Any other input is the state of fields as it stands in an image.
   */
  private static final char VALUES = 'v';

  private static final long HEAP_BYTES = 1 << 20;

  /** The shortest value is a byte, a null in an array, and takes a few objects in the reader. */
  private static final long HEAP_PER_BYTE = 512;

  /** Hashing takes iterators for each step, which are garbage at once; {@link HashWork}. */
  private static final long HASHING_BYTES = 64 << 20;

  static final Outcomes OUTCOMES = new Outcomes();

  private static final ImageClasses CLASSES = new ImageClasses(Console.class);
  private static final StateSpec SPEC = StateSpec.parse("fields:com.example.Processor");

  private static final FieldPlan PLAN = plan();

  private static FieldPlan plan() {
    try {
      return FieldPlan.of(Processor.class, SPEC, new Access(null), field -> false, warning -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a state may name besides its own fields. */
  private static final Map<String, byte[]> RAM = Map.of("ram", new byte[8]);

  private StateFuzz() {}

  public static void fuzzerInitialize() {
    Runtime.getRuntime().addShutdownHook(new Thread(OUTCOMES::print));
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    char code = input.length == 0 ? OBJECTS : (char) input[0];
    byte[] rest = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    byte[] state = code == VALUES ? withHeads(rest) : rest;
    boolean objects = code == OBJECTS;
    Processor processor = processor();
    FieldState fields = fields();
    byte[] before = objects ? null : fields.save(processor);
    Frugal.run(
        HEAP_BYTES + HEAP_PER_BYTE * state.length + (objects ? HASHING_BYTES : 0),
        0,
        () -> {
          if (objects) {
            readObjects(state);
          } else {
            loadFields(fields, processor, state);
          }
        });
    if (!objects) {
      byte[] after = fields().save(processor);
      if (loaded) {
        loadFields(fields(), processor(), after);
      } else if (!Arrays.equals(before, after)) {
        throw new AssertionError("was refused, but changed the object");
      }
    }
  }

  private static boolean loaded;

  private static void loadFields(FieldState fields, Processor processor, byte[] state)
      throws Exception {
    loaded = false;
    try {
      fields.load(processor, state);
      loaded = true;
      OUTCOMES.add("fields: loaded");
    } catch (IOException e) {
      requireClear(e);
      OUTCOMES.add(
          "fields: "
              + e.getMessage().replaceAll("(com|java)[^ ]*", "#").replaceAll("[^ -~]|(# )+#", "#"));
    }
  }

  private static void readObjects(byte[] state) {
    try {
      Object read = StateInput.with(CLASSES, state, in -> in.readObject());
      OUTCOMES.add("objects: " + (read == null ? null : read.getClass().getName()));
    } catch (Exception e) {
      // What reads objects may throw anything; the restore that asked says whose state it is.
      OUTCOMES.add("objects: " + e.getClass().getSimpleName());
    }
  }

  private static byte[] withHeads(byte[] values) throws Exception {
    ByteBuffer in = ByteBuffer.wrap(values);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(FieldCodes.MAGIC);
    out.write(FieldCodes.VERSION);
    out.write(PLAN.slots().size() >> 8);
    out.write(PLAN.slots().size());
    for (FieldPlan.Slot slot : PLAN.slots()) {
      out.writeBytes(slot.head());
      int length = in.remaining() < 2 ? 0 : in.getChar();
      length = Math.min(length, in.remaining());
      if (length > 0) {
        out.write(values, in.position(), length);
        in.position(in.position() + length);
      } else {
        out.write(FieldCodes.NULL);
      }
    }
    return out.toByteArray();
  }

  /** The opposite. */
  private static byte[] withoutHeads(byte[] state) {
    String all = text(state);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(VALUES);
    int end = 4;
    for (int i = 0; i < PLAN.slots().size(); i++) {
      int from = end + PLAN.slots().get(i).head().length;
      String next =
          i + 1 == PLAN.slots().size()
              ? ""
              : new String(PLAN.slots().get(i + 1).head(), StandardCharsets.ISO_8859_1);
      end = next.isEmpty() ? state.length : all.indexOf(next, from);
      out.write(end - from >> 8);
      out.write(end - from);
      out.write(state, from, end - from);
    }
    return out.toByteArray();
  }

  private static void requireClear(IOException e) {
    String message = e.getMessage();
    if (message == null || message.chars().anyMatch(Character::isISOControl)) {
      throw new AssertionError("unclear: " + message, e);
    }
  }

  static Processor processor() {
    return new Processor(3, new byte[][] {{1, 2}, {3, 4}, {5, 6}});
  }

  static FieldState fields() throws IOException {
    return new FieldState(
        "cpu",
        SPEC,
        Processor.class,
        new Access(null),
        field -> false,
        new Links(),
        new FieldArrays(),
        warning -> {});
  }

  private static final class Links implements FieldLinks {
    private static final Processor.Bus BUS = new Processor.Bus();

    @Override
    public String participantOf(Object object) {
      return object == BUS ? "bus" : null;
    }

    @Override
    public Object participant(String name) {
      return name.equals("bus") ? BUS : null;
    }

    @Override
    public void refresh() {}

    @Override
    public String ramOf(Object array) {
      return array == RAM.get("ram") ? "ram" : null;
    }

    @Override
    public Object ram(String name) {
      return RAM.get(name);
    }

    @Override
    public RamPlace placeOf(long address) {
      return null;
    }

    @Override
    public Long addressOf(String block) {
      return block.equals("ram") ? 0x10000L : null;
    }
  }

  /** Writes inputs to start from into a folder. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    for (Map.Entry<String, byte[]> seed : seeds().entrySet()) {
      Files.write(folder.resolve(seed.getKey()), seed.getValue());
    }
  }

  private static Map<String, byte[]> seeds() throws Exception {
    Processor processor = processor();
    processor.any = RAM.get("ram");
    processor.bus = Links.BUS;
    byte[] linked = fields().save(processor);
    processor.any = 'c';
    processor.phase = null;
    processor.tables = null;
    byte[] plain = fields().save(processor);
    processor.any = new HashMap<>(Map.of(Processor.Phase.FETCH, new int[] {1}, "a", 2));
    byte[] container = fields().save(processor);
    Map<String, byte[]> seeds = new LinkedHashMap<>();
    seeds.put("fields-container", prefixed('f', container));
    seeds.put("values-container", withoutHeads(container));
    seeds.put("fields-linked", prefixed('f', linked));
    seeds.put("fields-plain", prefixed('f', plain));
    seeds.put("values-linked", withoutHeads(linked));
    seeds.put("values-plain", withoutHeads(plain));
    Console console = new Console();
    seeds.put("object-saved", objects(console.saveToMemento()));
    seeds.put("object-record", objects(console.pair));
    seeds.put("object-values", objects(values()));
    seeds.put("object-sets-in-sets", objects(setsInSets()));
    return seeds;
  }

  /** A state with this value in the field that takes any object. */
  static byte[] withAny(byte[] value) throws Exception {
    Processor processor = processor();
    processor.any = null;
    byte[] state = fields().save(processor);
    byte[] head =
        PLAN.slots().stream()
            .filter(slot -> slot.field().getName().equals("any"))
            .findFirst()
            .orElseThrow()
            .head();
    int at = text(state).indexOf(text(head)) + head.length;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(state, 0, at);
    out.writeBytes(value);
    // After the code of null.
    out.write(state, at + 1, state.length - at - 1);
    return out.toByteArray();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** One of each kind that a stream may hold. */
  private static Object values() {
    Map<Object, Object> map = new HashMap<>();
    map.put("list", new ArrayList<>(List.of(1, 2L, (short) 3, (byte) 4, 5.0, 6f, 'c', true)));
    map.put("linked", new LinkedList<>(List.of("a", "b")));
    map.put("deque", new ArrayDeque<>(List.of(1)));
    map.put("vector", new Vector<>(List.of(1)));
    map.put("few", List.of(1, 2));
    map.put("many", List.of(1, 2, 3, 4));
    map.put("set", Set.of(1, 2, 3));
    map.put("map", Map.of(1, 2));
    map.put("array", Arrays.asList(1, 2));
    map.put(
        "sets", new LinkedHashSet<>(List.of(new HashSet<>(List.of(1)), new TreeSet<>(List.of(2)))));
    map.put("tree", new TreeMap<>(Map.of("k", "v")));
    map.put("modes", EnumSet.of(Console.Mode.ON));
    map.put("enums", new EnumMap<>(Map.of(Console.Mode.OFF, 1)));
    map.put("bits", BitSet.valueOf(new long[] {5}));
    map.put("number", new BigDecimal(new BigInteger("12345678901234567890"), 3));
    map.put("time", Instant.EPOCH);
    map.put("id", new UUID(1, 2));
    map.put("random", new Random(1));
    map.put("atomic", new AtomicLong(7));
    map.put("wrapped", Collections.unmodifiableList(new ArrayList<>(List.of(1))));
    map.put("longs", new long[][] {{1, 2}, null});
    map.put("identity", new IdentityHashMap<>(Map.of(1, 1)));
    return map;
  }

  /** Few bytes that take years to hash. */
  private static Object setsInSets() {
    Set<Object> root = new HashSet<>();
    Set<Object> one = root;
    Set<Object> other = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      Set<Object> nextOne = new HashSet<>();
      Set<Object> nextOther = new HashSet<>();
      nextOne.add("not the other");
      one.addAll(List.of(nextOne, nextOther));
      other.addAll(List.of(nextOne, nextOther));
      one = nextOne;
      other = nextOther;
    }
    return root;
  }

  private static byte[] objects(Object object) throws Exception {
    return prefixed(OBJECTS, StateOutput.of(CLASSES, out -> out.writeObject(object)));
  }

  private static byte[] prefixed(char code, byte[] state) {
    byte[] input = new byte[1 + state.length];
    input[0] = (byte) code;
    System.arraycopy(state, 0, input, 1, state.length);
    return input;
  }
}
