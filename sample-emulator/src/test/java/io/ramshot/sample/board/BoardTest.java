package io.ramshot.sample.board;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.sample.cpu.Asm;
import io.ramshot.sample.cpu.Hart;
import io.ramshot.sample.device.Finisher;
import io.ramshot.sample.device.SerialInput;
import io.ramshot.sample.memory.DirectRam;
import io.ramshot.sample.memory.Ram;
import io.ramshot.sample.state.BadStateException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BoardTest {

  private static final int MIB = 1 << 20;

  /** A machine together with its RAM. */
  private record Machine(Ram ram, Board board) {

    static Machine create(boolean deterministic) {
      Ram ram = new DirectRam(8 * MIB);
      SerialInput input = new SerialInput(100);
      return new Machine(
          ram, new Board(ram, deterministic, input, OutputStream.nullOutputStream()));
    }

    static Machine running(byte[] image) {
      Machine machine = create(true);
      machine.board.loadFirmware(image);
      return machine;
    }

    void runTo(long steps) {
      board.stopAt(steps);
      while (board.running()) {
        board.step();
      }
    }

    byte[] contents() {
      byte[] bytes = new byte[(int) ram.size()];
      ram.read(0, bytes, bytes.length);
      return bytes;
    }
  }

  private static byte[] program(int... instructions) {
    ByteBuffer image = ByteBuffer.allocate(instructions.length * 4);
    image.order(ByteOrder.LITTLE_ENDIAN);
    for (int instruction : instructions) {
      image.putInt(instruction);
    }
    return image.array();
  }

  @Test
  void resetPassesHartAndTreeToTheFirmware() {
    Machine machine = Machine.running(program(Asm.jal(0, 0)));
    machine.runTo(10);
    Hart hart = machine.board.hart();
    assertEquals(MemoryMap.RAM, hart.pc());
    assertEquals(0, hart.register(Hart.A0));
    long tree = hart.register(Hart.A0 + 1);
    assertEquals(MemoryMap.RAM + 6 * MIB, tree);
    assertEquals(0xedfe0dd0, machine.ram.load4(tree - MemoryMap.RAM));
    long info = hart.register(Hart.A0 + 2);
    assertEquals(MemoryMap.BOOT_ROM + 0x40, info);
  }

  @Test
  void bootInformationIsReadableByTheFirmware() {
    Machine machine = Machine.create(true);
    machine.board.loadKernel(program(Asm.NOP));
    machine.board.loadFirmware(
        program(
            Asm.load(3, 5, 12, 0), Asm.load(3, 6, 12, 8), Asm.load(3, 7, 12, 16), Asm.jal(0, 0)));
    machine.runTo(20);
    assertEquals(0x4942534f, machine.board.hart().register(5));
    assertEquals(2, machine.board.hart().register(6));
    assertEquals(MemoryMap.KERNEL, machine.board.hart().register(7));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 7, 19_999, 20_000, 20_001, 123_457})
  void stopsAtTheExactStep(long steps) {
    Machine machine = Machine.running(TimerGuest.image());
    machine.runTo(steps);
    assertEquals(steps, machine.board.hart().steps());
  }

  @Test
  void theGuestUnderTestIsInterruptedAndWaits() {
    Machine machine = Machine.running(TimerGuest.image());
    machine.runTo(1_000_000);
    assertTrue(machine.board.hart().register(TimerGuest.INTERRUPTS) > 1000);
    assertTrue(machine.board.hart().idleSteps() > 1000);
  }

  @Test
  void twoRunsAreTheSame() {
    Machine one = Machine.running(TimerGuest.image());
    Machine other = Machine.running(TimerGuest.image());
    one.runTo(1_234_567);
    other.runTo(1_234_567);
    assertArrayEquals(one.contents(), other.contents());
    assertArrayEquals(one.board.save(), other.board.save());
  }

  @Test
  void stoppingOnTheWayChangesNothing() {
    Machine straight = Machine.running(TimerGuest.image());
    straight.runTo(500_000);
    Machine halting = Machine.running(TimerGuest.image());
    for (long at = 1; at < 500_000; at = at * 3 + 17) {
      halting.runTo(at);
    }
    halting.runTo(500_000);
    assertArrayEquals(straight.contents(), halting.contents());
    assertArrayEquals(straight.board.save(), halting.board.save());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 20_000, 77_777, 300_001})
  void aRestoredMachineGoesOnAsTheSavedOneDoes(long at) {
    Machine saved = Machine.running(TimerGuest.image());
    saved.runTo(at);
    byte[] state = saved.board.save();
    byte[] contents = saved.contents();
    saved.runTo(600_000);

    // The other machine has run something else, whose decoded code must not survive.
    Machine restored = Machine.running(program(Asm.addi(5, 5, 1), Asm.jal(0, -4)));
    restored.runTo(50_000);
    restored.ram.write(0, contents);
    restored.board.load(state);
    assertArrayEquals(state, restored.board.save());
    restored.runTo(600_000);

    assertArrayEquals(saved.contents(), restored.contents());
    assertArrayEquals(saved.board.save(), restored.board.save());
  }

  @Test
  void aStateOfOtherRamIsRefused() {
    byte[] state = Machine.create(true).board.save();
    Board other =
        new Board(new DirectRam(MIB), true, new SerialInput(10), OutputStream.nullOutputStream());
    BadStateException e = assertThrows(BadStateException.class, () -> other.load(state));
    assertTrue(e.getMessage().contains("8388608"), e.getMessage());
  }

  @Test
  void aDamagedStateIsRefusedBeforeAnythingChanges() {
    Machine machine = Machine.running(TimerGuest.image());
    machine.runTo(1000);
    byte[] before = machine.board.save();
    byte[] damaged = before.clone();
    damaged[100] ^= 1;
    assertThrows(BadStateException.class, () -> machine.board.load(damaged));
    byte[] cut = Arrays.copyOf(before, before.length - 3);
    assertThrows(BadStateException.class, () -> machine.board.load(cut));
    assertArrayEquals(before, machine.board.save());
  }

  @Test
  void aWaitingMachineWithoutAnEventLetsTimePass() {
    Machine machine = Machine.running(program(Asm.WFI, Asm.addi(20, 0, 1), Asm.jal(0, -8)));
    machine.runTo(1_000_000_000);
    assertEquals(0, machine.board.hart().register(20));
    assertTrue(machine.board.hart().idleSteps() > 999_999_000);
  }

  @Test
  void realTimeGoesOnFromTheSavedTime() {
    Machine machine = Machine.create(false);
    machine.board.loadFirmware(program(Asm.csrrs(5, 0xc01, 0), Asm.lui(6, 0x2004), Asm.jal(0, -8)));
    machine.board.step();
    byte[] state = machine.board.save();
    byte[] contents = machine.contents();
    long before = machine.board.hart().register(5);

    Machine restored = Machine.create(false);
    restored.ram.write(0, contents);
    restored.board.load(state);
    assertEquals(before, restored.board.hart().register(5));
    restored.board.step();
    long after = restored.board.hart().register(5);
    assertTrue(after >= before);
    assertTrue(after - before < 600_000_000L, "less than a minute later");
  }

  @Test
  void realTimeTimersWakeASleepingMachine() {
    Machine machine = Machine.create(false);
    machine.board.loadFirmware(TimerGuest.image());
    while (machine.board.hart().register(TimerGuest.INTERRUPTS) < 20) {
      machine.board.step();
    }
    assertTrue(machine.board.running());
  }

  @Test
  void powerOffEndsTheMachine() {
    Machine machine =
        Machine.running(
            program(
                Asm.lui(5, 0x5),
                Asm.addi(5, 5, 0x555),
                Asm.lui(6, 0x100),
                Asm.store(2, 6, 5, 0),
                Asm.jal(0, 0)));
    machine.runTo(1_000_000);
    assertFalse(machine.board.running());
    assertEquals(Finisher.Verdict.PASS, machine.board.finisher().verdict());
    assertNotEquals(1_000_000, machine.board.hart().steps());
  }

  @Test
  void serialInputInterruptsThroughThePlic() throws InterruptedException {
    Ram ram = new DirectRam(4 * MIB);
    SerialInput input = new SerialInput(10);
    Board board = new Board(ram, true, input, OutputStream.nullOutputStream());
    board.loadFirmware(
        program(
            Asm.lui(5, 0xc000), // PLIC
            Asm.addi(6, 0, 1),
            Asm.store(2, 5, 6, 40), // priority of the UART's source
            Asm.lui(7, 0xc002),
            Asm.addi(6, 0, 1 << 10),
            Asm.store(2, 7, 6, 0), // enabled for M-mode
            Asm.lui(8, 0x10000), // UART
            Asm.addi(6, 0, 1),
            Asm.store(0, 8, 6, 1), // interrupt on input
            Asm.lui(9, 1),
            Asm.addi(9, 9, -2048), // MEI
            Asm.csrrw(0, 0x304, 9),
            Asm.WFI,
            Asm.lui(10, 0xc200),
            Asm.load(2, 11, 10, 4), // claim
            Asm.load(0, 12, 8, 0), // the byte
            Asm.jal(0, 0)));
    board.stopAt(100_000);
    while (board.running()) {
      board.step();
    }
    assertTrue(board.hart().waiting());
    input.put(new byte[] {'x'}, 1);
    board.stopAt(200_000);
    while (board.running()) {
      board.step();
    }
    assertEquals(10, board.hart().register(11));
    assertEquals('x', board.hart().register(12));
  }

  @Test
  void imagesOutsideRamAreRefused() {
    Machine machine = Machine.create(true);
    byte[] large = new byte[7 * MIB];
    assertThrows(IllegalArgumentException.class, () -> machine.board.loadFirmware(large));
    assertThrows(IllegalArgumentException.class, () -> machine.board.loadKernel(large));
  }

  @Test
  void elfImagesGoWhereTheySayAndStartAtTheirEntry() {
    Machine machine = Machine.running(elf(MemoryMap.RAM + 0x3000, Asm.NOP, Asm.jal(0, 0)));
    machine.runTo(20);
    assertEquals(MemoryMap.RAM + 0x3004, machine.board.hart().pc());
  }

  @Test
  void elfImagesForOtherMachinesAreRefused() {
    byte[] elf = elf(MemoryMap.RAM, Asm.NOP);
    elf[18] = 62;
    Machine machine = Machine.create(true);
    assertThrows(IllegalArgumentException.class, () -> machine.board.loadFirmware(elf));
    byte[] cut = Arrays.copyOf(elf(MemoryMap.RAM, Asm.NOP), 110);
    assertThrows(IllegalArgumentException.class, () -> machine.board.loadFirmware(cut));
  }

  private static byte[] elf(long address, int... instructions) {
    byte[] code = program(instructions);
    ByteBuffer elf = ByteBuffer.allocate(120 + code.length).order(ByteOrder.LITTLE_ENDIAN);
    elf.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1);
    elf.putShort(16, (short) 2).putShort(18, (short) 243).putInt(20, 1);
    elf.putLong(24, address).putLong(32, 64);
    elf.putShort(54, (short) 56).putShort(56, (short) 1);
    elf.putInt(64, 1).putLong(72, 120).putLong(80, address).putLong(88, address);
    elf.putLong(96, code.length).putLong(104, code.length);
    elf.put(120, code);
    return elf.array();
  }
}
