package io.ramshot.testing;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A file system of a test's own, mounted until it is closed. Needs root. */
public final class Mount implements AutoCloseable {
  private final Path folder;

  private Mount(Path folder) {
    this.folder = folder;
  }

  /**
   * @param folder empty, to mount on
   * @param options of tmpfs, like {@code size=32m}
   */
  public static Mount tmpfs(Path folder, String options) throws IOException {
    run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString());
    return new Mount(folder);
  }

  /**
   * @param image the file to make the file system in
   * @param folder empty, to mount on
   */
  public static Mount ext4(Path image, long bytes, Path folder) throws IOException {
    run("truncate", "--size", Long.toString(bytes), image.toString());
    run("mkfs.ext4", "-q", "-m", "0", image.toString());
    run("mount", "-o", "loop,commit=300", image.toString(), folder.toString());
    return new Mount(folder);
  }

  /** Lets no write through until {@link #unfreeze}: whoever writes hangs, as on a dead disk. */
  public void freeze() throws IOException {
    run("fsfreeze", "--freeze", folder.toString());
  }

  /** Harmless when it is not frozen. */
  public void unfreeze() {
    try {
      run("fsfreeze", "--unfreeze", folder.toString());
    } catch (IOException e) {
      return; /* it was not */
    }
  }

  @Override
  public void close() throws IOException {
    run("umount", "--lazy", folder.toString());
  }

  private static void run(String... command) throws IOException {
    Path output = Files.createTempFile("ramshot-mount", ".txt");
    try {
      List<String> words = new ArrayList<>(Arrays.asList(command));
      Process process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (exitCode(process) != 0) {
        throw new IOException(
            String.join(" ", words)
                + " failed ("
                + new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip()
                + "): this test must run as root, where file systems may be mounted");
      }
    } finally {
      Files.delete(output);
    }
  }

  private static int exitCode(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted while mounting");
    }
  }
}
