package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.PageKind;
import io.ramshot.uffd.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The JVM of {@link IncrementsTest}: a guest that changes by every means there is between
 * increments on increments, and goes on writing while they are saved.
 */
final class Increments {
  private static final int MADV_DONTNEED = 4;
  private static final int MAPPED = 12 * Ram.CHUNK;
  private static final int MALLOCED = 3 * Ram.CHUNK + 5000;
  private static final int SMALL = 200_001;
  private static final int ARRAY = 2 * Ram.CHUNK - 3 * Long.BYTES;
  private static final int PIECES = 40;
  private static final int PIECE = 65_536 - 16;

  private final SplittableRandom random;
  private final long address = Ram.map(MAPPED);
  private final ByteBuffer mapped = Ram.view(address, MAPPED);
  private final ByteBuffer malloced = Ram.buffer(MALLOCED, 16);
  private final ByteBuffer small = Ram.buffer(SMALL, 4000);
  private volatile byte[] array = new byte[ARRAY];
  private byte[] garbage;
  private final byte[][] pieces = new byte[PIECES][];

  /** What each block held at each freeze. */
  private final List<Map<String, byte[]>> freezes = new ArrayList<>();

  /** Whether it is a snapshot that freezes. */
  private volatile boolean saving;

  private final List<Path> images = new ArrayList<>();

  private Increments(long seed) {
    random = new SplittableRandom(seed);
    Ram.fill(mapped, seed);
    Ram.fill(malloced, seed + 1);
    Ram.fill(small, seed + 2);
    new SplittableRandom(seed + 3).nextBytes(array);
    for (int i = 0; i < PIECES; i += 2) {
      pieces[i] = new byte[PIECE];
      new SplittableRandom(seed + i).nextBytes(pieces[i]);
    }
  }

  /**
   * @param arguments seed, increments, bytes of the pool or 0, folder
   */
  public static void main(String[] arguments) throws Exception {
    new Increments(Long.parseLong(arguments[0]))
        .run(
            Integer.parseInt(arguments[1]),
            Long.parseLong(arguments[2]),
            Path.of(arguments[3]).toRealPath());
  }

  private void run(int increments, long pool, Path folder) throws Exception {
    Guest guest = new Guest();
    guest.register("mapped", BlockKind.ADDRESS, address, MAPPED, null);
    guest.register("malloced", malloced);
    guest.register("small", small);
    guest.add(() -> Map.of("array", array));
    guest.add(() -> Map.of("pieces", pieces));
    Gate gate = new Gate(1, this::remember);
    guest.vcpus(gate);
    SplittableRandom writes = random.split();
    Vcpu vcpu = Vcpu.start("vcpu", gate, () -> write(writes));
    for (int i = 0; i <= increments; i++) {
      gate.freeze(Duration.ofSeconds(60));
      change(i);
      saving = true;
      gate.thaw();
      Path target = folder.resolve(i + ".ramshot");
      /* Now and then on an image that is not the newest. */
      int parent = i < 3 || random.nextInt(4) > 0 ? i - 1 : random.nextInt(i);
      SnapshotOptions options =
          SnapshotOptions.DEFAULTS
              .withPoolBytes(pool)
              .withHashes(i != 0 || pool == 0)
              .withParent(i == 0 ? null : images.get(parent));
      SnapshotResult result = guest.snapshot(target, options).await();
      Expect.completed(result);
      images.add(target);
      saving = false;
      gate.freeze(Duration.ofSeconds(60)); /* so that this has the processor */
      check(i, i == 0 ? -1 : parent, result.status());
      gate.thaw();
    }
    vcpu.stop();
    for (int i = 0; i <= increments; i++) {
      check(i);
    }
    restore(guest, increments);
    Ram.unmap(address, MAPPED);
  }

  private Map<String, byte[]> ram() {
    Map<String, byte[]> ram = new LinkedHashMap<>();
    ram.put("mapped", Ram.bytes(mapped));
    ram.put("malloced", Ram.bytes(malloced));
    ram.put("small", Ram.bytes(small));
    ram.put("array", array.clone());
    int length = Arrays.stream(pieces).mapToInt(piece -> piece == null ? 0 : piece.length).sum();
    ByteBuffer all = ByteBuffer.allocate(length);
    Arrays.stream(pieces).filter(piece -> piece != null).forEach(all::put);
    ram.put("pieces", all.array());
    return ram;
  }

  private void remember() {
    if (saving) {
      freezes.add(ram());
    }
  }

  // --- the guest ------------------------------------------------------------------------------

