package io.ramshot.hooks;

import com.example.Arenas;
import com.example.HeapMemory;
import com.example.JnaHost;
import com.example.Mapper;
import com.example.MappingEngine;
import com.example.Memory;
import io.ramshot.Guest;
import io.ramshot.Snapshot;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageVerifier;
import io.ramshot.uffd.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import net.bytebuddy.agent.ByteBuddyAgent;

/**
 * The JVM of {@link RamKindsTest}: RAM of one kind is freed, unmapped, replaced or forgotten by its
 * host while a snapshot saves it. The image must have what it held, and the host must go on.
 */
final class RamKinds {

  private static final int MIB = 1 << 20;
  private static final int BYTES = 8 * MIB;
  private static final int MORE_BYTES = 16 * MIB;

  /** Slow enough to do things meanwhile, and a pool that is no hiding place. */
  private static final SnapshotOptions SLOW =
      SnapshotOptions.DEFAULTS.withPoolBytes(2 * MIB).withBytesPerSecond(16L * MIB);

  /** RAM of a host: 8 MiB, and what the host does with it while it is saved. */
  private interface Ram {

    /** The memory, to be read and written just now. */
    ByteBuffer view();

    /** Frees it, or makes another of it. */
    void leave() throws Exception;
  }

  private final Guest guest = new Guest();
  private final Path folder;

  /** What only the running case holds, so that it can be collected. */
  private Object held;

  private RamKinds(Path folder) {
    this.folder = folder;
  }

  /**
   * @param arguments a folder, a folder on tmpfs, and the cases
   */
  public static void main(String[] arguments) throws Exception {
    for (int i = 2; i < arguments.length; i++) {
      Path folder = Files.createDirectory(Path.of(arguments[0]).resolve(arguments[i]));
      new RamKinds(folder).run(arguments[i], Path.of(arguments[1]).resolve("ram"));
      System.out.println(arguments[i] + " is right");
    }
  }

  private void run(String kind, Path shared) throws Exception {
    String field = "com.example.HeapMemory#any";
    switch (kind) {
      case "unsafe" -> check(Map.of(), BlockKind.UNSAFE, this::unsafe);
      case "realloc" -> check(Map.of(), BlockKind.UNSAFE, this::realloc);
      case "direct" -> check(Map.of(), BlockKind.DIRECT, this::direct);
      case "confined" -> check(Map.of(), BlockKind.SEGMENT, () -> arena("ofConfined"));
      case "shared" -> check(Map.of(), BlockKind.SEGMENT, () -> arena("ofShared"));
      case "auto" -> check(Map.of(), BlockKind.SEGMENT, this::automatic);
      case "mapped" -> check(Map.of(), BlockKind.MAPPED, () -> mapped(shared));
      case "mapped-arena" -> check(Map.of(), BlockKind.MAPPED, () -> mappedSegment(shared));
      case "view" -> check(Map.of(), BlockKind.NATIVE, this::nativeView);
      case "jna" -> check(Map.of(), BlockKind.NATIVE, this::jna);
      case "native" ->
          check(
              Map.of("ram.native", "com.example.MappingEngine::mapMemory(addr,size)/unmapMemory"),
              BlockKind.NATIVE,
              this::engine);
      case "heap" -> check(Map.of("ram", field), BlockKind.HEAP, this::heap);
      case "heap-buffer" -> check(Map.of("ram", field), BlockKind.HEAP, this::heapBuffer);
      case "pieces" -> pieces(Map.of("ram", field));
      default -> throw new IllegalArgumentException(kind);
    }
  }

  private Hooks install(Map<String, String> options) {
    Map<String, String> all = new HashMap<>(options);
    all.put("ram.min", "1m");
    Hooks hooks =
        Hooks.install(
            ByteBuddyAgent.getInstrumentation(),
            HookOptions.parse(all),
            guest,
            line -> System.out.println("warning: " + line));
    guest.vcpus(hooks.vcpus());
    return hooks;
  }

  /** Keeps the snapshot going after the other block is saved. */
  private Object more() {
    ByteBuffer more = ByteBuffer.allocateDirect(MORE_BYTES);
    fill(more, 99);
    return guest.register("more", more) == null ? null : more;
  }

