package io.ramshot.agent.core;

import java.util.Properties;

/**
 * What the agent tells other processes about itself before they can reach its bean: a system
 * property of the target JVM, which attaching can read.
 */
public final class AgentState {
  /** Unset where the agent is not. */
  static final String PROPERTY = "io.ramshot.agent";

  private static final String FAILED = "failed: ";
  private static final String NO_JMX = "without jmx";
  private static final String NO_MANAGEMENT = "without java.management";

  private final String text;

  private AgentState(String text) {
    this.text = text;
  }

  /**
   * @param jmx whether it is to have a bean
   */
  static AgentState running(boolean jmx) {
    return new AgentState(jmx ? Management.isPresent() ? "running" : NO_MANAGEMENT : NO_JMX);
  }

  /**
   * @param why one line
   */
  static AgentState failed(String why) {
    return new AgentState(FAILED + why);
  }

  /** Of the JVM that has these system properties. */
  public static AgentState of(Properties properties) {
    return new AgentState(properties.getProperty(PROPERTY, ""));
  }

  void publish() {
    System.setProperty(PROPERTY, text);
  }

  public boolean isRunning() {
    return !text.isEmpty() && !text.startsWith(FAILED);
  }

  /** Whether it runs in a way that nobody can reach. */
  public boolean isOutOfReach() {
    return text.equals(NO_JMX) || text.equals(NO_MANAGEMENT);
  }

  /** Why there is no bean although the agent was loaded, in one line. */
  public String whyNoBean(long pid) {
    if (text.startsWith(FAILED)) {
      return "ramshot cannot start in process " + pid + ": " + text.substring(FAILED.length());
    }
    if (text.equals(NO_JMX)) {
      return "ramshot runs in process "
          + pid
          + " with jmx=false and cannot be reached: restart it without that option";
    }
    if (text.equals(NO_MANAGEMENT)) {
      return "ramshot runs in process "
          + pid
          + " without module java.management and cannot be reached: restart it with --add-modules"
          + " jdk.management.agent, on a runtime that has that";
    }
    return "ramshot did not start in process " + pid + ": see what it printed to stderr";
  }
}
