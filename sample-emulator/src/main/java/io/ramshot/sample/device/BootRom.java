package io.ramshot.sample.device;

import io.ramshot.sample.bus.Device;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The mask ROM that a hart starts in: it passes hart id, device tree and boot information to the
 * firmware and jumps there.
 */
public final class BootRom implements Device {

  /** Bytes of its register space. */
  public static final long SIZE = 0xf000;

  /** OpenSBI's struct fw_dynamic_info follows the code. */
  private static final int INFO = 0x40;

  private static final long INFO_MAGIC = 0x4942534f;
  private static final long INFO_VERSION = 2;
  private static final long SUPERVISOR = 1;

  private final ByteBuffer rom = ByteBuffer.allocate(0x100).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * Fills the ROM.
   *
   * @param entry address of the firmware
   * @param deviceTree address of the device tree
   * @param next address of what the firmware starts in S-mode
   */
  public void program(long entry, long deviceTree, long next) {
    rom.clear();
    rom.putInt(0x00000297); // auipc t0, 0
    rom.putInt(0x04028613); // addi  a2, t0, INFO
    rom.putInt(0xf1402573); // csrr  a0, mhartid
    rom.putInt(0x0282b583); // ld    a1, 40(t0)
    rom.putInt(0x0202b283); // ld    t0, 32(t0)
    rom.putInt(0x00028067); // jr    t0
    rom.putLong(32, entry);
    rom.putLong(40, deviceTree);
    rom.position(INFO);
    rom.putLong(INFO_MAGIC);
    rom.putLong(INFO_VERSION);
    rom.putLong(next);
    rom.putLong(SUPERVISOR);
    rom.putLong(0); // options
    rom.putLong(0); // boot hart
  }

  @Override
  public long read(long offset, int size) {
    if (offset + size > rom.capacity()) {
      return 0;
    }
    int at = (int) offset;
    return switch (size) {
      case 1 -> rom.get(at) & 0xffL;
      case 2 -> rom.getShort(at) & 0xffffL;
      case 4 -> rom.getInt(at) & 0xffff_ffffL;
      default -> rom.getLong(at);
    };
  }

  /** Does nothing: it is a ROM. */
  @Override
  public void write(long offset, int size, long value) {}

  @Override
  public boolean executable() {
    return true;
  }

  /**
   * {@inheritDoc} A machine restored in another process may have been started with other images.
   */
  @Override
  public void save(StateWriter out) {
    out.putBytes(rom.array());
  }

  @Override
  public void load(StateReader in) {
    byte[] contents = in.getBytes();
    rom.put(0, contents, 0, Math.min(contents.length, rom.capacity()));
  }
}
