package io.ramshot.image;

/**
 * A block as it lies in memory, before it has a place in a file.
 *
 * @param name unique within the image, not empty, without control characters, at most 65535 bytes
 *     of UTF-8
 * @param length in bytes, at least 1
 * @param lead the block's address modulo the page size, in bytes
 */
public record Extent(String name, BlockKind kind, long length, int lead) {

  public Extent {
    Text.requireName("block name", name);
    java.util.Objects.requireNonNull(kind, "kind");
    if (length < 1) {
      throw new IllegalArgumentException("block " + name + " has a length of " + length);
    }
    if (lead < 0) {
      throw new IllegalArgumentException("block " + name + " has a lead of " + lead);
    }
  }
}
