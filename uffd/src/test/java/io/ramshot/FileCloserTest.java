package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ramshot.file.NewFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCloserTest {
  @TempDir Path folder;

  private static Set<Thread> closing() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("ramshot-discard"))
        .collect(Collectors.toSet());
  }

  @Test
  void closesByTheThreadThatStoodReady() throws Exception {
    Set<Thread> before = closing();
    FileCloser closer = new FileCloser();
    closer.start();
    Set<Thread> ready = closing();
    ready.removeAll(before);
    assertEquals(1, ready.size());
    NewFile file = NewFile.create(folder.resolve("a"));
    closer.file(file);

    closer.close();

    assertEquals(List.of(), Expect.list(folder));
    assertFalse(file.channel().isOpen());
    ready.iterator().next().join();
    closer.close(); /* again: does no harm, and starts none */
    Set<Thread> after = closing();
    after.removeAll(before);
    assertEquals(Set.of(), after);
  }

  @Test
  void whereThereIsNoFileTheThreadGoes() throws Exception {
    FileCloser closer = new FileCloser();
    Set<Thread> before = closing();
    closer.start();
    Set<Thread> ready = closing();
    ready.removeAll(before);
    closer.close();
    for (Thread thread : ready) {
      thread.join();
    }
    closer.close();
  }
}
