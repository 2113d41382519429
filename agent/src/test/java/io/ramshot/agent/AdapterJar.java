package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A jar with an adapter, compiled as a user would: against ramshot and the host. */
public final class AdapterJar {

  private AdapterJar() {}

  /**
   * @param service what the jar lists as its adapter; null for none
   * @param source of a class named {@code adapter.Adapted}
   */
  public static Path write(Path directory, String service, String source) throws IOException {
    Path classes = Files.createTempDirectory(directory, "adapter");
    Path file = Files.writeString(classes.resolve("Adapted.java"), source);
    ByteArrayOutputStream problems = new ByteArrayOutputStream();
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                problems,
                "-proc:none",
                "--release=17",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                file.toString());
    assertEquals(0, status, problems.toString(StandardCharsets.UTF_8));
    Path jar = classes.resolve("my-adapter.jar");
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes)) {
      files = all.filter(f -> f.toString().endsWith(".class")).collect(Collectors.toList());
    }
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream zip = new JarOutputStream(out)) {
      for (Path f : files) {
        zip.putNextEntry(new JarEntry(classes.relativize(f).toString()));
        zip.write(Files.readAllBytes(f));
      }
      if (service != null) {
        zip.putNextEntry(new JarEntry("META-INF/services/io.ramshot.hooks.Adapter"));
        zip.write(service.getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }
}
