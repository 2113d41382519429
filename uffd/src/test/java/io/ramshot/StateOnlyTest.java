package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.Image;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guests without RAM, all of whose state is in participants. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StateOnlyTest {

  @TempDir private Path folder;

  private final Guest guest = new Guest();
  private final TestParticipant cpu = new TestParticipant("cpu", 1, 2, 3);

  private String refusal() {
    Path never = folder.resolve("never.ramshot");
    String message =
        assertThrows(SnapshotException.class, () -> guest.snapshot(never)).getMessage();
    assertTrue(Files.notExists(never));
    return message;
  }

  @Test
  void stateComesBackWithoutAnyBlock() throws Exception {
    guest.stateOnly(true);
    guest.add(cpu);
    Path full = folder.resolve("full.ramshot");
    Path increment = folder.resolve("increment.ramshot");
    Expect.completed(guest.snapshot(full).await());
    cpu.set(4, 5);
    Expect.completed(guest.snapshot(increment, SnapshotOptions.DEFAULTS.withParent(full)).await());
    cpu.set(9);
    try (Image image = Image.open(increment)) {
      assertEquals(List.of(), image.blocks());
      guest.restore(image);
    }
    assertEquals("[4, 5]", cpu.state());
    try (Image image = Image.open(full)) {
      guest.restore(image);
    }
    assertEquals("[1, 2, 3]", cpu.state());
  }

  @Test
  void guestWithoutRamIsRefusedUnlessItIsMeantToHaveNone() throws Exception {
    guest.add(cpu);
    assertTrue(refusal().startsWith("no guest RAM is registered: "), this::refusal);
    assertTrue(refusal().endsWith("give ram=none"), this::refusal);
    guest.stateOnly(true);
    guest.remove(cpu);
    assertTrue(refusal().startsWith("there is no guest RAM (ram=none) and no object"));
    guest.add(cpu);
    Expect.completed(guest.snapshot(folder.resolve("a.ramshot")).await());
  }

  @Test
  void imageWithRamIsAnotherGuests() throws Exception {
    guest.stateOnly(true);
    guest.add(cpu);
    Path state = folder.resolve("state.ramshot");
    Path ram = folder.resolve("ram.ramshot");
    Expect.completed(guest.snapshot(state).await());
    ByteBuffer memory = Ram.buffer(4 * Ram.PAGE);
    guest.register("ram", memory);
    SnapshotResult increment =
        guest.snapshot(ram, SnapshotOptions.DEFAULTS.withParent(state)).await();
    assertTrue(increment.message().contains("is of another guest"), increment.message());
    cpu.set(9);
    try (Image image = Image.open(state)) {
      String message =
          assertThrows(SnapshotException.class, () -> guest.restore(image)).getMessage();
      assertTrue(message.contains("holds no block, this guest has 1 block (ram"), message);
    }
    assertEquals("[9]", cpu.state());
  }
}
