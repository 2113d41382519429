package io.ramshot.bench.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafepointLogTest {

  @Test
  void onlySafepointsInTheTimeCount(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("safepoints.log");
    String line =
        "[%dns] Safepoint \"Cleanup\", Time since last: 9 ns, Reaching safepoint: %d ns, ";
    Files.writeString(
        file,
        String.format(line, 100, 7)
            + "\n"
            + String.format(line, 200, 50)
            + "\nsomething else\n"
            + String.format(line, 300, 40)
            + "\n"
            + String.format(line, 400, 8)
            + "\n");
    assertEquals(List.of(40L, 50L), new SafepointLog(file).reaching(150, 350));
  }
}
