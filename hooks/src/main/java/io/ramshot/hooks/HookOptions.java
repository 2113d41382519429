package io.ramshot.hooks;

import io.ramshot.boot.Gate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What to look for in the host. In a list, commas, semicolons or blanks separate the values.
 *
 * @param gates see {@link #GATE}
 * @param states see {@link #STATE}
 * @param ramBy see {@link #RAM_BY}
 * @param ramMin see {@link #RAM_MIN}
 * @param ram see {@link #RAM}
 * @param ramless whether {@link #RAM} says that there is none
 * @param ramNative see {@link #RAM_NATIVE}
 * @param freeze see {@link #FREEZE}
 * @param pauses see {@link #PAUSE}
 * @param adapter see {@link #ADAPTER}; null for none
 */
public record HookOptions(
    List<GateSpec> gates,
    List<StateSpec> states,
    List<ClassPattern> ramBy,
    long ramMin,
    List<RamSpec> ram,
    boolean ramless,
    List<NativeSpec> ramNative,
    FreezeBy freeze,
    List<PauseSpec> pauses,
    String adapter) {

  /**
   * Methods whose running instances are vCPU quanta: {@code com.example.Board::step}, or {@code
   * com.example.Board::step(int,long)} for one overload. A list; default none.
   */
  public static final String GATE = "gate";

  /**
   * Classes that save and load state: {@code com.example.Board::save/load}, or {@code
   * fields:com.example.Cpu} to capture fields, {@code fields:com.example.Cpu-bus-log} to leave
   * some. A list; default none.
   */
  public static final String STATE = "state";

  /**
   * Fields that hold guest RAM: {@code com.example.Memory#bytes}, of objects or static, with an
   * array, an array of arrays, a heap or direct buffer, a {@code MemorySegment}, or a {@code long}
   * with an address. A list; default any off the heap. If there is one, RAM that no option names is
   * none; {@link #NO_RAM} alone says that all of the guest's state is in {@link #STATE}.
   */
  public static final String RAM = "ram";

  /** The value of {@link #RAM} for a guest whose checkpoints are state alone. */
  public static final String NO_RAM = "none";

  /**
   * Classes or packages that allocate guest RAM, directly or through others: {@code
   * com.example.Memory}, {@code com.example.*}, {@code com.example.**}. A list; default none, which
   * means everything of at least {@link #RAM_MIN} unless there is {@link #RAM} or {@link
   * #RAM_NATIVE}.
   */
  public static final String RAM_BY = "ram.by";

  /**
   * The smallest memory off the heap that can be guest RAM, in bytes or with a suffix {@code k},
   * {@code m} or {@code g}, at least 4 KiB; it holds for {@link #RAM_BY}, {@link #RAM_NATIVE} and
   * addresses in {@link #RAM} too. Default 16m.
   */
  public static final String RAM_MIN = "ram.min";

  /**
   * Methods that have native code map guest RAM: {@code com.example.Engine::map}, {@code
   * com.example.Engine::map(addr,size)}, {@code com.example.Engine::map/unmap}. A list; default
   * none.
   */
  public static final String RAM_NATIVE = "ram.native";

  /** A jar with an {@link Adapter} for the host, which is loaded beside ramshot. Default none. */
  public static final String ADAPTER = "adapter";

  /**
   * What a freeze stops: {@code gates}, which is nobody where there is none, or {@code threads}:
   * every Java thread of the host, after gates if there are any. Default gates.
   */
  public static final String FREEZE = "freeze";

  /**
   * Methods without parameters that make a native engine return from a long call, so that its vCPU
   * comes to a gate: {@code com.example.Engine::stop}. Called on the class, or on every living
   * object of it, once the gates are closed. A list; default none.
   */
  public static final String PAUSE = "pause";

  /** Every key, in the order in which they are printed. */
  public static final List<String> KEYS =
      List.of(GATE, STATE, RAM, RAM_BY, RAM_MIN, RAM_NATIVE, FREEZE, PAUSE, ADAPTER);

  public static final HookOptions DEFAULTS =
      new HookOptions(
          List.of(),
          List.of(),
          List.of(),
          16L << 20,
          List.of(),
          false,
          List.of(),
          FreezeBy.GATES,
          List.of(),
          null);

  /** Below a page, hooks would look at allocations that cannot be guest RAM. */
  private static final long LEAST_RAM_MIN = 4096;

  /** Commas between parameter types do not separate values. */
  private static final Pattern SEPARATOR = Pattern.compile("[,;\\s]+(?![^()]*\\))");

  public HookOptions {
    gates = List.copyOf(gates);
    states = List.copyOf(states);
    ramBy = List.copyOf(ramBy);
    ram = List.copyOf(ram);
    ramNative = List.copyOf(ramNative);
    pauses = List.copyOf(pauses);
    if (gates.size() > Gate.MAX_GATES) {
      throw new IllegalArgumentException(
          gates.size() + " gates are more than " + Gate.MAX_GATES + ": name fewer, outer methods");
    }
    if (ramless && !(ram.isEmpty() && ramBy.isEmpty() && ramNative.isEmpty())) {
      throw new IllegalArgumentException(
          "ram=none says that the guest has no RAM, and other options name some: leave out ram=none,"
              + " or ram.by= and ram.native=");
    }
    if (ramMin < LEAST_RAM_MIN) {
      throw new IllegalArgumentException(
          RAM_MIN + "=" + ramMin + " is less than a page: give at least " + LEAST_RAM_MIN);
    }
  }

  /**
   * @throws IllegalArgumentException if a key is unknown or a value is bad; the message is one line
   *     that names it and says what to write instead
   */
  public static HookOptions parse(Map<String, String> values) {
    for (String key : values.keySet()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "unknown option "
                + key
                + ": did you mean "
                + Nearest.to(key, KEYS, k -> k, 1).get(0)
                + "? (known: "
                + String.join(", ", KEYS)
                + ")");
      }
    }
    String ramMin = values.get(RAM_MIN);
    String freeze = values.get(FREEZE);
    boolean ramless = values.getOrDefault(RAM, "").strip().equals(NO_RAM);
    return new HookOptions(
        list(values, GATE, GateSpec::parse),
        list(values, STATE, StateSpec::parse),
        list(values, RAM_BY, ClassPattern::parse),
        ramMin == null ? DEFAULTS.ramMin : size(ramMin.strip()),
        ramless ? List.of() : list(values, RAM, RamSpec::parse),
        ramless,
        list(values, RAM_NATIVE, NativeSpec::parse),
        freeze == null ? DEFAULTS.freeze : FreezeBy.parse(freeze.strip()),
        list(values, PAUSE, PauseSpec::parse),
        values.get(ADAPTER));
  }

  /** {@link #parse(Map)} of properties. */
  public static HookOptions parse(Properties properties) {
    return parse(map(properties));
  }

  static Map<String, String> map(Properties properties) {
    Map<String, String> map = new LinkedHashMap<>();
    properties.stringPropertyNames().stream()
        .sorted()
        .forEach(key -> map.put(key, properties.getProperty(key)));
    return map;
  }

  /** Such that {@link #parse(Map)} gives the same options; defaults are left out. */
  public Map<String, String> toMap() {
    Map<String, String> map = new LinkedHashMap<>();
    put(map, GATE, gates);
    put(map, STATE, states);
    put(map, RAM_BY, ramBy);
    if (ramMin != DEFAULTS.ramMin) {
      map.put(RAM_MIN, Long.toString(ramMin));
    }
    put(map, RAM, ramless ? List.of(NO_RAM) : ram);
    put(map, RAM_NATIVE, ramNative);
    if (freeze != DEFAULTS.freeze) {
      map.put(FREEZE, freeze.toString());
    }
    put(map, PAUSE, pauses);
    if (adapter != null) {
      map.put(ADAPTER, adapter);
    }
    return map;
  }

  private static void put(Map<String, String> map, String key, List<?> values) {
    if (!values.isEmpty()) {
      map.put(key, values.stream().map(Object::toString).collect(Collectors.joining(",")));
    }
  }

  private static <T> List<T> list(
      Map<String, String> values, String key, Function<String, T> parser) {
    String text = values.get(key);
    List<T> list = new ArrayList<>();
    if (text != null) {
      for (String value : SEPARATOR.split(text.strip())) {
        if (!value.isEmpty()) {
          T parsed = parser.apply(value);
          if (!list.contains(parsed)) {
            list.add(parsed);
          }
        }
      }
    }
    return list;
  }

  private static long size(String text) {
    long bytes = ByteSize.parse(text);
    if (bytes < 0 && ByteSize.isOne(text)) {
      throw new IllegalArgumentException(
          RAM_MIN + "=" + text + " is more than memory can be: did you mean another suffix?");
    }
    if (bytes < 0) {
      throw new IllegalArgumentException(
          RAM_MIN + "=" + text + " is no size: write bytes, or a number with k, m or g, as in 16m");
    }
    return bytes;
  }

  /** Names of methods that hooks are put into even if they are native, by their class. */
  Map<String, Set<String>> mayBeNative() {
    Map<String, Set<String>> methods = new HashMap<>();
    for (GateSpec gate : gates) {
      methods.computeIfAbsent(gate.className(), c -> new HashSet<>()).add(gate.method());
    }
    for (NativeSpec spec : ramNative) {
      Set<String> names = methods.computeIfAbsent(spec.className(), c -> new HashSet<>());
      names.add(spec.map());
      if (spec.unmap() != null) {
        names.add(spec.unmap());
      }
    }
    return methods;
  }
}
