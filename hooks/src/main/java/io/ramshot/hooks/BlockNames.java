package io.ramshot.hooks;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers what comes from one site: {@code com.example.Memory#1}, {@code #2}, and so on.
 *
 * <p>The lowest free number is given, so that a host that frees its RAM and allocates it again, as
 * on a reset, comes to the same names as one that has just started.
 */
public final class BlockNames {

  /** Said of a site whose numbers tell nothing: a restore goes by lengths then, or is refused. */
  private static final String UNORDERED = "~";

  /** A site of blocks that were found in an order which another JVM does not have. */
  static String unordered(String site) {
    return site + UNORDERED;
  }

  private final Map<String, BitSet> taken = new HashMap<>();

  synchronized String take(String site) {
    BitSet numbers = taken.computeIfAbsent(site, s -> new BitSet());
    int number = numbers.nextClearBit(1);
    numbers.set(number);
    return site + "#" + number;
  }

  /** The name that was released, or if somebody has it now, another one of its site. */
  synchronized String retake(String name) {
    BitSet numbers = taken.get(site(name));
    if (numbers.get(number(name))) {
      return take(site(name));
    }
    numbers.set(number(name));
    return name;
  }

  synchronized void release(String name) {
    taken.get(site(name)).clear(number(name));
  }

  /**
   * Where a block comes from, whether or not its order is known; empty if its name says nothing.
   */
  public static String siteOf(String name) {
    String site = name.substring(0, Math.max(0, name.lastIndexOf('#')));
    return site.endsWith(UNORDERED) ? site.substring(0, site.length() - 1) : site;
  }

  private static String site(String name) {
    return name.substring(0, name.lastIndexOf('#'));
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(name.lastIndexOf('#') + 1));
  }
}
