package io.ramshot.agent.options;

import io.ramshot.RestoreOptions;
import io.ramshot.SnapshotOptions;
import io.ramshot.hooks.HookOptions;
import io.ramshot.hooks.Nearest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The agent's options: {@code -javaagent:ramshot.jar=key=value,key=value}.
 *
 * <p>A comma may stand inside a value, because the text is split only where a {@code key=} follows.
 */
public final class AgentOptions {

  /** Methods whose running instances are vCPU quanta. Default: none; a freeze freezes nobody. */
  public static final String GATE = HookOptions.GATE;

  /** Classes that save and load state besides RAM. Default: none. */
  public static final String STATE = HookOptions.STATE;

  /** The smallest allocation that can be guest RAM, a size. Default: 16m. */
  public static final String RAM_MIN = HookOptions.RAM_MIN;

  /** Classes or packages that allocate guest RAM. Default: all. */
  public static final String RAM_BY = HookOptions.RAM_BY;

  /** Fields that hold guest RAM, on the heap or off it. Default: none. */
  public static final String RAM = HookOptions.RAM;

  /** Methods that have native code map guest RAM. Default: none. */
  public static final String RAM_NATIVE = HookOptions.RAM_NATIVE;

  /** A jar with an adapter for the host. Default: none. */
  public static final String ADAPTER = HookOptions.ADAPTER;

  /** What a freeze stops: gates or threads. Default: gates. */
  public static final String FREEZE = HookOptions.FREEZE;

  /** Methods that make a native engine return from a long call. Default: none. */
  public static final String PAUSE = HookOptions.PAUSE;

  /**
   * The profile that gives what is not given here: {@code auto}, {@code none}, a name that {@code
   * java -jar ramshot.jar profiles} lists, or a file. Default: the one that the host's author
   * ships; else, when nothing else about the host is given, auto.
   */
  public static final String PROFILE = "profile";

  /**
   * Whether to watch an unknown host and print a profile for it, and for how long, a duration;
   * ramshot does nothing else then. Without a value 20s. Default: not at all.
   */
  public static final String DISCOVER = "discover";

  /** The file that gets the profile that was discovered. Default: none, it goes to stderr. */
  public static final String DISCOVER_OUT = "discover.out";

  /**
   * Size of the copy pool, most of a snapshot's extra memory. Default: what fits RAM and all limits
   * on memory.
   */
  public static final String POOL = "pool";

  /**
   * Whether RAM is asked to be on transparent huge pages, which decide the pause. Default: true.
   */
  public static final String HUGEPAGES = "hugepages";

  /** Whether O_DIRECT is tried before buffered writes. Default: true. */
  public static final String DIRECTIO = "directio";

  /** Upper bound on writing to the file, a size per second; 0 for none. Default: 0. */
  public static final String RATE = "rate";

  /** How long vCPUs and participants may take to stand still, a duration. */
  public static final String FREEZE_TIMEOUT = "freeze.timeout";

  /** How long a guest thread may wait for one page before the snapshot is given up, a duration. */
  public static final String STALL_LIMIT = "stall.limit";

  /**
   * How long a guest thread may wait for one page of a lazy restore before the JVM is ended, a
   * duration. As stall.limit where only that is given.
   */
  public static final String RESTORE_STALL_LIMIT = "restore.stall.limit";

  /** The folder that gets a timeline: a checkpoint every so often. Default: none. */
  public static final String TIMELINE = "timeline";

  /** How long from one checkpoint of the timeline to the next, a duration. */
  public static final String EVERY = "every";

  /** How many checkpoints of the timeline stay. */
  public static final String KEEP = "keep";

  /**
   * The image that the guest starts from, or a moment of a timeline, such as {@code DIR@-30s}.
   * Default: none, the guest starts as ever.
   */
  public static final String RESTORE = "restore";

  /**
   * How long the first vCPU may take to come to a gate once the guest's RAM is there, in time in
   * which the process runs, before the JVM is ended: a duration.
   */
  public static final String RESTORE_TIMEOUT = "restore.timeout";

  static final Duration DEFAULT_RESTORE_TIMEOUT = Duration.ofSeconds(60);

  /**
   * Whether the guest goes on at once, and its RAM comes from the image when it is touched, or
   * later. Default: false.
   */
  public static final String LAZY = "lazy";

