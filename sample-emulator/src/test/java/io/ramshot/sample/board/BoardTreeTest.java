package io.ramshot.sample.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.sample.fdt.FdtReader;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BoardTreeTest {

  private static final long RAM_SIZE = 5L << 30;

  private final FdtReader tree = new FdtReader(BoardTree.flattened(RAM_SIZE));

  private void assertRange(String path, long base, long size) {
    ByteBuffer reg = tree.numbers(path + "/reg");
    assertEquals(base, reg.getLong());
    assertEquals(size, reg.getLong());
  }

  @Test
  void rangesAreThoseOfTheBoard() {
    assertRange("/memory@80000000", 0x8000_0000L, RAM_SIZE);
    assertRange("/soc/test@100000", 0x10_0000, 0x1000);
    assertRange("/soc/clint@2000000", 0x200_0000, 0x10000);
    assertRange("/soc/plic@c000000", 0xc00_0000, 0x60_0000);
    assertRange("/soc/serial@10000000", 0x1000_0000, 0x100);
  }

  @Test
  void bothFlashBanksAreThereToBeProbed() {
    ByteBuffer reg = tree.numbers("/flash@20000000/reg");
    assertEquals(0x2000_0000L, reg.getLong());
    assertEquals(0x200_0000L, reg.getLong());
    assertEquals(0x2200_0000L, reg.getLong());
    assertEquals(0x200_0000L, reg.getLong());
  }

  @Test
  void namesAreThoseThatDriversLookFor() {
    assertEquals("riscv-virtio\0", tree.text("/compatible"));
    assertEquals("ns16550a\0", tree.text("/soc/serial@10000000/compatible"));
    assertTrue(tree.text("/soc/clint@2000000/compatible").contains("riscv,clint0\0"));
    assertTrue(tree.text("/soc/plic@c000000/compatible").contains("riscv,plic0\0"));
    assertTrue(tree.text("/soc/test@100000/compatible").startsWith("sifive,test1\0"));
    assertEquals("syscon-poweroff\0", tree.text("/poweroff/compatible"));
    assertEquals("syscon-reboot\0", tree.text("/reboot/compatible"));
    assertEquals("/soc/serial@10000000\0", tree.text("/chosen/stdout-path"));
    assertEquals("riscv,sv39\0", tree.text("/cpus/cpu@0/mmu-type"));
    assertEquals("rv64imafdc_zicsr_zifencei\0", tree.text("/cpus/cpu@0/riscv,isa"));
  }

  @Test
  void timeIsCountedAtTenMegahertz() {
    assertEquals(10_000_000, tree.numbers("/cpus/timebase-frequency").getInt());
  }

  @Test
  void interruptsAreWiredToTheHart() {
    int cpu = tree.numbers("/cpus/cpu@0/interrupt-controller/phandle").getInt();
    int plic = tree.numbers("/soc/plic@c000000/phandle").getInt();
    assertEquals(plic, tree.numbers("/soc/serial@10000000/interrupt-parent").getInt());
    assertEquals(10, tree.numbers("/soc/serial@10000000/interrupts").getInt());
    ByteBuffer external = tree.numbers("/soc/plic@c000000/interrupts-extended");
    assertEquals(cpu, external.getInt());
    assertEquals(11, external.getInt());
    assertEquals(cpu, external.getInt());
    assertEquals(9, external.getInt());
    int finisher = tree.numbers("/soc/test@100000/phandle").getInt();
    assertEquals(finisher, tree.numbers("/poweroff/regmap").getInt());
    assertEquals(0x5555, tree.numbers("/poweroff/value").getInt());
  }
}
