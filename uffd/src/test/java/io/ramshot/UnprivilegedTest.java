package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnprivilegedTest {
  @TempDir Path folder;

  @Test
  void userWithoutPermissionIsToldTheThreeRemediesAndTheGuestRunsOn() throws Exception {
    Path classes = folder.resolve("classes");
    Path target = Files.createDirectory(folder.resolve("target"));
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    open(folder, "rwxr-xr-x");
    open(target, "rwxrwxrwx");
    open(temporary, "rwxrwxrwx");
    ForkedJvm.of(Unprivileged.class, target.toString())
        .through("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all")
        .classPath(readable(classes))
        .options("-Djava.io.tmpdir=" + temporary)
        .succeed();
  }

  /** This JVM's class path, copied to where everybody may read it. */
  private static String readable(Path to) throws IOException {
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path from = Path.of(entry);
      if (Files.exists(from)) {
        Path copy = to.resolve(Integer.toString(copies.size())).resolve(from.getFileName());
        copy(from, copy);
        copies.add(copy.toString());
      }
    }
    try (Stream<Path> all = Files.walk(to)) {
      for (Path path : all.toList()) {
        open(path, "rwxr-xr-x");
      }
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void open(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
