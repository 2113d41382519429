package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine's image is packed by the command line, kept in a zip, and restored from there. */
@Tag("once")
class PackIT {
  private static final List<String> MACHINE = List.of("--deterministic", "--memory=32m");

  @TempDir private Path directory;

  @Test
  void aPackedImageIsRestoredAndGivesTheSameMachine() throws Exception {
    Path image = directory.resolve("x.ramshot");
    try (ForkedJvm machine =
            SampleMachine.start(ForkedJvm.java().withAgent(SampleMachine.AGENT), MACHINE);
        JmxClient client = SampleMachine.connect(machine)) {
      SampleMachine.snapshot(machine, client, image);
    }
    String packed = "jar:" + directory.resolve("x.zip").toUri() + "!/x.ramshot.zst";
    String out = run(0, "pack", image.toString(), packed);
    assertTrue(out.contains(packed + " has ") && out.contains(" packed in "), out);
    assertTrue(run(0, "verify", packed).contains("is intact"));

    long stopAt = SavedMachine.read(image).steps() + 1_234_567;
    for (String file : List.of(image.toString(), packed)) {
      SampleMachine.dump(
          ForkedJvm.java().withAgent(SampleMachine.AGENT + ",restore=" + file),
          MACHINE,
          stopAt,
          directory.resolve(file.equals(packed) ? "packed" : "plain"));
    }
    for (String suffix : List.of(".ram", ".state")) {
      Path plain = directory.resolve("plain" + suffix);
      assertEquals(-1, Files.mismatch(plain, directory.resolve("packed" + suffix)), suffix);
    }

    Path back = directory.resolve("back.ramshot");
    run(0, "unpack", "--threads=1", packed, back.toString());
    assertEquals(-1, Files.mismatch(image, back));
  }

  private static String run(int status, String... arguments) throws Exception {
    try (ForkedJvm jvm = ForkedJvm.commandLine(arguments)) {
      assertEquals(status, jvm.exitStatus(), jvm.toString());
      assertFalse(jvm.toString().contains("\tat "), jvm.toString());
      String all = String.join("\n", jvm.out()) + String.join("\n", jvm.err());
      assertFalse(all.contains("WARNING"), all);
      return all;
    }
  }
}
