package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.MemoryHost;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Memory that the kernel writes to, as a disk device has it do: the image keeps what was there, and
 * the read neither fails nor stops short.
 */
@Tag("once")
class KernelWriteIT {
  private static final int MIB = 1 << 20;
  private static final int RAM_MIB = 32;
  private static final long OLD = 1;
  private static final long NEW = 2;

  @TempDir private Path directory;

  /** With room for all of it, and with room for one chunk: then the read waits for the disk. */
  @ParameterizedTest
  @ValueSource(strings = {"32m", "2m"})
  void aReadIntoGuestRamDuringASnapshot(String pool) throws Exception {
    Path file = newContent();
    Path image = directory.resolve("kernel.ramshot");
    try (ForkedJvm host =
        ForkedJvm.java().withAgent("rate=16m,pool=" + pool).start(MemoryHost.class)) {
      host.awaitOut(line -> line.equals("ready"));
      order(host, "direct ram " + RAM_MIB + " " + OLD);
      try (JmxClient client = JmxClient.connectNow(host)) {
        assertEquals(1, ((CompositeData[]) client.get("Blocks")).length, "found by the hook");
        client.start(image);
        awaitSaving(client);
        order(host, "read ram " + file);
        CompositeData result = client.waitFor(30_000);
        assertEquals("COMPLETED", result.get("state"), SampleMachine.ended(result));
        CompositeData status = (CompositeData) result.get("status");
        assertTrue((Long) status.get("requests") > 0, "the kernel met no protected page");
      }
      host.type("check ram " + NEW);
      assertEquals("same", host.awaitOut(line -> line.equals("same") || line.equals("differs")));
      assertEquals(List.of(), GuestMemory.protectedMappings(host.pid()));
      assertEquals(List.of(), GuestMemory.userfaultfds(host.pid()));
      List<String> others = new ArrayList<>(host.messages());
      others.removeIf(line -> line.startsWith("[ramshot] rate=")); // what it will cost, told before
      assertEquals(List.of(), others);
    }
    assertTrue(MemoryHost.holds(SavedMachine.read(image).ram(), OLD), "the image has new bytes");
  }

  private Path newContent() throws Exception {
    Path file = directory.resolve("disk");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int at = 0; at < RAM_MIB * MIB; ) {
        at += channel.write(java.nio.ByteBuffer.wrap(MemoryHost.piece(NEW, at)));
      }
    }
    assertEquals(RAM_MIB * MIB, Files.size(file));
    return file;
  }

  /** Waits until a host has done what a line says. */
  static void order(ForkedJvm host, String line) throws Exception {
    host.type(line);
    host.awaitOut(answer -> answer.equals("end " + line));
  }

  /** Waits for the freeze to be over. */
  static void awaitSaving(JmxClient client) throws Exception {
    while (true) {
      CompositeData status = (CompositeData) client.get("Status");
      if (status.get("state").equals("SAVING")) {
        return;
      }
      if (List.of("COMPLETED", "FAILED", "CANCELLED").contains(status.get("state"))) {
        throw new AssertionError("it was over too soon: " + client.get("LastResult"));
      }
      Thread.sleep(1);
    }
  }
}
