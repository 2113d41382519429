package io.ramshot.sample.board;

/** Physical addresses and interrupt numbers, those of QEMU's {@code virt} board. */
public final class MemoryMap {

  public static final long BOOT_ROM = 0x1000;
  public static final long FINISHER = 0x10_0000;
  public static final long CLINT = 0x200_0000;
  public static final long PLIC = 0xc00_0000;
  public static final long UART = 0x1000_0000;
  public static final long FLASH = 0x2000_0000;
  public static final long RAM = 0x8000_0000L;

  /** Where the kernel goes, 2 MiB above the firmware. */
  public static final long KERNEL = RAM + (2 << 20);

  /** The UART's source number at the PLIC. */
  public static final int UART_INTERRUPT = 10;

  private MemoryMap() {}
}
