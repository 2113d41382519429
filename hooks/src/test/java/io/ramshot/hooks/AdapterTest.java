package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Board;
import com.example.Memory;
import io.ramshot.Guest;
import io.ramshot.Participant;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter in a jar that lists a class which the host's loader has: this one's. */
class AdapterTest extends HookedTest {

  /** Where an adapter that was loaded by another loader leaves what it saw. */
  static final List<Object> SEEN = new ArrayList<>();

  /** Wants two classes. */
  public static final class Adapted implements Adapter {
    @Override
    public Collection<String> classes() {
      return List.of("com.example.Board", "com.example.Memory");
    }

    @Override
    public void constructed(Object instance, Guest guest) throws IOException {
      if (instance instanceof Memory memory && memory.address() == 0) {
        throw new IOException("told before its constructor was over");
      }
      SEEN.add(instance);
    }
  }

  private String jar(Path directory) throws IOException {
    Path jar = directory.resolve("a.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream zip = new JarOutputStream(out)) {
      zip.putNextEntry(new JarEntry("META-INF/services/" + Adapter.class.getName()));
      zip.write(Adapted.class.getName().getBytes(StandardCharsets.UTF_8));
    }
    return jar.toString();
  }

  @Test
  void eachObjectIsToldOnceWhenItsConstructorIsOver(@TempDir Path directory) throws Exception {
    SEEN.clear();
    install("adapter", jar(directory), "ram.min", "1m");
    guest.guest = new Guest();
    Board board = new Board();
    // By way of two constructors, the second of which sets the field.
    Memory memory = new Memory(4096);
    assertEquals(List.of(board, memory), SEEN);
    assertEquals(List.of(), guest.warnings());
    Memory.free(memory.address());
  }

  @Test
  void failureIsOneWarningAndFailsSnapshots(@TempDir Path directory) throws Exception {
    install("adapter", jar(directory));
    // A view of no guest: the adapter cannot be called.
    Board board = new Board();
    Board other = new Board(1);
    assertEquals(1, guest.warnings().size());
    String message = hooks.adapterFailure().orElseThrow();
    assertTrue(message.contains("failed on an object of com.example.Board"), message);
    Participant participant = guest.participants().get(0);
    assertEquals(message, assertThrows(IOException.class, participant::prepare).getMessage());
    assertTrue(board != other);
  }

  @Test
  void hooksCanBeInstalledAfterABadAdapter() {
    assertThrows(IllegalArgumentException.class, () -> install("adapter", "/nowhere.jar"));
    install();
    assertEquals(List.of(), guest.warnings());
  }
}
