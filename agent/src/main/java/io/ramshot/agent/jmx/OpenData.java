package io.ramshot.agent.jmx;

import javax.management.JMException;
import javax.management.StandardMBean;
import javax.management.openmbean.CompositeData;

/** Turns a result into what a notification may carry, by the JDK's own MXBean rules. */
final class OpenData {

  /** A bean of one attribute, never registered. */
  public interface HolderMXBean {
    ResultView getResult();
  }

  private OpenData() {}

  static CompositeData of(ResultView result) {
    HolderMXBean holder = () -> result;
    try {
      return (CompositeData)
          new StandardMBean(holder, HolderMXBean.class, true).getAttribute("Result");
    } catch (JMException e) {
      throw new IllegalStateException("result cannot be shown as open data", e);
    }
  }
}
