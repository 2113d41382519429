package io.ramshot.bench.qemu;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What QEMU says of a migration, {@code query-migrate}. A background snapshot is one to it.
 *
 * @param status like {@code setup}, {@code active}, {@code completed}; {@code none} before the
 *     first
 * @param downtimeMillis for how long the guest was stopped, in whole ms; from completion on
 * @param totalMillis how long it has taken, in ms
 * @param transferredBytes of RAM, with its page headers
 * @param error why it failed
 */
record MigrationStatus(
    String status,
    OptionalLong downtimeMillis,
    OptionalLong totalMillis,
    OptionalLong transferredBytes,
    Optional<String> error) {

  /** Reads QEMU's reply. What it does not hold is empty. */
  static MigrationStatus of(JsonElement reply) {
    JsonObject object = reply.isJsonObject() ? reply.getAsJsonObject() : new JsonObject();
    JsonObject ram = object.get("ram") instanceof JsonObject member ? member : new JsonObject();
    return new MigrationStatus(
        text(object, "status").orElse("none"),
        number(object, "downtime"),
        number(object, "total-time"),
        number(ram, "transferred"),
        text(object, "error-desc"));
  }

  boolean completed() {
    return status.equals("completed");
  }

  /** Whether it ended without an image. */
  boolean failed() {
    return status.equals("failed") || status.equals("cancelled") || status.equals("cancelling");
  }

  private static Optional<String> text(JsonObject object, String name) {
    return object.has(name) ? Optional.of(object.get(name).getAsString()) : Optional.empty();
  }

  private static OptionalLong number(JsonObject object, String name) {
    return object.has(name) ? OptionalLong.of(object.get(name).getAsLong()) : OptionalLong.empty();
  }
}
