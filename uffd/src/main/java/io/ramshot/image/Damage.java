package io.ramshot.image;

/**
 * Something in an image that is not as it was written.
 *
 * @param block the block's name, or empty for bytes that belong to no block
 * @param page index of the image page, or -1 for bytes that belong to no block
 * @param fileOffset where it starts, in bytes
 * @param problem what is wrong, for people
 */
public record Damage(String block, long page, long fileOffset, String problem) {

  @Override
  public String toString() {
    return page < 0
        ? String.format("file offset %d: %s", fileOffset, problem)
        : String.format(
            "page %d of block %s, file offset %d: %s", page, block, fileOffset, problem);
  }
}
