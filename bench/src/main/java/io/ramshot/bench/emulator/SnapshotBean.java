package io.ramshot.bench.emulator;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** ramshot's bean in another JVM, as any JMX client sees it. */
final class SnapshotBean implements AutoCloseable {
  private static final String NAME = "io.ramshot:type=Snapshots";
  private static final long LOOK_MILLIS = 50;
  private static final int LOOKS = 400;
  private static final long WAIT_MILLIS = 60_000;

  private final JMXConnector connector;
  private final MBeanServerConnection server;
  private final ObjectName name;

  private SnapshotBean(JMXConnector connector, ObjectName name) throws IOException {
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
    this.name = name;
  }

  static SnapshotBean connect(long pid) throws IOException, InterruptedException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      SnapshotBean bean;
      try {
        JMXServiceURL url = new JMXServiceURL(machine.startLocalManagementAgent());
        bean = new SnapshotBean(JMXConnectorFactory.connect(url), new ObjectName(NAME));
      } finally {
        machine.detach();
      }
      for (int i = 0; i < LOOKS && !bean.server.isRegistered(bean.name); i++) {
        Thread.sleep(LOOK_MILLIS);
      }
      return bean;
    } catch (AttachNotSupportedException | JMException e) {
      throw new IOException("no JMX connection to process " + pid + ": " + e.getMessage(), e);
    }
  }

  void start(Path file) throws IOException {
    invoke("start", file.toString(), String.class.getName());
  }

  /** Waits for the end; the composite value that the bean gives. */
  CompositeData await() throws IOException {
    return (CompositeData) invoke("waitFor", WAIT_MILLIS, "long");
  }

  private Object invoke(String operation, Object argument, String type) throws IOException {
    try {
      return server.invoke(name, operation, new Object[] {argument}, new String[] {type});
    } catch (JMException | RuntimeException e) {
      throw new IOException("ramshot's bean refused " + operation + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      return; // the other JVM is gone
    }
  }
}