  private void check(Map<String, String> options, BlockKind kind, Callable<Ram> maker)
      throws Exception {
    Hooks hooks = install(options);
    Object more = more();
    Ram ram = maker.call();
    fill(ram.view(), 7);
    Path file = folder.resolve("a.ramshot");
    Snapshot snapshot = guest.snapshot(file, SLOW);
    await(snapshot);
    require(guest.blocks().size() == 2, "blocks " + guest.blocks());
    ram.view().put(BYTES / 2, (byte) 1);
    ram.leave();
    if (kind != BlockKind.HEAP) {
      for (int i = 0; i < 3; i++) {
        System.gc();
        Thread.sleep(20);
      }
    }
    SnapshotResult result = snapshot.await();
    require(result.state() == SnapshotState.COMPLETED, result.message());
    requireSaved(file, kind);
    require(more != null, "");
    Object kept = held;
    held = null;
    if (kept == null && kind != BlockKind.HEAP) {
      // Nobody has a use for it any more.
      while (guest.blocks().size() > 1) {
        System.gc();
        Thread.sleep(5);
      }
    }
    hooks.close();
  }

  private static void await(Snapshot snapshot) throws InterruptedException {
    while (snapshot.status().state().compareTo(SnapshotState.SAVING) < 0) {
      Thread.onSpinWait();
    }
    if (snapshot.status().state() != SnapshotState.SAVING) {
      throw new AssertionError("not being saved: " + snapshot.await().message());
    }
  }

