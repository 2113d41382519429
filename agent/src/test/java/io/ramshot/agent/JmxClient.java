package io.ramshot.agent;

import com.sun.tools.attach.VirtualMachine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** A JMX client as any other: it knows the bean's name and nothing of our classes. */
public final class JmxClient implements AutoCloseable {
  private static final int SIGQUIT = 3;

  private final JMXConnector connector;
  public final MBeanServerConnection server;
  public final ObjectName bean;

  private JmxClient(JMXConnector connector) throws Exception {
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
    this.bean = new ObjectName("io.ramshot:type=Snapshots");
  }

  /** A JVM that has only been started would die of the signal that asks it to listen. */
  private static VirtualMachine attach(ForkedJvm jvm) throws Exception {
    Path status = Path.of("/proc", Long.toString(jvm.pid()), "status");
    while (Files.readAllLines(status).stream().noneMatch(JmxClient::catchesQuit)) {
      Thread.sleep(20);
    }
    return VirtualMachine.attach(Long.toString(jvm.pid()));
  }

  private static boolean catchesQuit(String line) {
    return line.startsWith("SigCgt:")
        && (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1 << SIGQUIT - 1) != 0;
  }

  public static JmxClient connect(ForkedJvm jvm) throws Exception {
    VirtualMachine vm = attach(jvm);
    try {
      JMXServiceURL url = new JMXServiceURL(vm.startLocalManagementAgent());
      return new JmxClient(JMXConnectorFactory.connect(url));
    } finally {
      vm.detach();
    }
  }

  /** Connects to an agent that is to register its bean now, as our command line does. */
  public static JmxClient connectNow(ForkedJvm jvm) throws Exception {
    VirtualMachine vm = attach(jvm);
    try {
      vm.loadAgent(ForkedJvm.RAMSHOT_JAR.toString());
    } finally {
      vm.detach();
    }
    return connect(jvm).awaitBean();
  }

  /** The bean comes late on purpose. */
  public JmxClient awaitBean() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!server.isRegistered(bean)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no bean");
      }
      Thread.sleep(50);
    }
    return this;
  }

  public Object get(String attribute) throws Exception {
    return server.getAttribute(bean, attribute);
  }

  public String start(Object path) throws Exception {
    return (String)
        server.invoke(
            bean, "start", new Object[] {path.toString()}, new String[] {String.class.getName()});
  }

  public CompositeData waitFor(long millis) throws Exception {
    return (CompositeData)
        server.invoke(bean, "waitFor", new Object[] {millis}, new String[] {"long"});
  }

  public boolean cancel() throws Exception {
    return (Boolean) server.invoke(bean, "cancel", new Object[0], new String[0]);
  }

  @Override
  public void close() throws java.io.IOException {
    connector.close();
  }
}
