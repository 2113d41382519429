package io.ramshot.uffd;

import com.sun.jna.NativeLibrary;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/**
 * Finds libramshot.so: the file that the system property {@code ramshot.library} names; else the
 * copy in the jar, through a temporary file in {@code ramshot.tmpdir} (default {@code
 * java.io.tmpdir}) that is gone right after loading.
 */
final class LibraryLoader {

  private LibraryLoader() {}

  static final String LIBRARY_PROPERTY = "ramshot.library";
  static final String TMPDIR_PROPERTY = "ramshot.tmpdir";

  /** Where JNA unpacks its own library to. */
  static final String JNA_TMPDIR =
      "-Djna.tmpdir=FOLDER (with the agent: -Dramshot.jna.tmpdir=FOLDER)";

  static NativeLibrary load() throws EngineException {
    String file = System.getProperty(LIBRARY_PROPERTY);
    return file != null ? loadNamed(Path.of(file)) : loadPacked(platform());
  }

  /** The folder in the jar for this machine, like {@code linux-x86-64}. */
  static String platform() throws EngineException {
    String os = System.getProperty("os.name");
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    if (!os.equals("Linux")) {
      throw new EngineException(
          "ramshot needs Linux, for userfaultfd; this is " + os + ": run it in a Linux machine");
    }
    return switch (arch) {
      case "amd64", "x86_64" -> "linux-x86-64";
      default -> "linux-" + arch;
    };
  }

  private static NativeLibrary loadNamed(Path file) throws EngineException {
    if (!Files.isReadable(file)) {
      throw new EngineException(
          file + ", named by -D" + LIBRARY_PROPERTY + ", is not there or cannot be read");
    }
    return open(file);
  }

  private static NativeLibrary loadPacked(String platform) throws EngineException {
    String resource = "/io/ramshot/native/" + platform + "/libramshot.so";
    try (InputStream packed = LibraryLoader.class.getResourceAsStream(resource)) {
      if (packed == null) {
        throw new EngineException(
            "ramshot was built without native code for "
                + platform
                + ": build it there with a C compiler, or name a built libramshot.so by -D"
                + LIBRARY_PROPERTY
                + "=FILE");
      }
      Path file = unpack(packed);
      try {
        return open(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new EngineException(
          "cannot unpack libramshot.so to "
              + folder()
              + " ("
              + e
              + "): name a folder that can be written by -D"
              + TMPDIR_PROPERTY
              + "=FOLDER",
          e);
    }
  }

  private static Path folder() {
    return Path.of(System.getProperty(TMPDIR_PROPERTY, System.getProperty("java.io.tmpdir")));
  }

  private static Path unpack(InputStream packed) throws IOException {
    Path file =
        Files.createTempFile(
            folder(),
            "libramshot",
            ".so",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    /* Not by Files.copy, which takes direct memory: a host may have a use for every byte of it. */
    try (OutputStream out = new FileOutputStream(file.toFile())) {
      packed.transferTo(out);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    return file;
  }

  private static NativeLibrary open(Path file) throws EngineException {
    String path = file.toAbsolutePath().toString();
    try {
      NativeLibrary library = NativeLibrary.getInstance(path);
      loadForJni(path);
      return library;
    } catch (LinkageError e) {
      throw new EngineException(explain(file, String.valueOf(e.getMessage())), e);
    }
  }

  /** The same library once more, for {@link HeapSearch}, whose function needs the JVM. */
  private static void loadForJni(String path) {
    try {
      System.load(path);
    } catch (UnsatisfiedLinkError | IllegalCallerException e) {
      /* Another class loader has it, or only JNA may: only HeapSearch is not to be had, and says so. */
      return;
    }
  }

  /** Whether the dynamic linker was refused by a file system. */
  static boolean isNoexec(String reason) {
    return reason.contains("failed to map segment") || reason.contains("Operation not permitted");
  }

  /** What to do about a library that the dynamic linker, or JNA itself, refused. */
  static String explain(Path file, String reason) {
    String what = "cannot load " + file + " (" + reason.lines().findFirst().orElse("") + "): ";
    if (isNoexec(reason)) {
      return what
          + file.toAbsolutePath().getParent()
          + " is mounted noexec; name another folder by -D"
          + TMPDIR_PROPERTY
          + "=FOLDER, and for JNA by "
          + JNA_TMPDIR;
    }
    if (reason.contains("wrong ELF class") || reason.contains("cannot open shared object file")) {
      return what + "it was built for another machine; build ramshot on this one";
    }
    return what + "build ramshot on this machine, or name a library by -D" + LIBRARY_PROPERTY;
  }
}
