package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.HeapMemory;
import com.example.Processor;
import io.ramshot.Participant;
import io.ramshot.SnapshotException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** State by reflection. */
class FieldStateTest extends HookedTest {

  private Processor cpu;

  private static byte[][] banks() {
    return new byte[][] {{1, 2}, {3, 4}, {5, 6}};
  }

  private Participant cpu(String option) {
    install("state", option);
    cpu = new Processor(3, banks());
    return guest.participants().get(0);
  }

  private static byte[] save(Participant participant) throws Exception {
    participant.prepare();
    return participant.save();
  }

  @Test
  void everyFieldComesBackInItsPlace() throws Exception {
    Participant participant = cpu("fields:com.example.Processor");
    cpu.pc(0x1234);
    cpu.stack()[7] = -2;
    cpu.halted = true;
    cpu.flags = -1;
    cpu.letter = 'x';
    cpu.half = -300;
    cpu.cycles = 1L << 50;
    cpu.ratio = Float.NaN;
    cpu.load = -0.0;
    cpu.registers[3] = 33;
    cpu.phase = Processor.Phase.EXECUTE;
    cpu.boxed = null;
    cpu.any = 'c';
    cpu.ticks.set(99);
    cpu.cache = 4;
    cpu.lines[1] = true;
    byte[] state = save(participant);

    int[] registers = cpu.registers;
    long[] counters = cpu.counters;
    int[] inner = cpu.tables[0];
    cpu.pc(0);
    cpu.stack()[7] = 0;
    cpu.halted = false;
    cpu.flags = 0;
    cpu.letter = 0;
    cpu.half = 0;
    cpu.cycles = 0;
    cpu.ratio = 0;
    cpu.load = 1;
    registers[3] = 0;
    cpu.phase = Processor.Phase.FETCH;
    cpu.boxed = 6;
    cpu.any = "else";
    cpu.name = null;
    cpu.ticks.set(0);
    cpu.cache = 0;
    counters[0] = 0;
    inner[1] = 0;
    cpu.tables[1] = new int[3];
    cpu.screen = new char[9];
    cpu.lines = null;
    cpu.f[0] = 0;
    cpu.d[0] = 0;
    participant.load(state);

    assertEquals(0x1234, cpu.pc());
    assertEquals(-2, cpu.stack()[7]);
    assertTrue(cpu.halted);
    assertEquals(-1, cpu.flags);
    assertEquals('x', cpu.letter);
    assertEquals(-300, cpu.half);
    assertEquals(1L << 50, cpu.cycles);
    assertTrue(Float.isNaN(cpu.ratio));
    assertEquals(-0.0, cpu.load);
    assertArrayEquals(new int[] {0, 0, 0, 33}, cpu.registers);
    assertSame(Processor.Phase.EXECUTE, cpu.phase);
    assertNull(cpu.boxed);
    assertEquals('c', cpu.any);
    assertEquals("cpu", cpu.name);
    assertEquals(99, cpu.ticks.get());
    assertEquals(4, cpu.cache);
    assertSame(counters, cpu.counters);
    assertEquals(1L << 40, counters[0]);
    assertSame(inner, cpu.tables[0]);
    assertEquals("[[1, 2], null, [3]]", Arrays.deepToString(cpu.tables));
    assertArrayEquals(new char[] {'a'}, cpu.screen);
    assertArrayEquals(new boolean[] {true, true}, cpu.lines);
    assertEquals(1.5f, cpu.f[0]);
    assertEquals(2.5, cpu.d[0]);
  }

  @Test
  void fieldsThatHoldOneArrayHoldOneAgain() throws Exception {
    Participant participant = cpu("fields:com.example.Processor");
    cpu.current = cpu.banks()[2];
    cpu.current[1] = 66;
    byte[] state = save(participant);
    byte[] first = cpu.banks()[0];
    byte[] third = cpu.banks()[2];
    cpu.current = first;
    third[1] = 0;
    first[0] = 0;
    participant.load(state);
    assertSame(third, cpu.banks()[2]);
    assertSame(third, cpu.current);
    assertSame(first, cpu.banks()[0]);
    assertSame(first, cpu.window);
    assertEquals("[[1, 2], [3, 4], [5, 66]]", Arrays.deepToString(cpu.banks()));
  }

