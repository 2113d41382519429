package io.ramshot.image;

import com.github.luben.zstd.util.Native;
import com.github.luben.zstd.util.ZstdVersion;
import java.io.File;
import java.nio.file.Path;
import java.util.Locale;

/** Makes sure that zstd-jni and its native library are there, which only packed images need. */
final class Zstandard {
  /** The first four bytes of a frame, little-endian. */
  static final int MAGIC = 0xFD2FB528;

  private static final String TMPDIR_PROPERTY = "ramshot.tmpdir";

  private Zstandard() {}

  /** The resource that zstd-jni loads, which no method of its tells; as its own loader names it. */
  private static String library() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    boolean mac = os.startsWith("mac");
    boolean windows = os.startsWith("win");
    return "/"
        + (mac ? "darwin" : windows ? "win" : os)
        + "/"
        + (mac && arch.equals("amd64") ? "x86_64" : arch)
        + "/libzstd-jni-"
        + ZstdVersion.VERSION
        + (mac ? ".dylib" : windows ? ".dll" : ".so");
  }

  /** Whether these are the first bytes of compressed data, or of a frame to be skipped. */
  static boolean isMagic(int magic) {
    return magic == MAGIC || (magic & 0xFFFFFFF0) == 0x184D2A50;
  }

  /**
   * @param path named in messages
   * @throws ImageException if nothing can be packed or unpacked here
   */
  static void require(Path path) throws ImageException {
    try {
      String folder = System.getProperty(TMPDIR_PROPERTY);
      if (folder == null) {
        Native.load();
      } else {
        Native.load(new File(folder));
      }
    } catch (NoClassDefFoundError e) {
      throw new ImageException(
          path,
          "needs zstd-jni, which is not on the class path: add com.github.luben:zstd-jni, or use"
              + " ramshot.jar, which has it",
          e);
    } catch (IllegalCallerException e) {
      throw new ImageException(
          path,
          "needs zstd-jni, whose native code this JVM forbids (--illegal-native-access=deny): add"
              + " --enable-native-access=ALL-UNNAMED",
          e);
    } catch (LinkageError | RuntimeException e) {
      if (Native.class.getResource(library()) == null) {
        throw new ImageException(
            path,
            "needs zstd-jni, which has no native code here for "
                + System.getProperty("os.name")
                + " on "
                + System.getProperty("os.arch")
                + ": pack and unpack images on Linux, macOS or Windows, x86-64 or aarch64",
            e);
      }
      throw new ImageException(
          path,
          "needs zstd-jni, which cannot be loaded ("
              + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
              + "): name a folder that is not mounted noexec by -D"
              + TMPDIR_PROPERTY
              + "=FOLDER",
          e);
    }
  }
}
