package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class KilledTest {
  @TempDir Path folder;

  @Test
  void killedJvmLeavesOnlyAHiddenPartAndTheNameIsFreeForTheNextOne() throws Exception {
    String target = folder.resolve("a.ramshot").toString();
    ForkedJvm.Running jvm = ForkedJvm.of(Endless.class, target, "1000000").start();
    jvm.awaitLine(Endless.SAVING);
    jvm.kill();
    List<String> left = Expect.list(folder);
    assertEquals(1, left.size(), left::toString);
    assertTrue(left.get(0).startsWith(".") && left.get(0).endsWith(".part"), left::toString);

    ForkedJvm.of(Endless.class, target, "0").succeed();
    assertEquals(List.of(left.get(0), "a.ramshot"), Expect.list(folder));
    SavedRam.verify(folder.resolve("a.ramshot"));
  }
}