  @Test
  void objectsThatAreSavedTooAreSavedAsNames() throws Exception {
    install("state", "fields:com.example.Processor,fields:com.example.Processor$Bus");
    Processor.Bus bus = new Processor.Bus();
    Processor.Bus other = new Processor.Bus();
    cpu = new Processor(1, banks());
    cpu.bus = other;
    other.master = cpu;
    // Of one object, and held by the other too.
    cpu.current = other.banks[1];
    List<Participant> participants = guest.participants();
    byte[][] states = new byte[3][];
    for (Participant p : participants) {
      p.prepare();
    }
    for (int i = 0; i < 3; i++) {
      states[i] = participants.get(i).save();
    }
    cpu.bus = bus;
    cpu.current = other.banks[0];
    other.master = null;
    byte[] bank = other.banks[1];
    for (int i = 0; i < 3; i++) {
      participants.get(i).load(states[i]);
    }
    assertSame(other, cpu.bus);
    assertSame(cpu, other.master);
    assertSame(bank, other.banks[1]);
    assertSame(bank, cpu.current);
    assertNull(bus.master);
  }

  @Test
  void whatCannotBeCapturedIsRefusedWithTheOptionThatLeavesIt() throws Exception {
    Participant participant = cpu("fields:com.example.Processor-name");
    cpu.bus = new Processor.Bus();
    cpu.unknown = new Thread();
    String message = assertThrows(SnapshotException.class, participant::prepare).getMessage();
    assertEquals(
        "state=fields:com.example.Processor-name cannot capture com.example.Processor.bus is a"
            + " com.example.Processor$Bus, com.example.Processor.unknown is a java.lang.Thread: name the"
            + " classes of such objects in state= too, or leave the fields as the host makes them"
            + " with state=fields:com.example.Processor-name-bus-unknown",
        message);
    assertThrows(SnapshotException.class, participant::save);
  }

  @Test
  void leftFieldsStayAsTheyAre() throws Exception {
    Participant participant = cpu("fields:com.example.Processor-bus-unknown-cycles");
    cpu.bus = new Processor.Bus();
    cpu.unknown = new Thread();
    byte[] state = save(participant);
    cpu.cycles = 17;
    cpu.bus = null;
    participant.load(state);
    assertEquals(17, cpu.cycles);
    assertNull(cpu.bus);
  }

  @Test
  void leftFieldThatIsNotThereIsNamedWithTheNearest() {
    Participant participant = cpu("fields:com.example.Processor-buss");
    String message = assertThrows(SnapshotException.class, participant::prepare).getMessage();
    assertTrue(
        message.contains("com.example.Processor has no field buss to leave; nearest: bus"),
        message);
  }

  @Test
  void parentOfTheJdkIsRefusedUntilItIsLeft() throws Exception {
    install("state", "fields:com.example.Processor$Core");
    Processor.Core core = new Processor.Core();
    String message =
        assertThrows(SnapshotException.class, guest.participants().get(0)::prepare).getMessage();
    assertTrue(
        message.contains(
            "leave them with state=fields:com.example.Processor$Core-java.lang.Thread"),
        message);
    hooks.close();
    install("state", "fields:com.example.Processor$Core-java.lang.Thread");
    Processor.Core other = new Processor.Core();
    other.value = 5;
    byte[] state = save(guest.participants().get(0));
    other.value = 6;
    guest.participants().get(0).load(state);
    assertEquals(5, other.value);
    Reference.reachabilityFence(core);
  }

  @Test
  void staticFieldIsAWarningThatNamesIt() throws Exception {
    install("state", "fields:com.example.Processor$Counted");
    Processor.Counted counted = new Processor.Counted();
    save(guest.participants().get(0));
    assertEquals(1, guest.warnings().size());
    String message = guest.warnings().get(0);
    assertTrue(message.contains("not the static com.example.Processor$Counted.count"), message);
    assertTrue(message.contains("state=fields:com.example.Processor$Counted-count"), message);
    Reference.reachabilityFence(counted);
  }

  @Test
  void finalFieldMustBeWhatItWas() throws Exception {
    Participant participant = cpu("fields:com.example.Processor");
    byte[] state = save(participant);
    Processor other = new Processor(4, banks());
    other.cycles = 12;
    Participant second = guest.participants().get(1);
    String message = assertThrows(SnapshotException.class, () -> second.load(state)).getMessage();
    assertTrue(
        message.startsWith(
            "com.example.Processor.model is final and cannot be put back: it was 3 and is 4"),
        message);
    assertEquals(12, other.cycles, "changed before it was checked");
    Processor larger = new Processor(3, new byte[][] {{1, 2, 3}, {3, 4}, {5, 6}});
    Participant third = guest.participants().get(2);
    assertTrue(
        assertThrows(SnapshotException.class, () -> third.load(state))
            .getMessage()
            .contains("is final"));
    assertEquals(3, larger.banks()[0][2]);
  }

  @Test
  void stateOfOtherFieldsIsRefusedByName() throws Exception {
    byte[] state = save(cpu("fields:com.example.Processor-cache"));
    hooks.close();
    Participant all = cpu("fields:com.example.Processor");
    cpu.cycles = 5;
    String message = assertThrows(SnapshotException.class, () -> all.load(state)).getMessage();
    assertTrue(
        message.startsWith("the image lacks com.example.Processor.cache: give the state= option"),
        message);
    assertTrue(message.endsWith("with state=fields:com.example.Processor-cache"), message);
    assertEquals(5, cpu.cycles);
  }

