package io.ramshot.testing;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs Jazzer on a target, in a JVM of its own: so many mutations of the target's seeds, always the
 * same ones. {@code scripts/fuzz} runs it for longer.
 */
public final class Fuzzing {
  private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
  private static final String SECONDS_AN_INPUT = "20";
  private static final int MAX_LENGTH = 4096;

  /** They look for injections into SQL and the like, and take long to start. */
  private static final List<String> SANITIZERS =
      List.of(
          "BigDecimal",
          "ClojureLangHooks",
          "Deserialization",
          "ExpressionLanguageInjection",
          "FilePathTraversal",
          "LdapInjection",
          "NamingContextLookup",
          "OsCommandInjection",
          "ReflectiveCall",
          "RegexInjection",
          "RegexRoadblocks",
          "ScriptEngineInjection",
          "ServerSideRequestForgery",
          "SqlInjection",
          "TemplateInjection",
          "UnsafeSanitizer",
          "XPathInjection",
          "XmlParserSsrfGuidance");

  private Fuzzing() {}

  /** What a target starts from: the files in its folder among the test resources. */
  public static Map<String, byte[]> seeds(Class<?> target) throws IOException {
    Map<String, byte[]> seeds = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder(target))) {
      for (Path file : files.toList()) {
        seeds.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return seeds;
  }

  /** A target's {@code fuzzerTestOneInput}. */
  @FunctionalInterface
  public interface Target {
    void test(byte[] input) throws Exception;
  }

  /**
   * @throws AssertionError if the target fails, with the seed's name
   */
  public static void everySeed(Class<?> target, Target method) throws IOException {
    for (Map.Entry<String, byte[]> seed : seeds(target).entrySet()) {
      try {
        method.test(seed.getValue());
      } catch (Exception | Error e) {
        throw new AssertionError("seed " + seed.getKey(), e);
      }
    }
  }

  private static Path folder(Class<?> target) throws IOException {
    String name = "/fuzz/" + target.getSimpleName();
    URL folder = target.getResource(name);
    if (folder == null) {
      throw new IOException("no resources " + name);
    }
    try {
      return Path.of(folder.toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /**
   * @param scratch an empty folder
   * @return the target's {@link Outcomes}
   * @throws AssertionError if an input made the target fail, with that input
   */
  public static Map<String, Long> run(Class<?> target, int runs, Path scratch)
      throws IOException, InterruptedException {
    Path corpus = Files.createDirectory(scratch.resolve("corpus"));
    for (Map.Entry<String, byte[]> seed : seeds(target).entrySet()) {
      Files.write(corpus.resolve(seed.getKey()), seed.getValue());
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-runs=" + runs,
                "-seed=1",
                "-max_len=" + MAX_LENGTH,
                "-timeout=" + SECONDS_AN_INPUT,
                "-rss_limit_mb=0", // counts this JVM's memory too; the target bounds its own
                "-artifact_prefix=" + scratch + "/",
                "--reproducer_path=" + scratch));
    arguments.addAll(options(target));
    arguments.add(corpus.toString());
    try {
      // A locale in which not every name can be the name of a file.
      List<String> printed =
          ForkedJvm.of(Class.forName(JAZZER), arguments.toArray(String[]::new))
              .options("-Xmx512m", "-XX:MaxDirectMemorySize=512m", "-XX:TieredStopAtLevel=1")
              .through("env", "LC_ALL=C")
              .succeed();
      return outcomes(printed);
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  private static List<String> options(Class<?> target) {
    return List.of(
        "--target_class=" + target.getName(),
        "--instrumentation_includes=io.ramshot.**",
        SANITIZERS.stream()
            .map(name -> "com.code_intelligence.jazzer.sanitizers." + name)
            .collect(Collectors.joining(":", "--disabled_hooks=", "")));
  }

  private static Map<String, Long> outcomes(List<String> printed) {
    Map<String, Long> outcomes = new TreeMap<>();
    for (String line : printed) {
      if (line.startsWith(Outcomes.PREFIX)) {
        String[] parts = line.substring(Outcomes.PREFIX.length()).split(" ", 2);
        outcomes.merge(parts[1].strip(), Long.parseLong(parts[0]), Long::sum);
      }
    }
    return outcomes;
  }

  /** Replaces this JVM's command line for {@code scripts/fuzz}: prints Jazzer's options. */
  public static void main(String[] arguments) throws ClassNotFoundException {
    System.out.println(String.join("\n", options(Class.forName(arguments[0]))));
    Arrays.stream(arguments).skip(1).forEach(System.out::println);
  }
}
