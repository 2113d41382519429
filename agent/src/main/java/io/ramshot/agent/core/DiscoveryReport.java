package io.ramshot.agent.core;

import java.util.Properties;

/**
 * How far the watch of a host is: a system property of the target JVM, which attaching can read, so
 * that a host nobody knows needs no JMX for it.
 */
public final class DiscoveryReport {
  private static final String PROPERTY = "io.ramshot.discovery";

  private static final String WATCHING = "watching";
  private static final String FOUND = "found\n";
  private static final String NOTHING = "nothing\n";
  private static final String FAILED = "failed\n";

  private final String text;

  private DiscoveryReport(String text) {
    this.text = text;
  }

  static DiscoveryReport watching() {
    return new DiscoveryReport(WATCHING);
  }

  static DiscoveryReport of(boolean found, String text) {
    return new DiscoveryReport((found ? FOUND : NOTHING) + text);
  }

  /**
   * @param why one line
   */
  static DiscoveryReport failed(String why) {
    return new DiscoveryReport(FAILED + why);
  }

  /** Of the JVM that has these system properties. */
  public static DiscoveryReport of(Properties properties) {
    return new DiscoveryReport(properties.getProperty(PROPERTY, ""));
  }

  void publish() {
    System.setProperty(PROPERTY, text);
  }

  /** Whether a watch has begun at all. */
  public boolean begun() {
    return !text.isEmpty();
  }

  public boolean ended() {
    return begun() && !text.equals(WATCHING);
  }

  /** Whether it ended with a profile. */
  public boolean found() {
    return text.startsWith(FOUND);
  }

  /** The profile; or what was looked at, or went wrong, in one line. */
  public String text() {
    return text.substring(text.indexOf('\n') + 1);
  }
}
