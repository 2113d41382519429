package io.ramshot.sample.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RamTest {

  private static final long MIB = 1 << 20;

  @ParameterizedTest
  @EnumSource
  void isLittleEndianAndZeroAtFirst(RamKind kind) {
    Ram ram = kind.allocate(MIB);
    byte[] all = new byte[(int) MIB];
    Arrays.fill(all, (byte) 1);
    ram.read(0, all, all.length);
    assertArrayEquals(new byte[(int) MIB], all);
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

  @ParameterizedTest
  @EnumSource
  void copiesWholeRanges(RamKind kind) {
    Ram ram = kind.allocate(MIB);
    byte[] source = {1, 2, 3, 4, 5};
    ram.write(MIB - source.length, source);
    byte[] target = new byte[8];
    ram.read(MIB - source.length, target, source.length);
    assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 0, 0, 0}, target);
    assertThrows(IndexOutOfBoundsException.class, () -> ram.write(MIB - 4, source));
    assertThrows(IndexOutOfBoundsException.class, () -> ram.read(MIB - 4, target, 5));
    assertThrows(IndexOutOfBoundsException.class, () -> ram.read(0, target, 9));
  }

  @ParameterizedTest
  @EnumSource
  void largeRamIsZeroToo(RamKind kind) {
    Ram ram = kind.allocate(UnsafeRam.FRESH_FROM);
    for (long offset = 0; offset < ram.size(); offset += 4096) {
      assertEquals(0, ram.load8(offset));
    }
  }
}
