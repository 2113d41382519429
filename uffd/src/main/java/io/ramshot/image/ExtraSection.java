package io.ramshot.image;

import java.nio.ByteBuffer;

/**
 * A section that readers may pass over (docs/FORMAT.md).
 *
 * @param type four letters, the first of them lower-case
 * @param payload from position to limit
 */
public record ExtraSection(String type, ByteBuffer payload) {
  /**
   * @throws IllegalArgumentException if the type is not that of an optional section
   */
  public ExtraSection {
    if (!type.matches("[a-z][a-zA-Z]{3}")) {
      throw new IllegalArgumentException(
          type + " is no type of an optional section: four letters, the first one lower-case");
    }
    payload = payload.slice();
  }

  /** A view of its own, position 0, big-endian as every new view is. */
  @Override
  public ByteBuffer payload() {
    return payload.duplicate();
  }
}
