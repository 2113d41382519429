package io.ramshot.agent.tools;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.OrderedWork;
import io.ramshot.image.ParticipantState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What differs between two images: pages of the blocks that both have, by their bytes; blocks and
 * participants' states that only one has.
 *
 * @param blocks those of the first image in its order, then those that only the second has
 * @param states of all participants, in the same order
 */
public record ImageDiff(List<BlockDiff> blocks, Map<String, StateChange> states) {
  /** What became of a participant's state between two images. */
  public enum StateChange {
    SAME,
    CHANGED,
    ONLY_A,
    ONLY_B
  }

  /** Pages that one thread compares at a time. */
  private static final int PIECE_PAGES = 1024;

  /** Compares with so many threads. */
  public static ImageDiff compare(Image a, Image b, int threads) throws ImageException {
    List<BlockDiff> blocks = new ArrayList<>();
    for (ImageBlock block : a.blocks()) {
      ImageBlock other = find(b, block.name());
      blocks.add(
          other == null
              ? new BlockDiff(block.name(), block.length(), -1, new byte[0])
              : compare(new BlockComparison(a, block, b, other), threads));
    }
    for (ImageBlock block : b.blocks()) {
      if (find(a, block.name()) == null) {
        blocks.add(new BlockDiff(block.name(), -1, block.length(), new byte[0]));
      }
    }
    return new ImageDiff(blocks, states(a, b));
  }

  private static ImageBlock find(Image image, String name) {
    return image.blocks().stream()
        .filter(block -> block.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static BlockDiff compare(BlockComparison comparison, int threads) throws ImageException {
    byte[] states = new byte[comparison.pages()];
    long pieces = (states.length + PIECE_PAGES - 1L) / PIECE_PAGES;
    new OrderedWork<Boolean>(pieces, threads, done -> {})
        .run(
            () -> {
              BlockComparison.Comparer comparer = comparison.comparer();
              return piece -> {
                int from = (int) (piece * PIECE_PAGES);
                comparer.compare(from, Math.min(states.length, from + PIECE_PAGES), states);
                return true;
              };
            });
    return comparison.result(states);
  }

  private static Map<String, StateChange> states(Image a, Image b) {
    Map<String, byte[]> others = new LinkedHashMap<>();
    b.states().forEach(state -> others.put(state.name(), state.bytes()));
    Map<String, StateChange> changes = new LinkedHashMap<>();
    for (ParticipantState state : a.states()) {
      byte[] other = others.remove(state.name());
      StateChange change = StateChange.CHANGED;
      if (other == null) {
        change = StateChange.ONLY_A;
      } else if (Arrays.equals(state.bytes(), other)) {
        change = StateChange.SAME;
      }
      changes.put(state.name(), change);
    }
    others.keySet().forEach(name -> changes.put(name, StateChange.ONLY_B));
    return changes;
  }

  /** Whether both images hold the same guest. */
  public boolean isSame() {
    return blocks.stream().allMatch(BlockDiff::isSame)
        && states.values().stream().allMatch(StateChange.SAME::equals);
  }
}
