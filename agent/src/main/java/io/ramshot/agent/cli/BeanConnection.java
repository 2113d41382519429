package io.ramshot.agent.cli;

import io.ramshot.agent.jmx.SnapshotsMXBean;
import io.ramshot.text.Cause;
import java.io.IOException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanException;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * The bean in another JVM, over JMX. Needs the modules java.management and java.management.rmi: see
 * {@link RuntimeModules}.
 */
final class BeanConnection implements AutoCloseable {
  private final long pid;
  private final JMXConnector connector;
  private final MBeanServerConnection server;
  private final ObjectName bean;

  private BeanConnection(long pid, JMXConnector connector, ObjectName bean) throws IOException {
    this.pid = pid;
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
    this.bean = bean;
  }

  /**
   * @param address as the JVM gives it to those who attach
   */
  static BeanConnection open(long pid, String address) throws CommandException {
    try {
      ObjectName name = new ObjectName(SnapshotsMXBean.OBJECT_NAME);
      return new BeanConnection(pid, JMXConnectorFactory.connect(new JMXServiceURL(address)), name);
    } catch (MalformedObjectNameException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new CommandException(
          "process "
              + pid
              + " does not let this command connect by JMX ("
              + e.getMessage()
              + "): does it still run?");
    }
  }

  boolean isRegistered() throws CommandException {
    try {
      return server.isRegistered(bean);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Composite data as our own {@link CompositeData}. */
  Object attribute(String name) throws CommandException {
    try {
      return CompositeData.of(server.getAttribute(bean, name));
    } catch (JMException | RuntimeException | IOException e) {
      throw failure(e);
    }
  }

  /** As {@link #attribute}. */
  Object call(String operation, Object[] arguments, String[] types) throws CommandException {
    try {
      return CompositeData.of(server.invoke(bean, operation, arguments, types));
    } catch (JMException | RuntimeException | IOException e) {
      throw failure(e);
    }
  }

  /** What the bean said, or that it can say nothing any more. */
  private CommandException failure(Exception e) {
    if (e instanceof RuntimeMBeanException || e instanceof MBeanException) {
      return new CommandException(Cause.message(e));
    }
    if (e instanceof InstanceNotFoundException) {
      return new CommandException("ramshot was unloaded from process " + pid);
    }
    if (e instanceof IOException) {
      return new CommandException(
          "the connection to process " + pid + " broke: it has ended, or was killed");
    }
    return new CommandException(Cause.text(e));
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      // The JVM is gone.
    }
  }
}
