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

  private final String text;

  private AgentState(String text) {
    this.text = text;
  }

  static AgentState running(boolean jmx) {
    return new AgentState(jmx ? "running" : NO_JMX);
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
    return "ramshot did not start in process " + pid + ": see what it printed to stderr";
  }
}
