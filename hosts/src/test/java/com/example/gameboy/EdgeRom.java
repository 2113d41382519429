package com.example.gameboy;

import java.nio.charset.StandardCharsets;

/**
 * A Game Boy cartridge whose program increments every byte of work RAM from C010 to DEFF, in order,
 * for ever, and counts its passes at C000, low byte first.
 */
final class EdgeRom {
  private static final int BYTES = 32 << 10;
  private static final int ENTRY = 0x100;
  private static final int TITLE = 0x134;
  private static final int CHECKSUM = 0x14d;
  private static final int PROGRAM = 0x150;

  private static final int[] CODE = {
    0xf3, // di
    0x31, 0xfe, 0xff, // ld sp, FFFE
    0x21, 0x00, 0xc0, // ld hl, C000
    0xaf, // clear: xor a
    0x22, // ld (hl+), a
    0x7c, // ld a, h
    0xfe, 0xdf, // cp DF
    0x20, 0xf9, // jr nz, clear
    0x21, 0x10, 0xc0, // pass: ld hl, C010
    0x34, // cell: inc (hl)
    0x23, // inc hl
    0x7c, // ld a, h
    0xfe, 0xdf, // cp DF
    0x20, 0xf9, // jr nz, cell
    0x21, 0x00, 0xc0, // ld hl, C000
    0x34, // inc (hl)
    0x20, 0xf0, // jr nz, pass
    0x23, // inc hl
    0x34, // inc (hl)
    0x18, 0xec, // jr pass
  };

  private EdgeRom() {}

  static byte[] bytes() {
    byte[] rom = new byte[BYTES];
    put(rom, ENTRY, 0x00, 0xc3, PROGRAM & 0xff, PROGRAM >> 8); // nop; jp PROGRAM
    byte[] title = "EDGE".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(title, 0, rom, TITLE, title.length);
    int sum = 0;
    for (int at = TITLE; at < CHECKSUM; at++) {
      sum = sum - rom[at] - 1;
    }
    rom[CHECKSUM] = (byte) sum;
    put(rom, PROGRAM, CODE);
    return rom;
  }

  private static void put(byte[] rom, int at, int... values) {
    for (int i = 0; i < values.length; i++) {
      rom[at + i] = (byte) values[i];
    }
  }
}
