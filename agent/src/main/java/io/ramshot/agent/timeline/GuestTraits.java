package io.ramshot.agent.timeline;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What tells a guest from another: its blocks of RAM, and the classes of its state.
 *
 * @param blocks by name, in words
 * @param states the participants' names, without the numbers of objects
 * @param restoredFrom the image that it began with
 * @param newest the newest image that was taken of it in this JVM
 */
public record GuestTraits(
    Map<String, String> blocks,
    Set<String> states,
    Optional<Path> restoredFrom,
    Optional<UUID> newest) {

  /** A block of RAM, in words. Pieces come and go, so their length says nothing. */
  public static String block(BlockKind kind, long length) {
    return kind == BlockKind.HEAP_PIECES ? kind.toString() : kind + " of " + Quantity.text(length);
  }

  /** A participant of the n-th object of a class is {@code class#n}. */
  public static Set<String> states(Collection<String> participants) {
    return participants.stream()
        .map(name -> name.replaceFirst("#[0-9]+$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * How an image differs from this guest.
   *
   * @param text one of the differences; null for none
   * @param sure false if the guest only lacks what it may have later: hosts allocate RAM bit by bit
   */
  record Difference(String text, boolean sure) {
    static final Difference NONE = new Difference(null, false);
  }

  Difference from(Image image) {
    Map<String, String> theirs = new TreeMap<>();
    for (ImageBlock block : image.blocks()) {
      theirs.put(block.name(), block(block.kind(), block.length()));
    }
    for (Map.Entry<String, String> block : blocks.entrySet()) {
      String there = theirs.get(block.getKey());
      if (!block.getValue().equals(there)) {
        return new Difference(
            "block "
                + block.getKey()
                + " is "
                + block.getValue()
                + " here and "
                + (there == null ? "missing" : there)
                + " there",
            true);
      }
    }
    Set<String> their = states(image.states().stream().map(state -> state.name()).toList());
    for (String state : states) {
      if (!their.contains(state)) {
        return new Difference("state of " + state + " is here and not there", true);
      }
    }
    for (Map.Entry<String, String> block : theirs.entrySet()) {
      if (!blocks.containsKey(block.getKey())) {
        return new Difference(
            "block " + block.getKey() + ", " + block.getValue() + ", is there and not here", false);
      }
    }
    for (String state : their) {
      if (!states.contains(state)) {
        return new Difference("state of " + state + " is there and not here", false);
      }
    }
    return Difference.NONE;
  }

  /**
   * Whether checkpoints are known to be this guest's, however it has changed since.
   *
   * @param folder without links
   */
  boolean owns(Path folder, List<Checkpoint> list) {
    if (restoredFrom.map(Path::getParent).filter(folder::equals).isPresent()) {
      return true;
    }
    return newest.isPresent()
        && list.stream().anyMatch(checkpoint -> newest.get().equals(checkpoint.id()));
  }
}
