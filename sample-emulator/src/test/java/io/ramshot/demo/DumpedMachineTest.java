package io.ramshot.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.sample.board.Board;
import io.ramshot.sample.device.SerialInput;
import io.ramshot.sample.memory.DirectRam;
import io.ramshot.sample.memory.Ram;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpedMachineTest {
  @TempDir private Path folder;

  private DumpedMachine dump(String name, int steps, int lastByte) throws Exception {
    Ram ram = new DirectRam(1 << 20);
    Board board = new Board(ram, true, new SerialInput(16), OutputStream.nullOutputStream());
    board.loadFirmware(new byte[] {0x6f, 0, 0, 0}); // jumps to itself
    board.stopAt(steps);
    while (board.running()) {
      board.step();
    }
    Files.write(folder.resolve(name + ".state"), board.save());
    Files.write(folder.resolve(name + ".ram"), new byte[] {1, 2, (byte) lastByte});
    return DumpedMachine.read(folder.resolve(name));
  }

  @Test
  void tellsWhereItIsAndWhetherItIsTheSame() throws Exception {
    DumpedMachine machine = dump("a", 100, 3);
    assertEquals(100, machine.steps());
    assertEquals(0x80000000L, machine.pc());
    assertTrue(machine.isSame(dump("b", 100, 3)));
    assertFalse(machine.isSame(dump("c", 101, 3)), "another state");
    assertFalse(machine.isSame(dump("d", 100, 4)), "other RAM");
  }
}
