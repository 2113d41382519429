package io.ramshot.demo;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** A connection to the MXBean of ramshot in another JVM, over that JVM's local JMX connector. */
final class SnapshotClient implements AutoCloseable {
  private static final String BEAN = "io.ramshot:type=Snapshots";

  /** The bean is registered a moment after the host has started. */
  private static final long LOOK_MILLIS = 50;

  /** How long one remote call waits. */
  private static final long WAIT_MILLIS = 10_000;

  private final JMXConnector connector;
  private final MBeanServerConnection server;
  private final ObjectName bean;

  private SnapshotClient(JMXConnector connector) throws IOException, MalformedObjectNameException {
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
    this.bean = new ObjectName(BEAN);
  }

  static SnapshotClient connect(long pid) throws DemoException, InterruptedException {
    try {
      VirtualMachine vm = VirtualMachine.attach(Long.toString(pid));
      SnapshotClient client;
      try {
        JMXServiceURL url = new JMXServiceURL(vm.startLocalManagementAgent());
        client = new SnapshotClient(JMXConnectorFactory.connect(url));
      } finally {
        vm.detach();
      }
      while (!client.server.isRegistered(client.bean)) {
        Thread.sleep(LOOK_MILLIS);
      }
      return client;
    } catch (IOException | AttachNotSupportedException | JMException e) {
      throw new DemoException("no JMX connection to process " + pid + ": " + e.getMessage(), e);
    }
  }

  /** The blocks of guest RAM: open data with name, kind, address and bytes. */
  CompositeData[] blocks() throws DemoException {
    try {
      return (CompositeData[]) server.getAttribute(bean, "Blocks");
    } catch (IOException | JMException | RuntimeException e) {
      throw failure(e);
    }
  }

  /** How many checkpoints of the timeline have given way to newer ones. */
  long merged() throws DemoException {
    try {
      return (Long) ((CompositeData) server.getAttribute(bean, "Timeline")).get("merged");
    } catch (IOException | JMException | RuntimeException e) {
      throw failure(e);
    }
  }

  /** Starts a snapshot, which then goes on by itself. */
  void start(Path file) throws DemoException {
    invoke("start", file.toString(), String.class.getName());
  }

  /** Waits for its end. */
  SnapshotFigures await() throws DemoException {
    while (true) {
      SnapshotFigures figures =
          new SnapshotFigures((CompositeData) invoke("waitFor", WAIT_MILLIS, "long"));
      if (!figures.running()) {
        DemoException.require(
            figures.state().equals("COMPLETED"), "there is no snapshot: %s", figures.message());
        return figures;
      }
    }
  }

  private Object invoke(String operation, Object argument, String type) throws DemoException {
    try {
      return server.invoke(bean, operation, new Object[] {argument}, new String[] {type});
    } catch (IOException | JMException | RuntimeException e) {
      throw failure(e);
    }
  }

  private static DemoException failure(Exception e) {
    Throwable reason = e instanceof RuntimeMBeanException ? e.getCause() : e;
    return new DemoException("ramshot's MXBean says: " + reason.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      // The machine is gone.
    }
  }
}
