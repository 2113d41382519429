package io.ramshot.image;

/**
 * What a participant saved at the freeze.
 *
 * @param name the participant's, unique within the image, not empty, without control characters
 * @param bytes opaque to ramshot; shared with the caller, not copied
 */
public record ParticipantState(String name, byte[] bytes) {

  public ParticipantState {
    Text.requireName("participant name", name);
    java.util.Objects.requireNonNull(bytes, "bytes");
  }
}
