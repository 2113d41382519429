package io.ramshot.sample.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressedInstructionTest {

  private static final int RA = 1;
  private static final int RD = 21;

  static Stream<String> table() throws IOException {
    try (InputStream table =
        CompressedInstructionTest.class.getResourceAsStream("compressed.txt")) {
      String text = new String(table.readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines().filter(line -> !line.startsWith("#"));
    }
  }

  @ParameterizedTest
  @MethodSource("table")
  void meansWhatItAbbreviates(String line) {
    String[] columns = line.split(" ", 3);
    long full = Decoder.decode(Integer.parseUnsignedInt(columns[1], 16));
    long compressed = CompressedDecoder.decode(Integer.parseInt(columns[0], 16));
    assertEquals(1, Decoded.slots(compressed));
    assertEquals(Decoded.op(full), Decoded.op(compressed));
    assertEquals(Decoded.rd(full), Decoded.rd(compressed));
    assertEquals(Decoded.rs1(full), Decoded.rs1(compressed));
    if (!line.endsWith("c.ebreak")) {
      assertEquals(Decoded.rs2(full), Decoded.rs2(compressed));
    }
    assertEquals(Decoded.immediate(full), Decoded.immediate(compressed));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0x0000, // all zero
        0x001c, // c.addi4spn with immediate 0 is only reached with rd other than x8
        0x8000, // quadrant 0, reserved function
        0x2001, // c.addiw to x0
        0x6101, // c.addi16sp by 0
        0x6a81, // c.lui of 0
        0x9c41, // quadrant 1, reserved arithmetic
        0x9c61, // the other one
        0x4002, // c.lwsp to x0
        0x6002, // c.ldsp to x0
        0x8002, // c.jr x0
      })
  void reservedEncodingsAreIllegal(int insn) {
    TestMachine machine = new TestMachine();
    machine.execute(insn);
    assertEquals(Trap.ILLEGAL_INSTRUCTION, machine.csr(Csr.MCAUSE));
    assertEquals(insn, machine.csr(Csr.MTVAL));
  }

  @Test
  void advancesByTwoBytes() {
    TestMachine machine = new TestMachine().set(RD, 1);
    long at = machine.execute(0x0a85); // c.addi x21, 1
    assertEquals(2, machine.x(RD));
    assertEquals(at + 2, machine.hart.pc());
  }

  @Test
  void linksTwoBytesOn() {
    TestMachine machine = new TestMachine().set(RD, TestMachine.BASE + 0x40);
    long at = machine.execute(0x9a82); // c.jalr x21
    assertEquals(at + 2, machine.x(RA));
    assertEquals(TestMachine.BASE + 0x40, machine.hart.pc());
  }

  @Test
  void breakpointTraps() {
    TestMachine machine = new TestMachine();
    long at = machine.execute(0x9002); // c.ebreak
    assertEquals(Trap.BREAKPOINT, machine.csr(Csr.MCAUSE));
    assertEquals(at, machine.csr(Csr.MEPC));
  }

  @Test
  void hintsDoNothing() {
    TestMachine machine = new TestMachine();
    long at = machine.execute(0x4005); // c.li x0, 1
    assertEquals(0, machine.x(0));
    assertEquals(at + 2, machine.hart.pc());
  }
}
