package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Fixed;
import com.example.HalfNative;
import com.example.Processor;
import io.ramshot.Guest;
import io.ramshot.Participant;
import io.ramshot.SnapshotException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Numbers in fields that may be more than numbers: addresses of guest RAM, native handles. */
class FieldNumbersTest extends HookedTest {

  private static final long BASE = 0x7f0000001000L;
  private static final String COUNTED = "fields:com.example.Processor$Counted-count";

  private Processor.Counted counted;

  private Participant counted(String option) {
    install("state", option);
    counted = new Processor.Counted();
    return guest.participants().get(0);
  }

  private static byte[] save(Participant participant) throws Exception {
    participant.prepare();
    return participant.save();
  }

  private static String refusal(Participant participant, byte[] state) {
    return assertThrows(SnapshotException.class, () -> participant.load(state)).getMessage();
  }

  @Test
  void smallNumbersAreNoAddressesWithRamOnTheHeap() throws Exception {
    Guest real = new Guest();
    byte[] ram = new byte[1 << 20];
    ByteBuffer direct = ByteBuffer.allocateDirect(8192);
    real.add(() -> Map.of("ram", ram));
    long address = real.register("direct", direct).address();
    GuestView view = GuestView.of(real);
    for (long value : new long[] {0, 1, 1000, 0xfffff, -1, address - 1, address + 8192}) {
      assertEquals(null, view.placeOf(value));
    }
    assertEquals(new RamPlace("direct", 0), view.placeOf(address));
    assertEquals(new RamPlace("direct", 8191), view.placeOf(address + 8191));
    assertEquals(address, view.addressOf("direct"));
    assertEquals(null, view.addressOf("ram"));
    Reference.reachabilityFence(direct);
  }

  @Test
  void addressOfTheFirstByteMovesWithTheRam() throws Exception {
    Participant participant = counted(COUNTED);
    guest.ramAddress = counted.address = BASE;
    byte[] state = save(participant);
    assertEquals(List.of(), guest.warnings());
    guest.ramAddress = BASE + 0x10000;
    counted.address = 0;
    participant.load(state);
    assertEquals(BASE + 0x10000, counted.address);
    guest.ramAddress = 0;
    assertTrue(
        refusal(participant, state)
            .contains("an address of guest RAM ram, which this guest does not have"));
  }

  @Test
  void numberInsideOfRamIsCapturedAndTheRestoreAsksWhatItIs() throws Exception {
    Participant participant = counted(COUNTED);
    guest.ramAddress = BASE;
    counted.address = BASE + 24;
    byte[] state = save(participant);
    save(participant);
    assertEquals(1, guest.warnings().size());
    String warning = guest.warnings().get(0);
    assertTrue(
        warning.startsWith("com.example.Processor$Counted.address is 0x7f0000001018, inside guest"),
        warning);
    assertTrue(
        warning.contains(COUNTED + "@address for") && warning.contains(COUNTED + "+address for"),
        warning);
    counted.address = 5;
    participant.load(state);
    assertEquals(BASE + 24, counted.address, "RAM is where it was");
    guest.ramAddress = 2 * BASE;
    counted.address = 5;
    String message = refusal(participant, state);
    assertTrue(message.contains("Counted.address was 0x7f0000001018, inside guest RAM"), message);
    assertTrue(message.endsWith("write state=" + COUNTED + "+address"), message);
    assertEquals(5, counted.address);
    hooks.close();
    counted(COUNTED + "+address").load(state);
    assertEquals(BASE + 24, counted.address);
    hooks.close();
    counted(COUNTED + "@address").load(state);
    assertEquals(2 * BASE + 24, counted.address);
  }

  @Test
  void addressByTheOptionsMustBeOneAndANumberIsNone() throws Exception {
    Participant participant = counted(COUNTED + "@address");
    guest.ramAddress = BASE;
    counted.address = 77;
    String message = assertThrows(SnapshotException.class, participant::prepare).getMessage();
    assertTrue(message.contains("Counted.address, which is 0x4d, in no guest RAM"), message);
    assertTrue(message.endsWith("state=" + COUNTED + "+address"), message);
    counted.address = 0;
    save(participant);
    hooks.close();
    Participant number = counted(COUNTED + "+address");
    counted.address = BASE + 8;
    byte[] state = save(number);
    assertEquals(1, state[1], "as older readers know it");
    guest.ramAddress = 2 * BASE;
    number.load(state);
    assertEquals(BASE + 8, counted.address);
    assertEquals(List.of(), guest.warnings());
    hooks.close();
    Participant none = counted(COUNTED + "+adress");
    assertTrue(
        assertThrows(SnapshotException.class, none::prepare)
            .getMessage()
            .contains("has no field adress that can be a number; nearest: address"));
  }

  @Test
  void nativeHandleIsRefusedUnlessTheOptionsSayWhatItIs() throws Exception {
    String option = "fields:com.example.HalfNative";
    install("state", option);
    HalfNative engine = new HalfNative();
    String message =
        assertThrows(SnapshotException.class, guest.participants().get(0)::prepare).getMessage();
    assertTrue(
        message.startsWith(
            "state=fields:com.example.HalfNative does not take com.example.HalfNativeBase.peer,"
                + " com.example.HalfNative.handle, com.example.HalfNative.descriptor: "),
        message);
    assertTrue(message.contains("write state=" + option + "+peer+handle+descriptor, "), message);
    assertTrue(message.endsWith(" with state=" + option + "-peer-handle-descriptor"), message);
    hooks.close();
    install("state", option + "-handle-peer+descriptor");
    HalfNative other = new HalfNative();
    other.descriptor = 5;
    other.handle = 6;
    byte[] state = save(guest.participants().get(0));
    other.descriptor = 0;
    other.handle = 7;
    guest.participants().get(0).load(state);
    assertEquals(5, other.descriptor);
    assertEquals(7, other.handle);
    hooks.close();
    install("state", "fields:com.example.HalfNative$Timer-handle-peer-descriptor");
    HalfNative.Timer timer = new HalfNative.Timer();
    timer.counter = 8;
    save(guest.participants().get(0));
    Reference.reachabilityFence(engine);
    Reference.reachabilityFence(timer);
  }

  @Test
  void finalsThatARestoreComparesAreToldOnceAndAgreeWithItsRefusal() throws Exception {
    install("state", "fields:com.example.Fixed");
    Fixed fixed = new Fixed();
    byte[] state = save(guest.participants().get(0));
    save(guest.participants().get(0));
    assertEquals(1, guest.warnings().size());
    String warning = guest.warnings().get(0);
    assertTrue(
        warning.contains("set the final com.example.Fixed.name, com.example.Fixed.made, so"),
        warning);
    Fixed other = new Fixed();
    String message = refusal(guest.participants().get(1), state);
    assertTrue(message.startsWith("com.example.Fixed.made is final and cannot be put"), message);
    String left = "state=fields:com.example.Fixed-made";
    assertTrue(message.endsWith("with " + left + " at this restore"), message);
    hooks.close();
    install("state", "fields:com.example.Fixed-made");
    Fixed third = new Fixed();
    third.filled[0] = 0;
    guest.participants().get(0).load(state);
    assertEquals(1, third.filled[0]);
    Reference.reachabilityFence(List.of(fixed, other));
  }
}
