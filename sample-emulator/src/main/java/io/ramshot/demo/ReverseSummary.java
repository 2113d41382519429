package io.ramshot.demo;

/** What came out of reverse execution, for the closing line. */
final class ReverseSummary {
  private int checkpoints;
  private int same;
  private long farthest;
  private long instructions;

  void listed(int count) {
    checkpoints = count;
  }

  /**
   * The machine came to the same again.
   *
   * @param millis how far it had gone back, in ms
   * @param again instructions that it executed once more
   */
  void same(long millis, long again) {
    same++;
    farthest = Math.max(farthest, millis);
    instructions = Math.max(instructions, again);
  }

  /** Name=value pairs. */
  String line() {
    return Units.format(
        "checkpoints=%d same=%d back_s_max=%.1f instructions_again_max=%d",
        checkpoints, same, farthest / 1e3, instructions);
  }
}
