package io.ramshot.sample.board;

import io.ramshot.sample.device.Clint;
import io.ramshot.sample.device.Clock;
import io.ramshot.sample.device.Finisher;
import io.ramshot.sample.device.FlashSocket;
import io.ramshot.sample.device.Plic;
import io.ramshot.sample.device.Uart;
import io.ramshot.sample.fdt.FdtWriter;

/** The device tree that tells firmware what the board has. */
final class BoardTree {

  private static final int CPU_INTERRUPTS = 1;
  private static final int PLIC = 2;
  private static final int FINISHER = 3;

  // Interrupt numbers at the hart, as bits of mip.
  private static final int MACHINE_SOFTWARE = 3;
  private static final int MACHINE_TIMER = 7;
  private static final int SUPERVISOR_EXTERNAL = 9;
  private static final int MACHINE_EXTERNAL = 11;

  private static final int UART_CLOCK = 3_686_400;
  private static final int POWER_OFF = 0x5555;
  private static final int REBOOT = 0x7777;

  /**
   * Returns the flattened tree.
   *
   * @param ramSize in bytes
   */
  static byte[] flattened(long ramSize) {
    FdtWriter tree = new FdtWriter();
    tree.begin("")
        .cells("#address-cells", 2)
        .cells("#size-cells", 2)
        .strings("compatible", "riscv-virtio")
        .strings("model", "ramshot-sample");
    tree.begin("chosen").strings("stdout-path", "/soc/serial@10000000").end();
    tree.begin("memory@80000000")
        .strings("device_type", "memory")
        .longs("reg", MemoryMap.RAM, ramSize)
        .end();
    cpus(tree);
    power(tree, "poweroff", "syscon-poweroff", POWER_OFF);
    power(tree, "reboot", "syscon-reboot", REBOOT);
    tree.begin("flash@20000000")
        .strings("compatible", "cfi-flash")
        .longs(
            "reg",
            MemoryMap.FLASH,
            FlashSocket.BANK,
            MemoryMap.FLASH + FlashSocket.BANK,
            FlashSocket.BANK)
        .cells("bank-width", 4)
        .end();
    devices(tree);
    return tree.end().toByteArray(0);
  }

  private static void cpus(FdtWriter tree) {
    tree.begin("cpus")
        .cells("#address-cells", 1)
        .cells("#size-cells", 0)
        .cells("timebase-frequency", (int) Clock.FREQUENCY);
    tree.begin("cpu@0")
        .strings("device_type", "cpu")
        .cells("reg", 0)
        .strings("status", "okay")
        .strings("compatible", "riscv")
        .strings("riscv,isa", "rv64imafdc_zicsr_zifencei")
        .strings("mmu-type", "riscv,sv39");
    tree.begin("interrupt-controller")
        .cells("#interrupt-cells", 1)
        .flag("interrupt-controller")
        .strings("compatible", "riscv,cpu-intc")
        .cells("phandle", CPU_INTERRUPTS)
        .end();
    tree.end().end();
  }

  private static void power(FdtWriter tree, String name, String compatible, int value) {
    tree.begin(name)
        .strings("compatible", compatible)
        .cells("regmap", FINISHER)
        .cells("offset", 0)
        .cells("value", value)
        .end();
  }

  private static void devices(FdtWriter tree) {
    tree.begin("soc")
        .cells("#address-cells", 2)
        .cells("#size-cells", 2)
        .strings("compatible", "simple-bus")
        .flag("ranges");
    tree.begin("test@100000")
        .strings("compatible", "sifive,test1", "sifive,test0", "syscon")
        .longs("reg", MemoryMap.FINISHER, Finisher.SIZE)
        .cells("phandle", FINISHER)
        .end();
    tree.begin("clint@2000000")
        .strings("compatible", "sifive,clint0", "riscv,clint0")
        .longs("reg", MemoryMap.CLINT, Clint.SIZE)
        .cells(
            "interrupts-extended", CPU_INTERRUPTS, MACHINE_SOFTWARE, CPU_INTERRUPTS, MACHINE_TIMER)
        .end();
    tree.begin("plic@c000000")
        .strings("compatible", "sifive,plic-1.0.0", "riscv,plic0")
        .longs("reg", MemoryMap.PLIC, Plic.SIZE)
        .cells("#address-cells", 0)
        .cells("#interrupt-cells", 1)
        .flag("interrupt-controller")
        .cells(
            "interrupts-extended",
            CPU_INTERRUPTS,
            MACHINE_EXTERNAL,
            CPU_INTERRUPTS,
            SUPERVISOR_EXTERNAL)
        .cells("riscv,ndev", Plic.SOURCES)
        .cells("phandle", PLIC)
        .end();
    tree.begin("serial@10000000")
        .strings("compatible", "ns16550a")
        .longs("reg", MemoryMap.UART, Uart.SIZE)
        .cells("clock-frequency", UART_CLOCK)
        .cells("interrupt-parent", PLIC)
        .cells("interrupts", MemoryMap.UART_INTERRUPT)
        .end();
    tree.end();
  }

  private BoardTree() {}
}
