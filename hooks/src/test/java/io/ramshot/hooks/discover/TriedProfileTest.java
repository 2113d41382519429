package io.ramshot.hooks.discover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.machine.BankMachine;
import com.example.machine.CoreMachine;
import io.ramshot.Guest;
import io.ramshot.hooks.HookOptions;
import io.ramshot.hooks.Hooks;
import io.ramshot.hooks.HostProfile;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Machines whose loop calls an instruction at a time: found, and tried before it is told. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TriedProfileTest {

  private static final String MACHINE = "com.example.machine.CoreMachine";

  private static String discover(Runnable machine, Runnable power) throws Exception {
    Thread vcpu = new Thread(machine, "vcpu");
    vcpu.setDaemon(true);
    vcpu.start();
    try {
      Discovery discovery =
          new Discovery(ByteBuddyAgent.getInstrumentation(), List::of, Duration.ofSeconds(4));
      discovery.tryWith(() -> null);
      return discovery.run().text();
    } finally {
      power.run();
      vcpu.join();
    }
  }

  private static Set<String> values(String text, String key) throws Exception {
    String value = HostProfile.read("discovered", new StringReader(text)).values().get(key);
    return value == null ? Set.of() : Set.of(value.split(",\\s*"));
  }

  @Test
  void aCpuBehindAnInterfaceIsGatedAndCapturedWithWhatItRefersTo() throws Exception {
    CoreMachine machine = new CoreMachine();
    Set<Path> before = temporary();
    String text = discover(machine, machine::close);
    assertTrue(machine.hasSpare());
    assertEquals(
        Set.of(MACHINE + "$Risc::step", MACHINE + "$Timer::tick"), values(text, "gate"), text);
    assertEquals(Set.of(MACHINE + "$Bus#ram"), values(text, "ram"), text);
    Set<String> state = values(text, "state");
    assertTrue(state.contains("fields:" + MACHINE + "$Risc"), text);
    assertTrue(state.contains("fields:" + MACHINE + "$Timer"), text);
    // An object that never runs, with a field that cannot be captured, is in nobody's way.
    assertTrue(state.contains("fields:" + MACHINE + "$Idle-decoders"), text);
    assertTrue(text.startsWith("# Tried: a snapshot was taken with it and verified: 4 MiB"), text);
    assertEquals(before, temporary());
    Hooks.install(
            ByteBuddyAgent.getInstrumentation(), HookOptions.DEFAULTS, new Guest(), line -> {})
        .close();
  }

  private static Set<Path> temporary() throws Exception {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return Set.copyOf(
          files.filter(f -> f.getFileName().toString().startsWith("ramshot-discover")).toList());
    }
  }

  /** Its registers cannot be captured, so a restore would start it anew. */
  @Test
  void whatCannotBeRestoredIsSaidInTheFirstLine() throws Exception {
    BankMachine machine = new BankMachine();
    String text = discover(machine, machine::close);
    assertEquals(Set.of("com.example.machine.BankMachine#banks"), values(text, "ram"), text);
    assertEquals(Set.of("com.example.machine.BankMachine$Cpu::step"), values(text, "gate"), text);
    String first = text.lines().findFirst().orElseThrow();
    assertTrue(first.startsWith("# THIS PROFILE CANNOT RESTORE THE GUEST: "), text);
    assertFalse(text.contains("A restore was not tried"), text);
  }
}
