package io.ramshot.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ramshot.uffd.ImageName;
import io.ramshot.uffd.Machine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A JVM of {@link NewFileTest}, where no file gets a second name. */
final class WithoutLinks {
  static final String DONE = "all files have their names";

  private WithoutLinks() {}

  /**
   * @param arguments folder, empty
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Path plain = Files.writeString(folder.resolve("plain"), "x");
    assertThrows(IOException.class, () -> Files.createLink(folder.resolve("link"), plain));
    Files.delete(plain);
    Machine.pageBytes(); /* loads native code */
    for (Naming naming : new Naming[] {Naming.NONE, new ImageName()}) {
      Path target = folder.resolve("a");
      try (NewFile file = NewFile.create(target)) {
        file.channel().write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
        file.seal(3);
        file.publish(naming);
      }
      assertEquals(3, Files.size(target));
      assertEquals(List.of("a"), list(folder));
      try (NewFile file = taken(target)) {
        FileException e = assertThrows(FileException.class, () -> file.publish(naming));
        assertEquals(target + " exists: remove it, or choose another name", e.getMessage());
      }
      assertEquals(7, Files.size(target));
      assertEquals(List.of("a"), list(folder));
      Files.delete(target);
    }
    System.out.println(DONE);
  }

  private static NewFile taken(Path target) throws IOException {
    Files.delete(target);
    NewFile file = NewFile.create(target);
    file.seal(0);
    Files.write(target, new byte[7]);
    return file;
  }

  private static List<String> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
