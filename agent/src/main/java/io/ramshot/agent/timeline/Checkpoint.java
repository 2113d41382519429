package io.ramshot.agent.timeline;

import io.ramshot.image.Frozen;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One checkpoint of a timeline.
 *
 * @param number counts up over all checkpoints of the folder; the name has it
 * @param id null if the file cannot be read
 * @param parentId of the image that it is an increment on; null for a full one
 * @param freezeTime null if the file cannot be read
 * @param frozen whom the freeze stopped; null if that is not known
 * @param storedBytes what the file holds besides holes, in bytes
 * @param problem why it cannot be restored, empty if it is whole: it and all that it builds upon
 *     are there with sound metadata. Pages are checked when they are read.
 */
public record Checkpoint(
    long number,
    Path path,
    UUID id,
    UUID parentId,
    Instant freezeTime,
    Frozen frozen,
    long storedBytes,
    String problem) {

  public Optional<UUID> parent() {
    return Optional.ofNullable(parentId);
  }

  public boolean isWhole() {
    return problem.isEmpty();
  }

  Checkpoint broken(String why) {
    return new Checkpoint(number, path, id, parentId, freezeTime, frozen, storedBytes, why);
  }

  @Override
  public String toString() {
    return "#" + number;
  }
}
