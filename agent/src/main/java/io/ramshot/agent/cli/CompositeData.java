package io.ramshot.agent.cli;

import java.util.Arrays;

/**
 * Named figures of the bean: the JDK's type of this name without its module, java.management, for
 * commands are loaded in runtimes, too, that lack it.
 */
final class CompositeData {
  private final javax.management.openmbean.CompositeData data;

  private CompositeData(javax.management.openmbean.CompositeData data) {
    this.data = data;
  }

  /** What the bean answered, with composite data as this type and anything else as it is. */
  static Object of(Object answer) {
    if (answer instanceof javax.management.openmbean.CompositeData[] all) {
      return Arrays.stream(all).map(CompositeData::new).toArray(CompositeData[]::new);
    }
    return answer instanceof javax.management.openmbean.CompositeData one
        ? new CompositeData(one)
        : answer;
  }

  /** Whether it has such an item: older agents lack some. */
  boolean containsKey(String item) {
    return data.containsKey(item);
  }

  Object get(String item) {
    return of(data.get(item));
  }
}
