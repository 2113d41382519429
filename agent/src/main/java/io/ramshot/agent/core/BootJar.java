package io.ramshot.agent.core;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;

/** Gives the boot loader package {@code io.ramshot.boot}, which code woven into the host calls. */
final class BootJar {
  private static final String RESOURCE = "ramshot-boot.jar";

  private static boolean appended;

  private BootJar() {}

  /**
   * Appends the jar to the boot class path by way of a temporary file that only its owner may read.
   * The VM opens the file at once and keeps it open, so its name goes away again at once. Does
   * nothing the second time.
   *
   * @throws IOException if the temporary file cannot be written; the message says what to do
   */
  static synchronized void append(Instrumentation instrumentation) throws IOException {
    if (appended) {
      return;
    }
    Path file = null;
    try (InputStream in = BootJar.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException(RESOURCE + " is missing from ramshot.jar: download it again");
      }
      file = temporaryFile();
      // Not a channel's stream: that would take 8 KiB from the host's limit of direct memory, which
      // may be exactly what its guest needs.
      try (FileOutputStream out = new FileOutputStream(file.toFile())) {
        in.transferTo(out);
      }
      try (JarFile jar = new JarFile(file.toFile())) {
        instrumentation.appendToBootstrapClassLoaderSearch(jar);
        appended = true;
      }
    } finally {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static Path temporaryFile() throws IOException {
    try {
      return Files.createTempFile("ramshot-boot", ".jar"); // rw------- by contract
    } catch (IOException e) {
      throw new IOException(
          "cannot write to the temporary directory "
              + System.getProperty("java.io.tmpdir")
              + ": name another with -Djava.io.tmpdir",
          e);
    }
  }
}
