package io.ramshot.agent.tools;

import java.util.ArrayList;
import java.util.List;

/**
 * How a block differs between two images. Its pages are cut as in the first one that has it.
 *
 * @param name of the block
 * @param lengthA in the first image, in bytes; -1 where it is not there
 * @param lengthB in the second image, in bytes; -1 where it is not there
 * @param states one byte a page: the ordinal of a {@link PageState}; empty where one image lacks
 *     the block
 */
public record BlockDiff(String name, long lengthA, long lengthB, byte[] states) {

  /** Whether both images have it. */
  public boolean inBoth() {
    return lengthA >= 0 && lengthB >= 0;
  }

  public boolean isSame() {
    return lengthA == lengthB && changed() == 0;
  }

  /** Pages of one state. */
  public long pages(PageState state) {
    long pages = 0;
    for (byte page : states) {
      pages += page == state.ordinal() ? 1 : 0;
    }
    return pages;
  }

  /** Pages that both images have, with different bytes. */
  public long changed() {
    return pages(PageState.CHANGED) + pages(PageState.WAS_ZERO) + pages(PageState.NOW_ZERO);
  }

  PageState state(int page) {
    return PageState.of(states[page]);
  }

  /**
   * Pages that changed, one after the other.
   *
   * @param first index of a page
   * @param count pages
   */
  public record Run(long first, long count) {}

  /** All runs of pages that changed, ascending. */
  public List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    for (int page = 0; page < states.length; page++) {
      int first = page;
      while (page < states.length && state(page).isChange()) {
        page++;
      }
      if (page > first) {
        runs.add(new Run(first, page - first));
      }
    }
    return runs;
  }
}
