package io.ramshot.bench.restore;

import io.ramshot.bench.cell.CellSize;
import java.util.List;

/**
 * One table of restores: all contenders, the same image, round after round.
 *
 * @param name like {@code restore-1g-cold}
 * @param ramBytes the guest's RAM
 * @param cached whether the page cache holds the image when a turn begins, or nothing of it
 * @param quantumOnly whether a turn ends with the guest's first quantum
 * @param contenders in the order of each round
 * @param inEachRound those who have a turn in rounds beyond the first
 * @param rounds how many
 */
public record RestoreCell(
    String name,
    long ramBytes,
    boolean cached,
    boolean quantumOnly,
    List<String> contenders,
    List<String> inEachRound,
    int rounds) {

  RestoreCell withRounds(int number) {
    return new RestoreCell(name, ramBytes, cached, quantumOnly, contenders, inEachRound, number);
  }

  /** One line for people. */
  public String description() {
    return "a guest of "
        + CellSize.text(ramBytes)
        + " restored, its image "
        + (cached ? "in the page cache" : "not in the page cache")
        + (quantumOnly ? ", until its first quantum has run" : "");
  }
}
