package io.ramshot.agent.jmx;

import io.ramshot.text.Printable;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import javax.management.JMException;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanServer;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;

/** The bean's place in the platform MBean server; closing it takes the bean out again. */
public final class JmxRegistration implements AutoCloseable {
  private static final String TYPE = "io.ramshot.snapshot.";

  private final MBeanServer server;
  private final ObjectName name;

  private JmxRegistration(MBeanServer server, ObjectName name) {
    this.server = server;
    this.name = name;
  }

  /**
   * Registers the bean. This initialises JMX, and through it java.util.logging: see {@link
   * HostStart} for when that is allowed.
   */
  public static JmxRegistration register(Snapshots snapshots) throws JMException {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName name = new ObjectName(SnapshotsMXBean.OBJECT_NAME);
    NotificationBroadcasterSupport emitter = new NotificationBroadcasterSupport(notifications());
    snapshots.listener(new Notifier(name, emitter));
    server.registerMBean(new DescribedBean<>(snapshots, SnapshotsMXBean.class, emitter), name);
    return new JmxRegistration(server, name);
  }

  private static MBeanNotificationInfo notifications() {
    return new MBeanNotificationInfo(
        new String[] {TYPE + "started", TYPE + "completed", TYPE + "failed", TYPE + "cancelled"},
        Notification.class.getName(),
        "A snapshot started or ended; the user data is its result as composite data");
  }

  @Override
  public void close() throws JMException {
    server.unregisterMBean(name);
  }

  /** Tells JMX listeners; they are called on the thread that starts or watches the snapshot. */
  private static final class Notifier implements Snapshots.Listener {
    private final ObjectName source;
    private final NotificationBroadcasterSupport emitter;
    private long sequence;

    Notifier(ObjectName source, NotificationBroadcasterSupport emitter) {
      this.source = source;
      this.emitter = emitter;
    }

    @Override
    public void started(ResultView snapshot) {
      send("started", "snapshot to " + snapshot.getTarget() + " started", snapshot);
    }

    @Override
    public void ended(ResultView result) {
      String how = result.state().name().toLowerCase(Locale.ROOT);
      String why = result.getMessage().isEmpty() ? "" : ": " + result.getMessage();
      send(how, "snapshot to " + result.getTarget() + " " + how + why, result);
    }

    private synchronized void send(String how, String message, ResultView result) {
      Notification notification =
          new Notification(TYPE + how, source, ++sequence, Printable.line(message));
      notification.setUserData(OpenData.of(result));
      emitter.sendNotification(notification);
    }
  }
}
