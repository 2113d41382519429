package io.ramshot.image;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What an image holds besides page data.
 *
 * @param id of the image; random
 * @param parent what an increment builds upon
 * @param freezeTime kept in whole ms
 * @param tables one a block, in the layout's order
 * @param shapes one a block of kind {@link BlockKind#HEAP_PIECES}, in the layout's order
 * @param states participants', with unique names
 * @param info figures of the snapshot, in the map's own order; keys are not empty and hold no
 *     control characters, keys and values take at most 65535 bytes of UTF-8
 * @param extras sections that readers may pass over, of different types
 */
public record ImageContents(
    UUID id,
    Optional<ParentRef> parent,
    Instant freezeTime,
    List<PageTable> tables,
    List<Shape> shapes,
    List<ParticipantState> states,
    Map<String, String> info,
    List<ExtraSection> extras) {

  /** Of an image that stands alone, without shapes and extras. */
  public static ImageContents of(
      UUID id,
      Instant freezeTime,
      List<PageTable> tables,
      List<ParticipantState> states,
      Map<String, String> info) {
    return new ImageContents(
        id, Optional.empty(), freezeTime, tables, List.of(), states, info, List.of());
  }
}
