package io.ramshot.agent.timeline;

/** What a timeline is doing, so that its status tells where it has got stuck. */
enum TimelineStep {
  WAITING(""),
  LOOKING("looking at the folder"),
  TIDYING("removing what was left over"),
  MERGING("letting the oldest checkpoint go"),
  TAKING("taking a checkpoint"),
  SAYING("printing a line"),
  ENDING("waiting for the end of its last checkpoint");

  private final String text;

  TimelineStep(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