  /** A quantum: a few writes to one place, so that most pages stay as they are. */
  private void write(SplittableRandom random) {
    ByteBuffer ram = random.nextInt(8) == 0 ? malloced : mapped;
    int at = random.nextInt(ram.capacity() / 16) * 16;
    ram.put(at, (byte) (ram.get(at) + 1));
    array[random.nextInt(1000)]++;
    try {
      Thread.sleep(0, 50_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Everything that can become of a page, here and there. */
  private void change(int round) {
    if (round % 5 == 4) {
      return;
    }
    for (ByteBuffer ram : List.of(mapped, malloced, small)) {
      int pages = ram.capacity() / Ram.PAGE - 1;
      for (int i = random.nextInt(40); i > 0; i--) {
        int first = random.nextInt(pages);
        int count = Math.min(pages - first, 1 + random.nextInt(random.nextInt(8) == 0 ? 200 : 5));
        change(ram, first * Ram.PAGE, count * Ram.PAGE);
      }
    }
    int chunk = random.nextInt(MAPPED / Ram.CHUNK) * Ram.CHUNK;
    Ram.fill(mapped.slice(chunk, Ram.CHUNK), round);
    /* Most collectors put it at another place in its page. */
    garbage = new byte[random.nextInt(2 * Ram.PAGE)];
    array = array.clone();
    Arrays.fill(array, random.nextInt(ARRAY / 2), ARRAY / 2, (byte) random.nextInt(3));
    byte[] piece = pieces[random.nextInt(PIECES / 2) * 2];
    piece[random.nextInt(PIECE)]++;
    if (round % 4 == 3) {
      pieces[random.nextInt(PIECES / 2) * 2 + 1] = new byte[PIECE]; /* longer than the parent's */
    }
  }

  private void change(ByteBuffer ram, int at, int length) {
    switch (random.nextInt(7)) {
      case 0 -> ram.put(at + random.nextInt(length), (byte) random.nextInt(256));
      case 1 -> Ram.fill(ram.slice(at, length), random.nextInt());
      case 2 -> ram.put(at, new byte[length]);
      case 3 -> swapSigns(ram, at);
      case 4 -> back(ram, at, length);
      case 5 -> {
        for (int i = 0; i < length; i += Ram.PAGE) {
          ram.put(at + i + random.nextInt(Ram.PAGE), (byte) 7);
        }
      }
      default -> discard(ram, at, length);
    }
  }

  /** Two numbers change their signs: what weak hashes have been seen to miss. */
  private void swapSigns(ByteBuffer ram, int at) {
    for (int i : new int[] {7, 71}) {
      ram.put(at + i, (byte) (ram.get(at + i) ^ 0x80));
    }
  }

  private void back(ByteBuffer ram, int at, int length) {
    if (freezes.isEmpty()) {
      return;
    }
    String name = ram == mapped ? "mapped" : ram == malloced ? "malloced" : "small";
    ram.put(at, freezes.get(random.nextInt(freezes.size())).get(name), at, length);
  }

  private void discard(ByteBuffer ram, int at, int length) {
    if (ram != mapped) {
      return;
    }
    Pointer from = new Pointer(GuestMemory.addressOf(ram) + at);
    Object[] arguments = {from, (long) length, MADV_DONTNEED};
    assertEquals(0, Function.getFunction("c", "madvise").invokeInt(arguments));
  }

  // --- what must hold -------------------------------------------------------------------------

  private void check(int index) throws Exception {
    SavedRam.verify(images.get(index));
    for (Map.Entry<String, byte[]> block : freezes.get(index).entrySet()) {
      try (SavedRam saved = SavedRam.of(images.get(index), block.getKey())) {
        assertArrayEquals(
            block.getValue(), saved.bytes(), "image " + index + ", block " + block.getKey());
      }
    }
  }

  private void check(int index, int parent, SnapshotStatus status) throws Exception {
    check(index);
    long inherited = 0;
    try (Image image = Image.open(images.get(index))) {
      assertEquals(parent >= 0, image.parent().isPresent());
      for (ImageBlock block : image.blocks()) {
        inherited += requireKinds(image, block, index, parent);
      }
    }
    assertEquals(inherited, status.pagesInherited());
    assertTrue(parent < 0 || inherited > 0, "nothing was inherited: this test shows nothing");
  }

  /** A page is stored exactly if it is neither zero nor what the parent has in that place. */
  private long requireKinds(Image image, ImageBlock block, int index, int parent) {
    boolean alike = parent >= 0 && block.lead() == lead(image.parent().orElseThrow(), block);
    byte[] now = freezes.get(index).get(block.name());
    byte[] before = parent < 0 ? new byte[0] : freezes.get(parent).get(block.name());
    long inherited = 0;
    for (long page = 0; page < block.pageCount(Ram.PAGE); page++) {
      int from = (int) Math.max(0, page * Ram.PAGE - block.lead());
      int to = (int) Math.min(now.length, (page + 1) * Ram.PAGE - block.lead());
      PageKind expected = PageKind.STORED;
      if (isZero(now, from, to)) {
        expected = PageKind.ZERO;
      } else if (alike
          && before.length == now.length
          && Arrays.equals(now, from, to, before, from, to)) {
        expected = PageKind.INHERITED;
        inherited++;
      }
      assertEquals(
          expected,
          image.pageKind(block, page),
          "image " + index + " on " + parent + ", page " + page + " of " + block.name());
    }
    return inherited;
  }

  private static int lead(Image image, ImageBlock block) {
    return image.blocks().get(block.id()).lead();
  }

  private static boolean isZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private void restore(Guest guest, int index) throws Exception {
    Ram.fill(mapped, 99);
    Ram.fill(malloced, 98);
    Ram.fill(small, 97);
    Arrays.fill(array, (byte) 96);
    Arrays.fill(pieces[0], (byte) 95);
    try (Image image = Image.open(images.get(index))) {
      guest.vcpus(Vcpus.STOPPED);
      guest.restore(image);
    }
    ram().forEach((name, bytes) -> assertArrayEquals(freezes.get(index).get(name), bytes, name));
  }
}
