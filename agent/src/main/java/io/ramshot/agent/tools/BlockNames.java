package io.ramshot.agent.tools;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.text.Listing;

/** Finds the block that a user means. */
public final class BlockNames {

  private BlockNames() {}

  /**
   * @throws IllegalArgumentException if there is none of that name; names those that there are
   */
  public static ImageBlock find(Image image, String name) {
    return image.blocks().stream()
        .filter(block -> block.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    image.path() + " has no block " + name + ": it has " + all(image)));
  }

  /**
   * @throws IllegalArgumentException if there is not exactly one; names those that there are
   */
  public static ImageBlock only(Image image) {
    if (image.blocks().size() != 1) {
      throw new IllegalArgumentException(
          image.path()
              + " has "
              + image.blocks().size()
              + " blocks ("
              + all(image)
              + "): say which with --block");
    }
    return image.blocks().get(0);
  }

  private static String all(Image image) {
    return image.blocks().isEmpty()
        ? "none"
        : Listing.of(image.blocks().stream().map(ImageBlock::name).toList());
  }
}