  private void requireSaved(Path file, BlockKind kind) throws Exception {
    try (Image image = Image.open(file)) {
      require(
          ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE)
              .isIntact(),
          "the image is damaged");
      for (ImageBlock block : image.blocks()) {
        if (block.name().equals("more")) {
          continue;
        }
        require(block.kind() == kind, "kind " + block.kind());
        require(block.length() == BYTES, "length " + block.length());
      }
      require(image.blocks().size() == 2, "blocks " + image.blocks());
    }
    // Into other memory: the host may have given the block's back.
    Guest other = new Guest();
    ByteBuffer[] buffers = {
      ByteBuffer.allocateDirect(MORE_BYTES), ByteBuffer.allocateDirect(BYTES)
    };
    other.register("more", buffers[0]);
    try (Image image = Image.open(file)) {
      String name =
          image.blocks().stream()
              .map(ImageBlock::name)
              .filter(n -> !n.equals("more"))
              .findFirst()
              .orElseThrow();
      if (kind == BlockKind.HEAP) {
        byte[] array = new byte[BYTES];
        other.add(() -> Map.of(name, array));
        buffers[1] = ByteBuffer.wrap(array);
      } else {
        other.register(name, buffers[1]);
      }
      other.restore(image);
    }
    requireFilled(buffers[1], 7);
    requireFilled(buffers[0], 99);
  }

  private static void fill(ByteBuffer ram, int seed) {
    ram.order(ByteOrder.nativeOrder());
    for (int i = 0; i < ram.capacity(); i += 4) {
      ram.putInt(i, i * 31 + seed);
    }
  }

  private static void requireFilled(ByteBuffer ram, int seed) {
    ram.order(ByteOrder.nativeOrder());
    for (int i = 0; i < ram.capacity(); i += 4) {
      require(ram.getInt(i) == i * 31 + seed, "wrong at " + i);
    }
  }

  private static void require(boolean right, String otherwise) {
    if (!right) {
      throw new AssertionError(otherwise);
    }
  }

  /** What a freed block leaves is a hole: whoever reads it dies. */
  private Ram freed(long address, Runnable free) {
    held = this;
    return new Ram() {
      @Override
      public ByteBuffer view() {
        return GuestMemory.view(address, BYTES);
      }

      @Override
      public void leave() {
        int blocks = guest.blocks().size();
        long before = guest.newest().orElseThrow().status().doneBytes();
        free.run();
        long done = guest.newest().orElseThrow().status().doneBytes();
        require(done >= BYTES, "freed when " + before + " to " + done + " bytes were saved");
        require(guest.blocks().size() == blocks - 1, "blocks " + guest.blocks());
      }
    };
  }

  private Ram unsafe() {
    long address = Memory.allocate(BYTES);
    return freed(address, () -> Memory.free(address));
  }

  private Ram realloc() {
    long address = Memory.allocate(BYTES);
    String name = guest.blockAt(address).orElseThrow().name();
    held = this;
    return new Ram() {
      @Override
      public ByteBuffer view() {
        return GuestMemory.view(address, BYTES);
      }

      @Override
      public void leave() {
        long moved = Memory.reallocate(address, 4L * BYTES);
        long done = guest.newest().orElseThrow().status().doneBytes();
        require(done >= BYTES, "moved when " + done + " bytes were saved");
        require(guest.blockAt(moved).orElseThrow().name().equals(name), "name");
        require(guest.blockAt(moved).orElseThrow().length() == 4L * BYTES, "length");
        fill(GuestMemory.view(moved, BYTES), 3);
      }
    };
  }

  private Ram direct() {
    held = Memory.direct(BYTES);
    return forgotten(GuestMemory.addressOf((ByteBuffer) held));
  }

  /** RAM that nobody refers to any more: it must not be collected while it is saved. */
  private Ram forgotten(long address) {
    return new Ram() {
      @Override
      public ByteBuffer view() {
        return GuestMemory.view(address, BYTES);
      }

      @Override
      public void leave() throws Exception {
        held = null;
        for (int i = 0; i < 3; i++) {
          System.gc();
          Thread.sleep(10);
        }
        require(guest.blocks().size() == 2, "it was collected while it was saved");
        view().put(3, (byte) 3);
      }
    };
  }

  private Ram arena(String kind) {
    AutoCloseable arena = Arenas.open(kind);
    Object segment = Arenas.allocate(arena, BYTES, 4096);
    return freed(
        Arenas.address(segment),
        () -> {
          try {
            arena.close();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private Ram automatic() {
    held = Arenas.allocate(Arenas.open("ofAuto"), BYTES, 4096);
    return forgotten(Arenas.address(held));
  }

  private Ram mapped(Path file) throws Exception {
    held = Mapper.map(file, FileChannel.MapMode.READ_WRITE, 4096 + 8, BYTES);
    return forgotten(GuestMemory.addressOf((ByteBuffer) held));
  }

  private Ram mappedSegment(Path file) throws Exception {
    Mapper.grow(file, 2L * BYTES);
    AutoCloseable arena = Arenas.open("ofShared");
    Object segment;
    try (FileChannel channel = Mapper.open(file)) {
      segment = Arenas.map(channel, 0, BYTES, arena);
    }
    return freed(
        Arenas.address(segment),
        () -> {
          try {
            arena.close();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private Ram nativeView() {
    long address = MappingEngine.map(BYTES);
    held = JnaHost.view(address, BYTES);
    return forgotten(address);
  }

  private Ram jna() {
    com.sun.jna.Memory memory = JnaHost.allocate(BYTES);
    return freed(com.sun.jna.Pointer.nativeValue(memory), memory::close);
  }

  private Ram engine() {
    MappingEngine engine = new MappingEngine();
    engine.mapMemory(0, BYTES);
    return freed(engine.address(), engine::unmapMemory);
  }

  private Ram heap() {
    HeapMemory memory = new HeapMemory();
    byte[] first = new byte[BYTES];
    memory.any = first;
    return replaced(memory, ByteBuffer.wrap(first));
  }

  private Ram heapBuffer() {
    HeapMemory memory = new HeapMemory();
    ByteBuffer first = ByteBuffer.allocate(BYTES);
    memory.any = first;
    return replaced(memory, first);
  }

  private Ram replaced(HeapMemory memory, ByteBuffer first) {
    held = memory;
    return new Ram() {
      @Override
      public ByteBuffer view() {
        return first;
      }

      @Override
      public void leave() {
        memory.any = new byte[3 * BYTES];
        fill(first, 4);
        require(
            guest.blocks().stream().anyMatch(b -> b.length() == 3L * BYTES),
            "blocks " + guest.blocks());
      }
    };
  }

  /** Pieces that come late are in the next image, and come back where the host has none. */
  private void pieces(Map<String, String> options) throws Exception {
    Hooks hooks = install(options);
    HeapMemory memory = new HeapMemory();
    int[][] pieces = new int[256][];
    memory.any = pieces;
    pieces[3] = filled(3);
    Path first = folder.resolve("first.ramshot");
    guest.snapshot(first).await();
    pieces[200] = filled(200);
    pieces[3][1] = -1;
    Path second = folder.resolve("second.ramshot");
    guest.snapshot(second).await();
    pieces[3] = null;
    pieces[5] = filled(5);
    try (Image image = Image.open(second)) {
      guest.restore(image);
    }
    require(pieces[3][1] == -1 && pieces[3][2] == 5 && pieces[200][1] == 201, "second");
    require(pieces[5] == null, "a piece that was not there");
    try (Image image = Image.open(first)) {
      guest.restore(image);
    }
    require(pieces[3][1] == 4 && pieces[200] == null, "first");
    hooks.close();
    require(Files.exists(second), "");
  }

  private static int[] filled(int seed) {
    int[] piece = new int[1024];
    for (int i = 0; i < piece.length; i++) {
      piece[i] = seed + i;
    }
    return piece;
  }
}
