package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Board;
import com.example.Clock;
import com.example.FastBoard;
import io.ramshot.Participant;
import java.io.IOException;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateTest extends HookedTest {

  @ParameterizedTest
  @ValueSource(strings = {"save/load", "saveStream/loadStream", "saveData/loadData"})
  void everyFormSavesAndLoads(String methods) throws Exception {
    install("state", "com.example.Board::" + methods);
    Board board = new Board(9);
    Participant participant = guest.participants().get(0);
    assertEquals("com.example.Board#1", participant.name());
    byte[] state = participant.save();
    board.registers = new byte[] {0};
    participant.load(state);
    assertArrayEquals(new byte[] {9, 2, 3}, board.registers);
  }

  @Test
  void objectsAreNumberedInTheOrderOfCreation() throws Exception {
    install("state", "com.example.Board::save/load");
    // One by way of two constructors, one of a subclass.
    Board one = new Board();
    Board two = new FastBoard();
    two.registers[1] = 8;
    assertEquals(
        List.of("com.example.Board#1", "com.example.Board#2"),
        guest.participants().stream().map(Participant::name).toList());
    assertArrayEquals(new byte[] {0, 2, 3}, guest.participants().get(0).save());
    assertArrayEquals(new byte[] {0, 8, 3}, guest.participants().get(1).save());
    assertEquals(2, hooks.states().get(0).participants());
    Reference.reachabilityFence(one);
  }

  @Test
  void collectedObjectTakesNoPartAnyMore() throws Exception {
    install("state", "com.example.Board::save/load");
    new Board();
    while (!guest.participants().isEmpty()) {
      System.gc();
      Thread.sleep(10);
      hooks.vcpus().freeze(Duration.ofSeconds(1));
      hooks.vcpus().thaw();
    }
    assertEquals(0, hooks.states().get(0).participants());
  }

  @Test
  void objectsLiveUntilTheThaw() throws Exception {
    install("state", "com.example.Board::save/load");
    new Board(5);
    hooks.vcpus().freeze(Duration.ofSeconds(1));
    if (hooks.states().get(0).participants() == 1) {
      System.gc();
      assertArrayEquals(new byte[] {5, 2, 3}, guest.participants().get(0).save());
    }
    hooks.vcpus().thaw();
  }

  @Test
  void staticMethodsMakeOneParticipant() throws Exception {
    install("state", "com.example.Clock::save/load");
    Clock.ticks = 7;
    Participant participant = guest.participants().get(0);
    assertEquals("com.example.Clock", participant.name());
    byte[] state = participant.save();
    Clock.ticks = 1;
    participant.load(state);
    assertEquals(7, Clock.ticks);
  }

  @Test
  void exceptionOfTheHostReachesTheSnapshot() {
    install("state", "com.example.Board::saveBadly/loadStream");
    Board board = new Board();
    Participant participant = guest.participants().get(0);
    IOException e = assertThrows(IOException.class, participant::save);
    assertEquals("the disk controller is busy", e.getMessage());
    Reference.reachabilityFence(board);
  }

  @Test
  void missingMethodIsAWarningAndFailsTheSnapshot() {
    install("state", "com.example.Board::saev/load");
    Board board = new Board();
    String message = guest.warnings().get(0);
    assertTrue(
        message.startsWith(
            "state=com.example.Board::saev/load: com.example.Board has no method saev that fits;"
                + " wanted byte[] saev(), ByteBuffer saev(), void saev(OutputStream), void"
                + " saev(DataOutput), void saev(ByteBuffer), void saev(ObjectOutput) or a"
                + " serializable result of saev();"
                + " nearest: byte[] save()"),
        message);
    Participant participant = guest.participants().get(0);
    assertEquals(
        message, assertThrows(NoSuchMethodException.class, participant::save).getMessage());
    Reference.reachabilityFence(board);
  }

  @Test
  void methodOfTheWrongFormIsNamedWithItsSignature() {
    install("state", "com.example.Board::step/load");
    new Board();
    String message = guest.warnings().get(0);
    assertTrue(message.contains("nearest: void step()"), message);
  }

  @Test
  void oneStaticMethodAndOneOtherIsAWarning() {
    Clock.ticks = 7;
    install("state", "com.example.Clock::save/loadOne");
    String message = guest.warnings().get(0);
    assertTrue(message.contains("is static and the other is not"), message);
  }

  @Test
  void closeRemovesParticipants() {
    install("state", "com.example.Board::save/load,com.example.Clock::save/load");
    Board board = new Board();
    Clock.ticks = 7;
    assertEquals(2, guest.participants().size());
    hooks.close();
    Board unseen = new Board();
    assertTrue(guest.participants().isEmpty());
    Reference.reachabilityFence(board);
    Reference.reachabilityFence(unseen);
  }
}
