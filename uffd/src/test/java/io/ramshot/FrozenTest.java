package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ramshot.image.Flattener;
import io.ramshot.image.Frozen;
import io.ramshot.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot and its image say whom the freeze stopped. */
class FrozenTest {
  @TempDir Path folder;

  private final Guest guest = new Guest();
  private Path image;

  private Frozen taken(Vcpus vcpus) throws Exception {
    image = folder.resolve(vcpus.frozen() + ".ramshot");
    guest.register(image.toString(), Ram.buffer(Ram.MIB));
    guest.vcpus(vcpus);
    SnapshotResult result = guest.snapshot(image).await();
    assertEquals(SnapshotState.COMPLETED, result.state(), result::message);
    try (Image saved = Image.open(image)) {
      assertEquals(Optional.of(result.status().frozen()), saved.frozen());
    }
    return result.status().frozen();
  }

  @Test
  void aGuestWithoutVcpusIsFrozenForNobody() throws Exception {
    assertEquals(Frozen.NOBODY, taken(Vcpus.NONE));
  }

  @Test
  void anEmbeddersVcpusStandBetweenTwoQuanta() throws Exception {
    assertEquals(Frozen.GATES, taken(new Gate(0, () -> {})));
  }

  /** As with freeze=threads. */
  @Test
  void whatVcpusSayOfTheirOwnFreezeIsAskedWhileTheyAreFrozen() throws Exception {
    boolean[] frozen = new boolean[1];
    assertEquals(
        Frozen.THREADS,
        taken(
            new Vcpus() {
              @Override
              public void freeze(Duration timeout) {
                frozen[0] = true;
              }

              @Override
              public Frozen frozen() {
                return frozen[0] ? Frozen.THREADS : Frozen.NOBODY;
              }

              @Override
              public void thaw() {
                frozen[0] = false;
              }
            }));
  }

  @Test
  void aFlatImageSaysWhatItsIncrementDid() throws Exception {
    taken(Vcpus.NONE);
    Path increment = folder.resolve("increment.ramshot");
    guest.vcpus(new Gate(0, () -> {}));
    SnapshotOptions options = SnapshotOptions.DEFAULTS.withParent(image);
    assertEquals(SnapshotState.COMPLETED, guest.snapshot(increment, options).await().state());
    Path flat = folder.resolve("flat.ramshot");
    try (Image last = Image.open(increment)) {
      Flattener.flatten(last, flat, (done, total) -> {});
    }
    try (Image made = Image.open(flat)) {
      assertEquals(Optional.of(Frozen.GATES), made.frozen());
    }
  }
}
