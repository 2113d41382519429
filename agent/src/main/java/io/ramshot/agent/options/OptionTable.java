package io.ramshot.agent.options;

import io.ramshot.RestoreOptions;
import io.ramshot.SnapshotOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every key of the agent's options, and what {@code help} prints about it, its default last. */
final class OptionTable {
  private static final Map<String, String> KEYS = new LinkedHashMap<>();

  static {
    put(AgentOptions.GATE, "methods that run a vCPU's quantum, com.example.Board::step [none]");
    put(
        AgentOptions.STATE,
        "classes with state besides RAM, com.example.Board::save/load or fields:com.example.Cpu [none]");
    put(
        AgentOptions.RAM,
        "fields that hold guest RAM, com.example.Memory#bytes; none: all of it is in state= [any off the"
            + " heap]");
    put(AgentOptions.RAM_MIN, "smallest allocation that can be guest RAM [16m]");
    put(AgentOptions.RAM_BY, "classes or packages that allocate guest RAM, com.example.** [all]");
    put(
        AgentOptions.RAM_NATIVE,
        "methods that map guest RAM, com.example.Engine::map(addr,size) [none]");
    put(AgentOptions.ADAPTER, "a jar with an adapter for the host [none]");
    put(AgentOptions.FREEZE, "what a freeze stops: vCPUs at gates, or all Java threads [gates]");
    put(
        AgentOptions.PAUSE,
        "methods that stop a native engine's run, com.example.Engine::stop [none]");
    put(AgentOptions.PROFILE, "gives what is not given here: auto, none, a name or a file [auto]");
    put(
        AgentOptions.DISCOVER,
        "watch an unknown host so long and print a profile for it [no; 20s]");
    put(AgentOptions.DISCOVER_OUT, "file for the profile that was discovered [none, to stderr]");
    put(AgentOptions.POOL, "size of the copy pool, at least 2m [what fits RAM and all limits]");
    put(AgentOptions.HUGEPAGES, "ask for transparent huge pages [true]");
    put(AgentOptions.DIRECTIO, "try O_DIRECT before buffered writes [true]");
    put(AgentOptions.RATE, "most bytes per second to write, 0 for no limit [0]");
    put(
        AgentOptions.FREEZE_TIMEOUT,
        "how long the guest may take to stand still ["
            + text(SnapshotOptions.DEFAULT_FREEZE_TIMEOUT)
            + "]");
    put(
        AgentOptions.STALL_LIMIT,
        "longest wait for one page before a snapshot is given up ["
            + text(SnapshotOptions.DEFAULT_STALL_LIMIT)
            + "]");
    put(AgentOptions.TIMELINE, "folder for a checkpoint every so often [none]");
    put(
        AgentOptions.EVERY,
        "time from one checkpoint of the timeline to the next ["
            + text(TimelinePlan.DEFAULT_EVERY)
            + "]");
    put(
        AgentOptions.KEEP,
        "how many checkpoints of the timeline to keep [" + TimelinePlan.DEFAULT_KEEP + "]");
    put(AgentOptions.RESTORE, "image to start from, or DIR@-30s of a timeline; needs gate= [none]");
    put(
        AgentOptions.RESTORE_TIMEOUT,
        "longest wait for its first gate, from when the guest has RAM ["
            + text(AgentOptions.DEFAULT_RESTORE_TIMEOUT)
            + "]");
    put(
        AgentOptions.RESTORE_STALL_LIMIT,
        "longest wait for one page of it before the JVM is ended ["
            + text(RestoreOptions.DEFAULT_STALL_LIMIT)
            + ", or stall.limit if only that is given]");
    put(AgentOptions.LAZY, "run at once, and read RAM from the image when it is touched [false]");
    put(
        AgentOptions.DAMAGED,
        "what a damaged page of it does: stop, or zero, which logs it [stop]");
    put(AgentOptions.JMX, "register the MXBean [true]");
    put(AgentOptions.JMX_FOLDER, "where JMX clients may write, any name [anywhere, *.ramshot]");
    put(AgentOptions.HELP, "print this [false]");
  }

  private OptionTable() {}

  private static void put(String key, String text) {
    KEYS.put(key, text);
  }

  /** As a user would write it. */
  static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  static boolean has(String key) {
    return KEYS.containsKey(key);
  }

  static Set<String> keys() {
    return KEYS.keySet();
  }

  /** A line a key. */
  static List<String> lines() {
    List<String> lines = new ArrayList<>();
    KEYS.forEach((key, text) -> lines.add(String.format("  %-19s %s", key, text)));
    return lines;
  }
}