  /**
   * What a damaged page of the image does to a restore: {@code stop} or {@code zero}, which logs it
   * and gives the guest zeros. Default: stop.
   */
  public static final String DAMAGED = "damaged";

  /** Whether the MXBean is registered, which the command line needs too. Default: true. */
  public static final String JMX = "jmx";

  /**
   * The folder in which JMX clients may have files written, with any name. Default: any folder,
   * with names that end in {@code .ramshot}.
   */
  public static final String JMX_FOLDER = "jmx.folder";

  /** Whether to print the options to stderr. Default: false. */
  public static final String HELP = "help";

  /** The options that may do without a value, and what they mean then. */
  private static final Map<String, String> ALONE =
      Map.of(HELP, "true", DISCOVER, "20s", LAZY, "true");

  /** A comma, where a key follows: one with a value, or one that may do without. */
  private static final Pattern SPLIT =
      Pattern.compile(",(?=[A-Za-z][A-Za-z0-9._-]*=)|,(?=(?:help|discover|lazy)(?:,|$))");

  /** Gives values for keys that the user did not give. */
  public interface Defaults {

    /**
     * @param given the user's options
     */
    Map<String, String> of(Map<String, String> given) throws OptionException, IOException;
  }

  private final Map<String, String> values;

  private AgentOptions(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads what follows {@code ramshot.jar=}.
   *
   * @param text may be null or empty
   * @param defaults values for keys that the text does not give, such as those of a profile
   * @throws OptionException if a key is unknown or given twice, or a value cannot be taken
   */
  public static AgentOptions parse(String text, Map<String, String> defaults)
      throws OptionException {
    try {
      return complete(read(text), defaults);
    } catch (OptionException e) {
      throw commaInName(text, e);
    }
  }

  /** {@link #parse(String, Map)} with defaults that depend on what was given. */
  public static AgentOptions parse(String text, Defaults defaults)
      throws OptionException, IOException {
    try {
      Map<String, String> values = read(text);
      return complete(values, defaults.of(Collections.unmodifiableMap(values)));
    } catch (OptionException e) {
      throw commaInName(text, e);
    }
  }

  /** The image to restore may have a name in which options seem to stand. */
  private static OptionException commaInName(String text, OptionException e) {
    int start = ("," + text).indexOf("," + RESTORE + "=");
    for (int end = text == null ? 0 : text.length(); start >= 0 && end > start; ) {
      String name = text.substring(start + RESTORE.length() + 1, end);
      if (SPLIT.matcher(name).find() && isFile(name)) {
        String uri = Path.of(name).toUri().toString().replace(",", "%2C");
        return new OptionException(
            e.getMessage() + "; or, if file " + name + " is meant, write restore=" + uri);
      }
      end = text.lastIndexOf(',', end - 1);
    }
    return e;
  }

  private static boolean isFile(String name) {
    try {
      return Files.isRegularFile(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static Map<String, String> read(String text) throws OptionException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String option : text == null || text.isEmpty() ? new String[0] : SPLIT.split(text)) {
      int equals = option.indexOf('=');
      if (ALONE.containsKey(option)) {
        values.put(option, ALONE.get(option));
        continue;
      }
      if (equals < 0) {
        throw new OptionException(
            "option '" + option + "' has no value: give key=value, or help for the list");
      }
      String key = option.substring(0, equals);
      requireKnown(key, "option");
      if (values.put(key, option.substring(equals + 1)) != null) {
        throw new OptionException("option '" + key + "' is given twice: give it once");
      }
    }
    return values;
  }

  private static AgentOptions complete(Map<String, String> given, Map<String, String> defaults)
      throws OptionException {
    Map<String, String> values = new LinkedHashMap<>(given);
    for (Map.Entry<String, String> entry : defaults.entrySet()) {
      requireKnown(entry.getKey(), "profile: option");
      values.putIfAbsent(entry.getKey(), entry.getValue());
    }
    AgentOptions options = new AgentOptions(values);
    options.validate();
    return options;
  }

  public static AgentOptions parse(String text) throws OptionException {
    return parse(text, Map.of());
  }

  /**
   * The restore asked for in a text that may be wrong in other places: whoever asked for one must
   * not get a guest that starts afresh.
   */
  public static boolean asksForRestore(String text) {
    return text != null && (text.startsWith(RESTORE + "=") || text.contains("," + RESTORE + "="));
  }

  /** Whether a text that may be wrong in other places asks for a watch. */
  public static boolean asksForDiscovery(String text) {
    return text != null
        && Arrays.stream(SPLIT.split(text))
            .anyMatch(option -> option.equals(DISCOVER) || option.startsWith(DISCOVER + "="));
  }

  private static void requireKnown(String key, String what) throws OptionException {
    if (!OptionTable.has(key)) {
      String nearest = Nearest.to(key, OptionTable.keys(), k -> k, 1).get(0);
      throw new OptionException(
          what + " '" + key + "' is unknown: did you mean '" + nearest + "'? help lists them all");
    }
  }

  private void validate() throws OptionException {
    for (Map.Entry<String, String> entry : values.entrySet()) {
      if (entry.getValue().isBlank()) {
        throw new OptionException(entry.getKey() + "= is empty: give a value or leave it out");
      }
    }
    hookOptions();
    if (has(RESTORE) && !has(GATE)) {
      throw new OptionException(
          "restore="
              + values.get(RESTORE)
              + " needs to know where the guest's first quantum begins: give gate= too");
    }
    for (String key : List.of(LAZY, DAMAGED, RESTORE_TIMEOUT, RESTORE_STALL_LIMIT)) {
      if (has(key) && !has(RESTORE)) {
        throw new OptionException(key + " says how to restore: give restore= too");
      }
    }
    if (has(DISCOVER_OUT) && !has(DISCOVER)) {
      throw new OptionException("discover.out= says where discover prints: give discover too");
    }
    if (has(DISCOVER) && has(RESTORE)) {
      throw new OptionException("discover only watches a host: restore without it");
    }
    for (String key : List.of(EVERY, KEEP)) {
      if (has(key) && !has(TIMELINE)) {
        throw new OptionException(
            key + "=" + get(key) + " is about a timeline: give timeline=FOLDER too");
      }
    }
    if (has(DISCOVER) && has(TIMELINE)) {
      throw new OptionException("discover only watches a host: keep a timeline without it");
    }
    timeline();
    jmxFolder();
    discover();
    requirePath(DISCOVER_OUT);
    flag(JMX, true);
    flag(HELP, false);
    restoreOptions();
    restoreTimeout();
    snapshotOptions();
  }

  private void requirePath(String key) throws OptionException {
    try {
      Path.of(values.getOrDefault(key, ""));
    } catch (InvalidPathException e) {
      throw new OptionException(key + "=" + PathText.problem(get(key), e));
    }
  }

  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** A value as it was given, or null. */
  public String get(String key) {
    return values.get(key);
  }

  /** The keys and values that were given, in that order. */
  public Map<String, String> given() {
    return Collections.unmodifiableMap(values);
  }

  public boolean jmx() {
    return isTrue(JMX, true);
  }

  /** Where JMX clients may have files written, if that is bounded. */
  public Optional<Path> jmxFolder() throws OptionException {
    if (!has(JMX_FOLDER)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(get(JMX_FOLDER)).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      throw new OptionException("jmx.folder=" + PathText.problem(get(JMX_FOLDER), e));
    }
  }

  public boolean help() {
    return isTrue(HELP, false);
  }

  /** How long to watch the host; null if it is not to be discovered. */
  public Duration discover() throws OptionException {
    return duration(DISCOVER, null);
  }

  /** The timeline to keep, if any. */
  public Optional<TimelinePlan> timeline() throws OptionException {
    if (!has(TIMELINE)) {
      return Optional.empty();
    }
    int keep = TimelinePlan.DEFAULT_KEEP;
    if (has(KEEP)) {
      keep = get(KEEP).matches("[0-9]{1,6}") ? Integer.parseInt(get(KEEP)) : 0;
    }
    if (keep < 1 || keep > TimelinePlan.MOST_KEPT) {
      throw new OptionException(
          "keep="
              + get(KEEP)
              + " is not a number of checkpoints: give one from 1 to "
              + TimelinePlan.MOST_KEPT);
    }
    try {
      Path folder = Path.of(get(TIMELINE)).toAbsolutePath().normalize();
      return Optional.of(
          new TimelinePlan(folder, duration(EVERY, TimelinePlan.DEFAULT_EVERY), keep));
    } catch (InvalidPathException e) {
      throw new OptionException("timeline=" + PathText.problem(get(TIMELINE), e));
    }
  }

  /** What to look for in the host. */
  public HookOptions hookOptions() throws OptionException {
    Map<String, String> hooks = new LinkedHashMap<>(values);
    hooks.keySet().retainAll(HookOptions.KEYS);
    try {
      return HookOptions.parse(hooks);
    } catch (IllegalArgumentException e) {
      throw new OptionException(e.getMessage());
    }
  }

  /** The options for every snapshot of this agent. */
  public SnapshotOptions snapshotOptions() throws OptionException {
    SnapshotOptions defaults = SnapshotOptions.DEFAULTS;
    long pool = bytes(POOL, defaults.poolBytes());
    if (has(POOL) && pool < SnapshotOptions.CHUNK_BYTES) {
      throw new OptionException(
          "pool=" + values.get(POOL) + " is smaller than one chunk: give at least 2m");
    }
    return new SnapshotOptions(
        pool,
        flag(HUGEPAGES, defaults.hugePages()),
        flag(DIRECTIO, defaults.directIo()),
        bytes(RATE, defaults.bytesPerSecond()),
        duration(FREEZE_TIMEOUT, defaults.freezeTimeout()),
        duration(STALL_LIMIT, defaults.stallLimit()));
  }

  /** The options for the restore at launch. */
  public RestoreOptions restoreOptions() throws OptionException {
    RestoreOptions defaults = RestoreOptions.DEFAULTS;
    String damaged = values.getOrDefault(DAMAGED, "stop");
    if (!damaged.equals("stop") && !damaged.equals("zero")) {
      throw new OptionException(
          "damaged=" + damaged + " is neither stop nor zero: give one of them");
    }
    return new RestoreOptions(
        flag(LAZY, defaults.lazy()),
        damaged.equals("zero"),
        flag(HUGEPAGES, defaults.hugePages()),
        flag(DIRECTIO, defaults.directIo()),
        bytes(RATE, defaults.bytesPerSecond()),
        duration(RESTORE_STALL_LIMIT, duration(STALL_LIMIT, RestoreOptions.DEFAULT_STALL_LIMIT)));
  }

  /** How long the first vCPU may take to come to a gate once the guest's RAM is there. */
  public Duration restoreTimeout() throws OptionException {
    return duration(RESTORE_TIMEOUT, DEFAULT_RESTORE_TIMEOUT);
  }

  private long bytes(String key, long absent) throws OptionException {
    if (!has(key)) {
      return absent;
    }
    long bytes = Quantity.bytes(values.get(key));
    if (bytes < 0) {
      throw new OptionException(
          key
              + "="
              + values.get(key)
              + " is not a size: give bytes with an optional k, m or g, such as 64m");
    }
    return bytes;
  }

  private Duration duration(String key, Duration absent) throws OptionException {
    if (!has(key)) {
      return absent;
    }
    Duration duration = Quantity.duration(values.get(key));
    if (duration == null || duration.isZero()) {
      throw new OptionException(
          key
              + "="
              + values.get(key)
              + " is not a duration above 0: give a number with ms, s or m, such as 500ms, and a"
              + " year at most");
    }
    return duration;
  }

  private boolean flag(String key, boolean absent) throws OptionException {
    if (!has(key)) {
      return absent;
    }
    String value = values.get(key).toLowerCase(Locale.ROOT);
    if (!value.equals("true") && !value.equals("false")) {
      throw new OptionException(
          key + "=" + values.get(key) + " is neither true nor false: give one of them");
    }
    return value.equals("true");
  }

  private boolean isTrue(String key, boolean absent) {
    return has(key) ? Boolean.parseBoolean(values.get(key)) : absent;
  }

  /** These options with another value for one key, as they would follow {@code ramshot.jar=}. */
  public String with(String key, String value) {
    Map<String, String> changed = new LinkedHashMap<>(values);
    changed.put(key, value);
    return new AgentOptions(changed).toString();
  }

  /** The VM argument that gives these options. */
  public String toVmArgument(File jar) {
    String text = toString();
    return "-javaagent:" + jar + (text.isEmpty() ? "" : "=" + text);
  }

  /** What follows {@code ramshot.jar=}; parses back to equal options. */
  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }

  /** One line an option. */
  public static List<String> usage() {
    List<String> lines = new ArrayList<>();
    lines.add("options, as in -javaagent:ramshot.jar=key=value,key=value [default]:");
    lines.addAll(OptionTable.lines());
    return lines;
  }
}
