package io.ramshot.hooks.discover;

import java.io.IOException;
import java.util.BitSet;

/** How much of some memory is being written, as its pages tell it from one look to the next. */
final class Written {

  private final Pages pages;
  private final int stride;
  private final BitSet changed = new BitSet();
  private int[] before;
  private int[] now;
  private long changes;
  private int fewestChanges = Integer.MAX_VALUE;
  private long begun;
  private long last;

  /**
   * @param stride every so many pages are looked at
   */
  Written(Pages pages, int stride) {
    this.pages = pages;
    this.stride = stride;
    now = new int[pages.count(stride)];
  }

  /** Looks at the pages once more. */
  void look() throws IOException {
    boolean first = before == null;
    int[] free = first ? new int[now.length] : before;
    before = now;
    now = free;
    pages.hash(stride, now);
    last = System.nanoTime();
    if (first) {
      begun = last;
      return;
    }
    int changesNow = 0;
    for (int i = 0; i < now.length; i++) {
      if (now[i] != before[i]) {
        changed.set(i);
        changesNow++;
      }
    }
    changes += changesNow;
    fewestChanges = Math.min(fewestChanges, changesNow);
  }

  /** Whether anything was written. */
  boolean any() {
    return !changed.isEmpty();
  }

  /** Share of the pages that was written at all, 0 to 1. */
  double share() {
    return now.length == 0 ? 0 : (double) changed.cardinality() / now.length;
  }

  /** Share of the pages that was looked at, 0 to 1. */
  double sampled() {
    return 1.0 / stride;
  }

  /** Whether every page was written between any two looks, as a screen is. */
  boolean always() {
    return fewestChanges == now.length && now.length > 0;
  }

  /** At least so many bytes of pages are written a second. */
  long bytesPerSecond() {
    double seconds = (last - begun) / 1e9;
    return seconds <= 0
        ? 0
        : (long) ((double) changes / Math.max(1, now.length) * pages.bytes() / seconds);
  }
}
