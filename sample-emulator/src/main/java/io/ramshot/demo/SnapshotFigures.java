package io.ramshot.demo;

import javax.management.openmbean.CompositeData;

/**
 * How a snapshot ended, as the MXBean tells it; an item has the name that it has there.
 *
 * @param result the composite value that {@code waitFor} returns
 */
record SnapshotFigures(CompositeData result) {

  String state() {
    return (String) result.get("state");
  }

  boolean running() {
    return switch (state()) {
      case "COMPLETED", "FAILED", "CANCELLED" -> false;
      default -> true;
    };
  }

  String message() {
    return (String) result.get("message");
  }

  /** The instant of the freeze, in ISO 8601. */
  String freezeTime() {
    return (String) result.get("freezeTime");
  }

  long fileBytes() {
    return number(result, "fileBytes");
  }

  long allocatedBytes() {
    return number(result, "allocatedBytes");
  }

  /** A figure of the whole snapshot. */
  long status(String item) {
    return number(part("status"), item);
  }

  /** A part of the pause, in ns. */
  long pause(String item) {
    return number((CompositeData) part("status").get("pause"), item);
  }

  /** A figure about waiting guest threads; times in ns. */
  long stalls(String item) {
    return number((CompositeData) part("status").get("stalls"), item);
  }

  private CompositeData part(String item) {
    return (CompositeData) result.get(item);
  }

  private static long number(CompositeData data, String item) {
    return (Long) data.get(item);
  }
}
