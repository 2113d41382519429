package io.ramshot.bench.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class QmpTest {
  private static final String STOP =
      "{\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 123456}, \"event\": \"STOP\"}";

  private static Qmp connect(FakeQemu qemu) throws IOException, InterruptedException {
    return new Qmp(qemu.in(), qemu.out(), Duration.ofSeconds(10));
  }

  @Test
  void takesTheGreetingAndLeavesTheNegotiation() throws Exception {
    try (FakeQemu qemu = new FakeQemu(FakeQemu.GREETING, FakeQemu.OK)) {
      connect(qemu);
      assertTrue(qemu.received().get(0).contains("\"execute\":\"qmp_capabilities\""));
    }
  }

  @Test
  void sendsArgumentsAndReturnsTheReply() throws Exception {
    try (FakeQemu qemu =
        new FakeQemu(FakeQemu.GREETING, FakeQemu.OK, "{\"id\": \"ID\", \"return\": [1, 2]}")) {
      Qmp qmp = connect(qemu);
      JsonObject arguments = new JsonObject();
      arguments.addProperty("uri", "exec:cat > 'a \"b\"'");
      assertEquals(2, qmp.execute("migrate", arguments).getAsJsonArray().size());
      assertTrue(
          qemu.received()
                  .get(1)
                  .contains("{\"uri\":\"exec:cat \\u003e \\u0027a \\\"b\\\"\\u0027\"}")
              || qemu.received().get(1).contains("{\"uri\":\"exec:cat > 'a \\\"b\\\"'\"}"));
    }
  }

  @Test
  void keepsEventsThatComeBeforeAReply() throws Exception {
    try (FakeQemu qemu =
        new FakeQemu(
            FakeQemu.GREETING,
            FakeQemu.OK,
            STOP
                + "\n{\"event\": \"RESUME\"}\n"
                + STOP.replace("123456", "9")
                + "\n"
                + FakeQemu.OK)) {
      Qmp qmp = connect(qemu);
      assertTrue(qmp.event("STOP").isEmpty());
      qmp.execute("migrate");
      assertEquals(1_700_000_000_123_456L, qmp.event("STOP").orElseThrow().epochMicros());
      assertEquals(-1, qmp.event("RESUME").orElseThrow().epochMicros());
    }
  }

  @Test
  void passesOverTheReplyToAnotherCommand() throws Exception {
    try (FakeQemu qemu =
        new FakeQemu(
            FakeQemu.GREETING,
            FakeQemu.OK,
            "{\"return\": 1, \"id\": \"ramshot-0\"}\n{\"return\": 2, \"id\": \"ID\"}")) {
      assertEquals(2, connect(qemu).execute("query-status").getAsInt());
    }
  }

  @Test
  void saysWhatQemuRefusedAndWhy() throws Exception {
    try (FakeQemu qemu =
        new FakeQemu(
            FakeQemu.GREETING,
            FakeQemu.OK,
            "{\"id\": \"ID\", \"error\": {\"class\": \"GenericError\", \"desc\": \"Background-snapshot"
                + " is not supported by host kernel\"}}")) {
      Qmp qmp = connect(qemu);
      QmpException refusal =
          assertThrows(QmpException.class, () -> qmp.execute("migrate-set-capabilities"));
      assertEquals(
          "QEMU refused migrate-set-capabilities: Background-snapshot is not supported by host"
              + " kernel",
          refusal.getMessage());
    }
  }

  @Test
  void saysThatQemuHasGone() throws Exception {
    try (FakeQemu qemu = new FakeQemu(FakeQemu.GREETING, FakeQemu.OK)) {
      Qmp qmp = connect(qemu);
      for (int i = 0; i < 2; i++) {
        QmpException gone = assertThrows(QmpException.class, () -> qmp.execute("migrate"));
        assertTrue(gone.getMessage().startsWith("QEMU"), gone.getMessage());
        assertTrue(gone.getMessage().contains("migrate"), gone.getMessage());
      }
    }
  }

  @Test
  void doesNotWaitForeverForASilentQemu() throws Exception {
    try (FakeQemu qemu = new FakeQemu(FakeQemu.GREETING, FakeQemu.OK, null)) {
      Qmp qmp = new Qmp(qemu.in(), qemu.out(), Duration.ofSeconds(1));
      assertEquals(
          "QEMU has been silent for 1 s, awaited: query-migrate",
          assertThrows(QmpException.class, () -> qmp.execute("query-migrate")).getMessage());
    }
  }

  @Test
  void refusesWhatDoesNotGreet() throws Exception {
    try (FakeQemu qemu = new FakeQemu("{\"return\": {}}")) {
      assertThrows(QmpException.class, () -> connect(qemu));
    }
  }

  @Test
  void refusesWhatIsNoJson() throws Exception {
    for (String greeting : new String[] {"SSH-2.0-OpenSSH {", "[1]", "{\"event\": {}}"}) {
      try (FakeQemu qemu = new FakeQemu(greeting)) {
        QmpException failure = assertThrows(QmpException.class, () -> connect(qemu));
        assertTrue(failure.getMessage().contains("awaited: its greeting"), failure.getMessage());
      }
    }
  }
}
