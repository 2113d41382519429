package io.ramshot.agent.timeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.SnapshotException;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Extent;
import io.ramshot.image.Image;
import io.ramshot.image.ImageContents;
import io.ramshot.image.ImageLayout;
import io.ramshot.image.ImageVerifier;
import io.ramshot.image.ImageWriter;
import io.ramshot.image.PageTable;
import io.ramshot.image.ParentRef;
import io.ramshot.image.Verification;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/** A guest whose RAM changes from one checkpoint to the next, with images as the engine's. */
final class FakeCamera implements Camera {
  private static final int PAGE = 4096;
  private static final int PAGES = 50;

  /** What RAM was, by the image's id. */
  private final Map<UUID, byte[]> taken = new ConcurrentHashMap<>();

  private final Random random = new Random(7);
  private byte[] ram = new byte[PAGES * PAGE];
  private Instant clock = Instant.parse("2026-11-23T10:00:00Z");
  private String blockName = "ram";

  /** Each is to come to nothing, with this message. */
  private final List<String> failures = new ArrayList<>();

  /** What each was asked to build upon. */
  final List<Optional<Path>> parents = new ArrayList<>();

  boolean busy;

  FakeCamera() {
    random.nextBytes(ram);
  }

  void failNext(String... messages) {
    failures.addAll(List.of(messages));
  }

  /** From now on RAM has another name, and so lies elsewhere in an image. */
  void rename(String name) {
    blockName = name;
  }

  /** Thrown by the next call of these methods; null: none. */
  Error thrown;

  /** Whether a snapshot goes on that nobody waits for any more. */
  volatile boolean taking;

  /** The image it began with, if any. */
  Optional<Path> restoredFrom = Optional.empty();

  /** Whether images of this object count as this JVM's guest's. */
  boolean remembers;

  private UUID last;

  @Override
  public boolean taking() {
    return taking;
  }

  @Override
  public GuestTraits guest() {
    return new GuestTraits(
        blockName == null
            ? Map.of()
            : Map.of(blockName, GuestTraits.block(BlockKind.DIRECT, ram.length)),
        Set.of(),
        restoredFrom,
        Optional.ofNullable(remembers ? last : null));
  }

  @Override
  public boolean busy() {
    return busy;
  }

  @Override
  public String take(Path target, Optional<Path> parent) throws SnapshotException {
    if (thrown != null) {
      Error now = thrown;
      thrown = null;
      throw now;
    }
    parents.add(parent.map(Path::getFileName));
    if (!failures.isEmpty()) {
      return failures.remove(0);
    }
    byte[] before = ram;
    ram = ram.clone();
    for (int i = 0; i < 8; i++) {
      int page = random.nextInt(PAGES);
      Arrays.fill(ram, page * PAGE, (page + 1) * PAGE, (byte) random.nextInt(3));
    }
    clock = clock.plusSeconds(10);
    UUID id = UUID.randomUUID();
    taken.put(id, ram);
    last = id;
    try {
      Optional<ParentRef> on = Optional.empty();
      if (parent.isPresent()) {
        try (Image image = Image.open(parent.get())) {
          on =
              Optional.of(
                  new ParentRef(image.header().id(), parent.get().getFileName().toString()));
          before = taken.get(image.header().id());
          if (before == null || !image.blocks().get(0).name().equals(blockName)) {
            before = null;
          }
        }
      } else {
        before = null;
      }
      Path part = target.resolveSibling("." + target.getFileName() + ".part");
      write(part, id, on, before);
      Files.move(part, target);
    } catch (java.io.IOException e) {
      throw new SnapshotException("cannot write " + target, e);
    }
    return "";
  }

  private void write(Path target, UUID id, Optional<ParentRef> on, byte[] before)
      throws java.io.IOException {
    ImageLayout layout =
        ImageLayout.plan(PAGE, List.of(new Extent(blockName, BlockKind.DIRECT, ram.length, 0)));
    ByteBuffer kinds = ByteBuffer.allocate(PAGES);
    ByteBuffer crcs = ByteBuffer.allocate(PAGES * 4).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int page = 0; page < PAGES; page++) {
        byte[] bytes = Arrays.copyOfRange(ram, page * PAGE, (page + 1) * PAGE);
        if (Arrays.equals(bytes, new byte[PAGE])) {
          continue;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        crcs.putInt(page * 4, (int) crc.getValue());
        boolean same =
            before != null && Arrays.equals(bytes, 0, PAGE, before, page * PAGE, (page + 1) * PAGE);
        kinds.put(page, (byte) (same ? 2 : 1));
        if (!same) {
          channel.write(
              ByteBuffer.wrap(bytes), layout.blocks().get(0).dataOffset() + (long) page * PAGE);
        }
      }
      ImageWriter.finish(
          channel,
          layout,
          new ImageContents(
              id,
              on,
              clock,
              List.of(new PageTable(kinds, crcs)),
              List.of(),
              List.of(),
              Map.of(),
              List.of()));
    }
  }

  /** Fails unless a checkpoint holds what RAM was when it was taken. */
  void check(Checkpoint checkpoint) throws Exception {
    assertTrue(checkpoint.isWhole(), checkpoint.problem());
    try (Image image = Image.open(checkpoint.path())) {
      check(image);
      Verification found =
          ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE);
      assertTrue(found.isIntact(), () -> checkpoint.path() + ": " + found.first());
    }
  }

  /** Fails unless an image holds what RAM was when it was taken. */
  void check(Image image) throws Exception {
    byte[] expected = taken.get(image.header().id());
    assertNotNull(expected, image.path().toString());
    ByteBuffer read = ByteBuffer.allocate(PAGES * PAGE);
    image.readPages(image.blocks().get(0), 0, PAGES, read);
    assertArrayEquals(expected, read.array(), image.path().toString());
  }
}
