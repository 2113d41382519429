package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Console;
import io.ramshot.Participant;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State as buffers and objects. */
class StateFormsTest extends HookedTest {

  private Console console;

  private Participant console(String methods) {
    install("state", "com.example.Console::" + methods);
    console = new Console();
    assertEquals(List.of(), guest.warnings());
    return guest.participants().get(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "saveToMemento/restoreFromMemento",
        "saveByDefault/loadByDefault",
        "saveObjects/loadObjects",
        "saveBuffer/loadBuffer",
        "fillBuffer/loadBuffer"
      })
  void everyFormSavesAndLoads(String methods) throws Exception {
    Participant participant = console(methods);
    console.registers[0] = 77;
    participant.prepare();
    byte[] state = participant.save();
    console.registers = new int[] {9};
    console.mode = Console.Mode.OFF;
    participant.load(state);
    assertArrayEquals(new int[] {77, 2}, Arrays.copyOf(console.registers, 2));
    if (methods.startsWith("saveTo")) {
      assertSame(Console.Mode.ON, console.mode);
    }
  }

  @Test
  void recordsNeedNotBeSerializable() throws Exception {
    Participant participant = console("saveRecord/loadRecord");
    byte[] state = participant.save();
    console.pair = null;
    participant.load(state);
    assertEquals(7, console.pair.number());
    assertEquals("seven", console.pair.text());
    assertEquals("eight", ((Console.Pair) console.pair.parts()[0]).text());
    assertEquals(2, console.pair.parts().length);
  }

  @Test
  void bufferGrowsOnce() throws Exception {
    Participant participant = console("fillBuffer/loadBuffer");
    participant.prepare();
    assertEquals(console.size + 8, participant.save().length);
    assertEquals(2, console.calls);
    participant.prepare();
    participant.save();
    assertEquals(3, console.calls);
  }

  @Test
  void bufferDoesNotGrowForEver() throws Exception {
    Participant participant = console("fillForEver/loadBuffer");
    String message = assertThrows(IOException.class, participant::save).getMessage();
    assertTrue(message.contains("wants more than 268435456 bytes"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "saveUnflipped/loadBuffer|nothing left to read: it must flip() what it wrote",
        "saveOpaque/loadObject|com.example.Console$Opaque is neither Serializable nor a record",
        "saveForeign/loadObject|java.util.PriorityQueue is neither out of the jar or package of",
        "saveLambda/loadObject|java.lang.invoke.SerializedLambda is neither out of the jar",
        "saveNull/restoreFromMemento|com.example.Console.saveNull() returned null"
      })
  void whatCannotBeSavedFailsTheSnapshotByName(String given) {
    String[] parts = given.split("\\|");
    Participant participant = console(parts[0]);
    String message = assertThrows(IOException.class, participant::save).getMessage();
    assertTrue(message.contains(parts[1]), message);
  }

  @Test
  void objectOfAClassThatIsNotTheHostsIsNotTakenFromAnImage() throws Exception {
    Participant participant = console("saveOpaque/loadObject");
    for (Object evil : List.of(new PriorityQueue<>(List.of("a")), new java.net.URL("file:/x"))) {
      String message =
          assertThrows(IOException.class, () -> participant.load(plain(evil))).getMessage();
      assertTrue(message.contains("objects of other classes are not taken from an image"), message);
    }
  }

  @Test
  void valuesThatAnotherObjectStandsForInTheStreamAreTaken() throws Exception {
    List<Object> values =
        List.of(
            List.of(1),
            List.of(1, 2, 3),
            Set.of(1),
            Set.of(1, 2, 3),
            Map.of(1, 2),
            Map.of(1, 2, 3, 4),
            EnumSet.of(Console.Mode.ON),
            Instant.EPOCH,
            LocalDateTime.MIN);
    Participant participant = console("saveOpaque/loadAny");
    participant.load(plain(values));
    assertEquals(values, console.any);
  }

  @Test
  void oneObjectWithinAnotherAndSoOnIsRefused() throws Exception {
    Participant participant = console("saveOpaque/loadObject");
    List<Object> deep = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      List<Object> outer = new ArrayList<>();
      outer.add(deep);
      deep = outer;
    }
    List<Object> outermost = deep;
    FutureTask<byte[]> writing = new FutureTask<>(() -> plain(outermost));
    new Thread(null, writing, "writer", 256 << 20).start();
    byte[] state = writing.get();
    String message = assertThrows(IOException.class, () -> participant.load(state)).getMessage();
    assertTrue(message.contains("too deep for this thread"), message);
  }

  @Test
  void arrayWithoutItsElementsIsNotAllocated() throws Exception {
    Participant participant = console("saveOpaque/loadObject");
    byte[] state = plain(new long[1]);
    state[state.length - 12] = 0x7f;
    String message = assertThrows(IOException.class, () -> participant.load(state)).getMessage();
    assertTrue(message.contains("without their values"), message);
  }

  @Test
  void objectOfTheWrongClassIsNamed() throws Exception {
    Participant participant = console("saveOpaque/loadText");
    String message = assertThrows(IOException.class, () -> participant.load(plain(1))).getMessage();
    assertEquals(
        "the image has a java.lang.Integer, not what void loadText(java.lang.String) takes",
        message);
  }

  @Test
  void loadThatDoesNotFitTheSaveIsNamed() {
    install("state", "com.example.Console::saveToMemento/loadBuffer");
    new Console();
    String message = guest.warnings().get(0);
    assertTrue(
        message.contains(
            "com.example.Console has no method loadBuffer that fits com.example.Console$Saved"
                + " saveToMemento(); wanted void loadBuffer(com.example.Console$Saved); nearest:"
                + " void loadBuffer(java.nio.ByteBuffer)"),
        message);
  }

  private static byte[] plain(Object object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toByteArray();
  }
}
