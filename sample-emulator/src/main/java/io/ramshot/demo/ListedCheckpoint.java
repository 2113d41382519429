package io.ramshot.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A checkpoint of a timeline, as {@code ramshot timeline --json} lists it.
 *
 * @param beforeNewest how much older than the newest it is, in ms
 * @param stored what its file holds besides holes, in bytes
 * @param kind full or increment
 * @param whole whether it can be restored
 */
record ListedCheckpoint(long number, long beforeNewest, long stored, String kind, boolean whole) {
  private static final Pattern OBJECT = Pattern.compile("\\{[^{}]*\\}");

  /** Oldest first. */
  static List<ListedCheckpoint> parse(String json) throws DemoException {
    List<ListedCheckpoint> list = new ArrayList<>();
    Matcher objects = OBJECT.matcher(json);
    while (objects.find()) {
      String object = objects.group();
      list.add(
          new ListedCheckpoint(
              Long.parseLong(item(object, "number")),
              Long.parseLong(item(object, "beforeNewestMillis")),
              Long.parseLong(item(object, "storedBytes")),
              item(object, "kind"),
              Boolean.parseBoolean(item(object, "whole"))));
    }
    DemoException.require(!list.isEmpty(), "no checkpoint is listed: %s", json.strip());
    return list;
  }

  private static String item(String object, String name) throws DemoException {
    Matcher matcher = Pattern.compile("\"" + name + "\": *\"?([a-z0-9-]+)").matcher(object);
    DemoException.require(matcher.find(), "a listed checkpoint has no %s: %s", name, object);
    return matcher.group(1);
  }
}
