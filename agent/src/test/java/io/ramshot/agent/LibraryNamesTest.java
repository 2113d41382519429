package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LibraryNamesTest {

  /** Reads a property that the test sets, under the name that the class file says. */
  public static final class Reader {
    public static final long WIDE = 0x1122334455667788L; // takes two entries of the pool

    private Reader() {}

    public static String read() {
      return System.getProperty("jna.test") + WIDE + 0.5;
    }
  }

  @Test
  void aRenamedClassReadsTheOwnProperty() throws Exception {
    byte[] renamed = LibraryNames.rename("com.sun.jna.X", classFile(Reader.class));
    Class<?> copy =
        new ClassLoader(null) {
          Class<?> define() {
            return defineClass(Reader.class.getName(), renamed, 0, renamed.length);
          }
        }.define();
    System.setProperty("ramshot.jna.test", "own");
    System.setProperty("jna.test", "host's");
    try {
      assertEquals("own" + Reader.WIDE + 0.5, copy.getMethod("read").invoke(null));
      assertEquals("host's" + Reader.WIDE + 0.5, Reader.read());
    } finally {
      System.clearProperty("ramshot.jna.test");
      System.clearProperty("jna.test");
    }
  }

  @Test
  void jnaReadsNoPropertyOfTheHost() throws Exception {
    byte[] original = classFile(Class.forName("com.sun.jna.Native", false, loader()));
    String text = latin1(LibraryNames.rename("com.sun.jna.Native", original));
    assertTrue(text.contains("ramshot.jna.boot.library.path"));
    // A Utf8 constant: tag 1, length 21. Messages may still name it.
    assertFalse(text.contains("\u0001\u0000\u0015jna.boot.library.path"));
  }

  @Test
  void zstdJniReadsNoPropertyOfTheHost() throws Exception {
    String name = "com.github.luben.zstd.util.Native";
    String text =
        latin1(LibraryNames.rename(name, classFile(Class.forName(name, false, loader()))));
    for (String property : new String[] {"ZstdNativePath", "ZstdTempFolder"}) {
      assertTrue(text.contains("ramshot." + property));
      assertFalse(text.contains("\u0001\u0000\u000e" + property)); // a Utf8 constant, length 14
    }
  }

  @Test
  void noClassOfJnaLogsToTheHost() throws Exception {
    for (String name :
        new String[] {
          "Native", "Native$1", "NativeLibrary", "Platform", "Structure", "internal.Cleaner"
        }) {
      String type = "com.sun.jna." + name;
      byte[] original = classFile(Class.forName(type, false, loader()));
      assertTrue(latin1(original).contains("java/util/logging"), name);
      assertFalse(latin1(LibraryNames.rename(type, original)).contains("java/util/logging"), name);
    }
  }

  @Test
  void byteBuddyReadsOurSettingOfUnsafe() throws Exception {
    String name =
        "net.bytebuddy.dynamic.loading.ClassInjector$UsingUnsafe$Dispatcher$CreationAction";
    byte[] original = classFile(Class.forName(name, false, loader()));
    assertTrue(latin1(LibraryNames.rename(name, original)).contains("ramshot.net.bytebuddy.safe"));
  }

  @Test
  void otherClassesStayAsTheyAre() throws Exception {
    byte[] original = classFile(Reader.class);
    assertSame(original, LibraryNames.rename(Reader.class.getName(), original));
  }

  private static ClassLoader loader() {
    return LibraryNamesTest.class.getClassLoader();
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] classFile(Class<?> type) throws IOException {
    String file = type.getName().replace('.', '/') + ".class";
    try (InputStream in = loader().getResourceAsStream(file)) {
      return in.readAllBytes();
    }
  }
}
