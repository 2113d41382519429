package io.ramshot.agent.timeline;

import io.ramshot.image.Absorption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the files of a timeline are called; no file of another name is ever touched. */
final class TimelineName {
  /** Held by the JVM that writes the timeline; stays when it ends. */
  static final String LOCK = "timeline.lock";

  private static final String TRACE = ".trace";

  private static final Pattern CHECKPOINT = Pattern.compile("timeline-([0-9]{6,18})\\.ramshot");

  /** What is called so until it is whole, and what a killed JVM leaves of that. */
  private static final Pattern PART =
      Pattern.compile("\\.{1,2}timeline-[0-9]{6,18}\\.ramshot(?:\\.part)?(?:\\.[0-9]+)?\\.part");

  private TimelineName() {}

  static String of(long number) {
    return String.format(Locale.ROOT, "timeline-%06d.ramshot", number);
  }

  /** The number of a checkpoint, -1 for any other file. */
  static long number(String name) {
    Matcher matcher = CHECKPOINT.matcher(name);
    if (!matcher.matches()) {
      return -1;
    }
    long number = Long.parseLong(matcher.group(1));
    return of(number).equals(name) ? number : -1;
  }

  /** A checkpoint on its way out, see {@link Absorption}. */
  static boolean isMerging(String name) {
    return Absorption.child(Path.of(name))
        .filter(child -> number(child.getFileName().toString()) >= 0)
        .isPresent();
  }

  /** What a checkpoint is called while it is copied as a whole. */
  static String flattened(String name) {
    return "." + name + ".part";
  }

  /** The number of the checkpoint of which a lazy restore left a trace, -1 for any other file. */
  static long tracedNumber(String name) {
    return name.endsWith(TRACE) ? number(name.substring(0, name.length() - TRACE.length())) : -1;
  }

  /** Whether a folder in which this is holds a timeline. */
  static boolean isOurs(String name) {
    return name.equals(LOCK) || number(name) >= 0 || isMerging(name);
  }

  static boolean isPart(String name) {
    return PART.matcher(name).matches();
  }
}
