package io.ramshot.sample.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of RAM that this JDK has behaves the same. */
class RamTest {

  private static final int MIB = 1 << 20;

  @TempDir private Path directory;

  /** {@code OptionsTest} proves that the command line refuses the others. */
  static Stream<RamKind> kinds() {
    int jdk = Runtime.version().feature();
    return Arrays.stream(RamKind.values()).filter(kind -> kind.firstJdk() <= jdk);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void isLittleEndianAndZeroAtFirst(RamKind kind) {
    try (Ram ram = kind.allocate(MIB, null)) {
      byte[] all = new byte[MIB];
      Arrays.fill(all, (byte) 1);
      ram.read(0, all, all.length);
      assertArrayEquals(new byte[MIB], all);
      ram.store8(8, 0xf1e2_d3c4_b5a6_9788L);
      assertEquals((byte) 0x88, ram.load1(8));
      assertEquals((short) 0x9788, ram.load2(8));
      assertEquals(0xb5a6_9788, ram.load4(8));
      assertEquals(0xf1e2_d3c4_b5a6_9788L, ram.load8(8));
      ram.store1(8, (byte) 1);
      ram.store2(10, (short) 0x0203);
      ram.store4(12, 0x04050607);
      assertEquals(0x0405_0607_0203_9701L, ram.load8(8));
    }
  }

  /** Also misaligned, which a kind made of words has to put together. */
  @ParameterizedTest
  @MethodSource("kinds")
  void doesWhatAByteBufferDoes(RamKind kind) {
    int size = 256;
    ByteBuffer model = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(1);
    try (Ram ram = kind.allocate(MIB, null)) {
      for (int i = 0; i < 100_000; i++) {
        int offset = random.nextInt(size - 7);
        long value = random.nextLong();
        switch (random.nextInt(4)) {
          case 0 -> {
            ram.store1(offset, (byte) value);
            model.put(offset, (byte) value);
          }
          case 1 -> {
            ram.store2(offset, (short) value);
            model.putShort(offset, (short) value);
          }
          case 2 -> {
            ram.store4(offset, (int) value);
            model.putInt(offset, (int) value);
          }
          default -> {
            ram.store8(offset, value);
            model.putLong(offset, value);
          }
        }
        int at = random.nextInt(size - 7);
        assertEquals(model.get(at), ram.load1(at));
        assertEquals(model.getShort(at), ram.load2(at));
        assertEquals(model.getInt(at), ram.load4(at));
        assertEquals(model.getLong(at), ram.load8(at));
      }
      byte[] all = new byte[size];
      ram.read(0, all, size);
      assertArrayEquals(model.array(), all);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void copiesWholeRanges(RamKind kind) {
    try (Ram ram = kind.allocate(MIB, null)) {
      byte[] source = {1, 2, 3, 4, 5};
      ram.write(MIB - source.length, source);
      byte[] target = new byte[8];
      ram.read(MIB - source.length, target, source.length);
      assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 0, 0, 0}, target);
      assertThrows(IndexOutOfBoundsException.class, () -> ram.write(MIB - 4, source));
      assertThrows(IndexOutOfBoundsException.class, () -> ram.read(MIB - 4, target, 5));
      assertThrows(IndexOutOfBoundsException.class, () -> ram.read(0, target, 9));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void largeRamIsZeroToo(RamKind kind) {
    try (Ram ram = kind.allocate(UnsafeRam.FRESH_FROM, null)) {
      assertEquals(UnsafeRam.FRESH_FROM, ram.size());
      for (long offset = 0; offset < ram.size(); offset += 4096) {
        assertEquals(0, ram.load8(offset));
      }
    }
  }

  @Test
  void nativeMemoryIsGivenBack() throws IOException {
    NativeRam ram = new NativeRam(64L * MIB);
    assertTrue(isMapped(ram.base()));
    ram.close();
    assertFalse(isMapped(ram.base()));
    ram.close();
  }

  private static boolean isMapped(long address) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .map(line -> line.split("[- ]"))
        .anyMatch(
            range ->
                Long.parseUnsignedLong(range[0], 16) <= address
                    && address < Long.parseUnsignedLong(range[1], 16));
  }

  @Test
  void aMappedFileIsNewAndGoneAtOnce() throws IOException {
    Path file = directory.resolve("guest.ram");
    try (Ram ram = RamKind.MAPPED.allocate(MIB, file)) {
      assertFalse(Files.exists(file));
      assertTrue(
          Files.readAllLines(Path.of("/proc/self/maps")).stream()
              .anyMatch(line -> line.contains(file.toString())));
      ram.store8(0, 1);
      assertEquals(1, ram.load8(0));
    }
    Files.writeString(file, "somebody's");
    UncheckedIOException e =
        assertThrows(UncheckedIOException.class, () -> RamKind.MAPPED.allocate(MIB, file));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertTrue(e.getMessage().contains("--ram-file"), e.getMessage());
    assertEquals("somebody's", Files.readString(file));
  }
}
