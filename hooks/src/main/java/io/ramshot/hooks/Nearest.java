package io.ramshot.hooks;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Finds what a user who misspelt a name may have meant. */
public final class Nearest {

  private Nearest() {}

  /** At most {@code count} candidates, those with the nearest names first. */
  public static <T> List<T> to(
      String wanted, Collection<T> candidates, Function<T, String> name, int count) {
    record Candidate<T>(T value, int distance) {}
    String lower = wanted.toLowerCase(Locale.ROOT);
    // Once each, for a sort compares each many times.
    return candidates.stream()
        .map(c -> new Candidate<>(c, rank(lower, name.apply(c).toLowerCase(Locale.ROOT))))
        .sorted(Comparator.comparingInt(Candidate::distance))
        .limit(count)
        .map(Candidate::value)
        .toList();
  }

  /** Who writes only the beginning means the whole, however much is missing. */
  private static int rank(String wanted, String candidate) {
    return !wanted.isEmpty() && candidate.startsWith(wanted) ? 0 : distance(wanted, candidate);
  }

  /** Insertions, deletions and replacements of one character that lead from one to the other. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
