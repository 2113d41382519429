package io.ramshot.agent.jmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostStartTest {
  private static final String PROPERTY = "java.util.logging.manager";
  private static final long BEGUN = 1_000;

  private final HostStart start = new HostStart(BEGUN);

  @AfterEach
  void clear() {
    System.clearProperty(PROPERTY);
  }

  @Test
  void waitsForTheLauncherAndThenTwoSeconds() {
    assertFalse(start.reached(Set.of(), BEGUN + 5_000_000_000L));
    assertFalse(start.reached(Set.of(HostStart.LAUNCHER), BEGUN + 5_000_000_000L));
    assertFalse(start.reached(Set.of(HostStart.LAUNCHER), BEGUN + 6_999_999_999L));
    assertTrue(start.reached(Set.of(HostStart.LAUNCHER), BEGUN + 7_000_000_000L));
  }

  @Test
  void waitsTenSecondsWhereNoLauncherIs() {
    assertFalse(start.reached(Set.of(), BEGUN + 9_999_999_999L));
    assertTrue(start.reached(Set.of(), BEGUN + 10_000_000_000L));
  }

  @Test
  void doesNotWaitOnceTheHostHasAnMBeanServer() {
    assertTrue(start.reached(Set.of(HostStart.JMX_SERVER), BEGUN));
  }

  @Test
  void aHostWithItsOwnLogManagerGoesFirst() {
    System.setProperty(PROPERTY, "host.LogManager");
    assertFalse(start.reached(Set.of(HostStart.LAUNCHER), BEGUN));
    assertFalse(start.reached(Set.of(HostStart.LAUNCHER), BEGUN + 3_600_000_000_000L));
    assertTrue(
        start.reached(
            Set.of(HostStart.LAUNCHER, HostStart.LOG_MANAGER), BEGUN + 3_600_000_000_001L));
  }

  @Test
  void aJvmThatIsEndingHasNoClassesToTell() {
    Instrumentation ending =
        (Instrumentation)
            Proxy.newProxyInstance(
                HostStartTest.class.getClassLoader(),
                new Class<?>[] {Instrumentation.class},
                (proxy, method, arguments) -> null);
    assertEquals(Set.of(), HostStart.bootClasses(ending));
  }
}
