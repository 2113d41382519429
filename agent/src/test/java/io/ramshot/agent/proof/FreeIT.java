package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.MemoryHost;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Memory that the host frees while it is being saved: the free waits, the image has it. */
@Tag("once")
class FreeIT {
  private static final int MIB = 1 << 20;
  private static final int RAM_MIB = 16;

  /** Which of two blocks the host frees, by address. */
  enum Freed {
    LOWER,
    UPPER
  }

  @TempDir private Path directory;

  /** Wherever the block is, it goes before the others once its owner waits. */
  @ParameterizedTest
  @EnumSource(Freed.class)
  void aFreeWaitsUntilTheBlockIsSaved(Freed which) throws Exception {
    Path image = directory.resolve("free.ramshot");
    try (ForkedJvm host = ForkedJvm.java().withAgent("rate=16m").start(MemoryHost.class)) {
      host.awaitOut(line -> line.equals("ready"));
      KernelWriteIT.order(host, "unsafe a " + RAM_MIB + " 1");
      KernelWriteIT.order(host, "unsafe b " + RAM_MIB + " 2");
      try (JmxClient client = JmxClient.connectNow(host)) {
        boolean ascending = address(client, 0) < address(client, 1);
        String free = "free " + ((which == Freed.LOWER) == ascending ? "a" : "b");
        client.start(image);
        KernelWriteIT.awaitSaving(client);
        host.type(free);
        // Where the memory was, other memory may be at once.
        host.type("unsafe c " + RAM_MIB + " 3");
        host.awaitOut(line -> line.equals("begin " + free));
        assertFalse(host.out().contains("end " + free), "free returned at once");
        awaitEnd(host, client, free, (long) RAM_MIB * MIB);
        CompositeData result = client.waitFor(30_000);
        assertEquals("COMPLETED", result.get("state"), SampleMachine.ended(result));
        host.awaitOut(line -> line.startsWith("end unsafe c"));
        assertEquals(2, ((CompositeData[]) client.get("Blocks")).length, "one of them new");
      }
      assertEquals(List.of(), GuestMemory.protectedMappings(host.pid()));
      assertEquals(List.of(), host.messages());
      assertTrue(host.isAlive());
    }
    Iterator<ByteBuffer> blocks = SavedMachine.read(image).blocks().values().iterator();
    assertTrue(MemoryHost.holds(blocks.next(), 1), "a");
    assertTrue(MemoryHost.holds(blocks.next(), 2), "b");
    assertFalse(blocks.hasNext());
  }

  private static long address(JmxClient client, int block) throws Exception {
    CompositeData[] blocks = (CompositeData[]) client.get("Blocks");
    return Long.decode((String) blocks[block].get("address"));
  }

  /** Looks at both again and again: the file has the block before the free is over. */
  private static void awaitEnd(ForkedJvm host, JmxClient client, String free, long needed)
      throws Exception {
    int waited = 0;
    while (!host.out().contains("end " + free)) {
      // Asked in this order, a late answer is on the safe side.
      boolean over = host.out().contains("end " + free);
      long done = (Long) ((CompositeData) client.get("Status")).get("doneBytes");
      assertFalse(over && done < needed, "freed when only " + done + " bytes were saved");
      waited += done < needed ? 1 : 0;
      Thread.sleep(5);
    }
    long done = (Long) ((CompositeData) client.get("Status")).get("doneBytes");
    assertTrue(done >= needed, "freed when only " + done + " bytes were saved");
    assertTrue(waited > 0, "never seen waiting");
  }
}