  @Test
  void fieldThatTheRestoreLeavesMayStandInTheImage() throws Exception {
    Participant participant = cpu("fields:com.example.Processor");
    cpu.half = 3;
    cpu.cycles = 4;
    cpu.current = cpu.banks()[1];
    byte[] state = save(participant);
    hooks.close();
    Participant fewer = cpu("fields:com.example.Processor-half-model-banks-tables");
    cpu.half = 9;
    cpu.cycles = 9;
    cpu.tables = null;
    Processor first = cpu;
    fewer.load(state);
    assertEquals(4, first.cycles);
    assertEquals(9, first.half, "left");
    assertNull(first.tables, "left");
    assertArrayEquals(new byte[] {3, 4}, first.current, "was told within an array that is left");
    Processor other = new Processor(4, banks());
    guest.participants().get(1).load(state);
    assertEquals(4, other.model, "a final field that is left");
    assertEquals(4, other.cycles);
  }

  @Test
  void noDamageGoesUnseenOrBreaksTheReader() throws Exception {
    Participant participant = cpu("fields:com.example.Processor");
    byte[] state = save(participant);
    for (int length = 0; length < state.length; length++) {
      byte[] part = Arrays.copyOf(state, length);
      assertThrows(SnapshotException.class, () -> participant.load(part));
    }
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = state.clone();
      damaged[random.nextInt(state.length)] = (byte) random.nextInt();
      try {
        participant.load(damaged);
      } catch (SnapshotException e) {
        // One line, no other exception.
        assertTrue(!e.getMessage().isEmpty());
      }
    }
  }

  @Test
  void ramOnTheHeapIsNamedNotCopied() throws Exception {
    Participant participant = cpu("fields:com.example.Processor");
    byte[][] ram = cpu.banks();
    guest.heapRam.put("ram", ram);
    cpu.current = ram[2];
    byte[] state = save(participant);
    cpu.current = ram[0];
    ram[2][0] = 99;
    participant.load(state);
    assertSame(ram[2], cpu.current);
    assertEquals(99, ram[2][0], "RAM is restored by others");
    // A piece that was replaced is known again.
    ram[1] = new byte[9];
    cpu.current = ram[1];
    state = save(participant);
    cpu.current = null;
    participant.load(state);
    assertSame(ram[1], cpu.current);
    guest.heapRam.clear();
    byte[] last = state;
    assertTrue(
        assertThrows(SnapshotException.class, () -> participant.load(last))
            .getMessage()
            .contains("which this guest does not have"));
  }

  @Test
  void fieldsThatOptionsNameAsRamAreNotCaptured() throws Exception {
    String type = "com.example.HeapMemory#";
    install(
        "ram.min",
        "4k",
        "ram",
        type + "bytes," + type + "words," + type + "buffer," + type + "shared",
        "state",
        "fields:com.example.HeapMemory");
    HeapMemory memory = new HeapMemory(100);
    ByteBuffer direct = ByteBuffer.allocateDirect(4096);
    memory.buffer = direct;
    memory.count = 5;
    Participant participant = guest.participants().get(0);
    byte[] state = save(participant);
    memory.bytes[1] = 77;
    memory.words[1] = 77;
    direct.put(1, (byte) 77);
    byte[] bytes = memory.bytes = memory.bytes.clone();
    int[] words = memory.words = memory.words.clone();
    ByteBuffer other = ByteBuffer.allocateDirect(4096);
    memory.buffer = other;
    memory.count = 6;
    participant.load(state);
    assertEquals(5, memory.count);
    assertSame(bytes, memory.bytes);
    assertEquals(77, bytes[1]);
    assertSame(words, memory.words, "a field that the class inherits");
    assertSame(other, memory.buffer);
    assertEquals(77, direct.get(1));
    assertEquals(List.of(), guest.warnings());
  }

  /** 32 registers and 64 KiB: printed, and bounded only against a mistake in the order. */
  @Test
  void savingIsQuick() throws Exception {
    install("state", "fields:com.example.Registers");
    com.example.Registers registers = new com.example.Registers();
    Participant participant = guest.participants().get(0);
    long best = Long.MAX_VALUE;
    long first = 0;
    for (int i = 0; i < 2000; i++) {
      participant.prepare();
      long start = System.nanoTime();
      participant.save();
      long took = System.nanoTime() - start;
      first = first == 0 ? took : first;
      best = Math.min(best, took);
    }
    System.out.println(
        "fields of a CPU, 32 registers and 64 KiB: first " + first + " ns, best " + best + " ns");
    assertEquals(1 << 16, registers.memory.length);
  }
}
