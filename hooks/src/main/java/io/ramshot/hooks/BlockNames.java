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
final class BlockNames {

  private final Map<String, BitSet> taken = new HashMap<>();

  synchronized String take(String site) {
    BitSet numbers = taken.computeIfAbsent(site, s -> new BitSet());
    int number = numbers.nextClearBit(1);
    numbers.set(number);
    return site + "#" + number;
  }

  synchronized void release(String name) {
    int hash = name.lastIndexOf('#');
    taken.get(name.substring(0, hash)).clear(Integer.parseInt(name.substring(hash + 1)));
  }

  static String site(String name) {
    return name.substring(0, name.lastIndexOf('#'));
  }
}
