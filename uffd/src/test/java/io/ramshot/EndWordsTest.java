package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndWordsTest {
  private static final Path TARGET = Path.of("/folder/a.ramshot");

  @Test
  void theDiskIsNotBlamedForAnInterrupt() {
    for (Exception e : List.of(new InterruptedException(), new ClosedByInterruptException())) {
      String words = EndWords.of(TARGET, e);
      assertTrue(words.contains("was interrupted"), words);
      assertFalse(words.contains("disk"), words);
    }
  }

  @Test
  void whatIsSaidAlreadyIsNotSaidTwice() {
    assertEquals("no: do", EndWords.of(TARGET, new SnapshotException("no: do")));
    String words = EndWords.of(TARGET, new IOException("No space left on device"));
    assertEquals(words.indexOf(TARGET.toString()), words.lastIndexOf(TARGET.toString()), words);
    assertFalse(words.contains("Exception"), words);
  }

  @Test
  void memoryAndThreadsAreToldApart() {
    String heap = EndWords.of(TARGET, new OutOfMemoryError("Java heap space"));
    String threads =
        EndWords.of(
            TARGET,
            new OutOfMemoryError("unable to create native thread: possibly out of memory or ..."));
    assertTrue(heap.contains("give the host more heap"), heap);
    assertTrue(threads.contains("ulimit -u") && !threads.contains("more heap"), threads);
  }

  @Test
  void notAllMemoryIsHeap() {
    for (String[] each :
        new String[][] {
          {"Cannot allocate 262216 bytes", "ulimit -d"},
          {"Cannot reserve 4096 bytes of direct buffer memory", "MaxDirectMemorySize"},
          {"Direct buffer memory", "MaxDirectMemorySize"},
          {"Metaspace", "MaxMetaspaceSize"},
        }) {
      String words = EndWords.of(TARGET, new OutOfMemoryError(each[0]));
      assertTrue(words.contains(each[1]) && !words.contains("more heap"), words);
    }
  }

  @Test
  void thousandsOfBlocksAreCounted() throws SnapshotException {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      blocks.add(new Block("ram-" + i, HeapRam.of("ram-" + i, new byte[16])));
    }
    String words = EndWords.changed(List.of(), blocks);
    assertTrue(words.contains("(ram-0, ram-1, ram-2 and 4997 more)"), words);
    assertTrue(words.length() < 200, words);
  }

  @Test
  void aFileThatMayHaveItsNameIsNamed() {
    String words =
        EndWords.takenOver(
            SnapshotWatch.Reason.STEP,
            Duration.ofSeconds(60),
            "",
            "here",
            SnapshotState.SEALING,
            TARGET,
            TARGET);
    assertTrue(words.endsWith("; the file may have got its name, so verify it, or remove it"));
  }
}
