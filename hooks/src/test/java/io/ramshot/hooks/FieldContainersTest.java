package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Keyboard;
import com.example.Keyboard.Key;
import io.ramshot.Participant;
import io.ramshot.SnapshotException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Collections and the like in fields. */
class FieldContainersTest extends HookedTest {

  private Keyboard keyboard;

  private Participant keyboard(String option) {
    install("state", option);
    keyboard = new Keyboard();
    return guest.participants().get(0);
  }

  private Participant keyboard() {
    return keyboard("fields:com.example.Keyboard");
  }

  private static byte[] save(Participant participant) throws Exception {
    participant.prepare();
    return participant.save();
  }

  private static List<Queue<Integer>> queues(Keyboard keyboard) {
    return List.of(keyboard.typed, keyboard.sent, keyboard.deque);
  }

  @Test
  void everyContainerComesBackInItsPlace() throws Exception {
    Participant participant = keyboard();
    int[] bank = {1, 2};
    Random noise = new Random();
    queues(keyboard).forEach(q -> q.addAll(List.of(65, 66, 67)));
    keyboard.log.addAll(Arrays.asList("a", 1, null, Key.ENTER, 2.5, bank));
    keyboard.lines.add("first");
    keyboard.map.put(null, "none");
    keyboard.map.put(Key.SHIFT, 'x');
    keyboard.map.put(7, null);
    keyboard.banks.put("z", bank);
    keyboard.banks.put("a", new int[] {9});
    keyboard.sorted.putAll(Map.of(Key.ENTER, 2L, Key.SHIFT, 1L));
    keyboard.down.addAll(List.of(1, 2, 3));
    keyboard.order.addAll(List.of('z', 'a'));
    keyboard.tree.addAll(List.of(3, 1, 2));
    keyboard.timers.addAll(List.of(30L, 10L, 20L));
    keyboard.bits.set(3);
    keyboard.bits.set(200);
    keyboard.noise.nextGaussian(); // the next one is known already
    byte[] state = save(participant);
    final double second = keyboard.noise.nextGaussian();
    final int third = keyboard.noise.nextInt();
    final List<String> lines = keyboard.lines;

    queues(keyboard).forEach(Collection::clear);
    keyboard.typed.add(1);
    keyboard.log.set(0, "changed");
    keyboard.log.remove(1);
    keyboard.lines.add("second");
    keyboard.map.clear();
    keyboard.map.put(8, 8);
    keyboard.banks.remove("a");
    bank[0] = 99;
    keyboard.sorted.clear();
    keyboard.down.add(4);
    keyboard.order.clear();
    keyboard.tree.remove(2);
    keyboard.timers.poll();
    keyboard.bits.clear();
    keyboard.noise.setSeed(noise.nextLong());
    participant.load(state);

    queues(keyboard).forEach(q -> assertEquals(List.of(65, 66, 67), new ArrayList<>(q)));
    assertEquals(Arrays.asList("a", 1, null, Key.ENTER, 2.5), keyboard.log.subList(0, 5));
    assertSame(keyboard.log.get(5), keyboard.banks.get("z"), "one array again");
    assertArrayEquals(new int[] {1, 2}, keyboard.banks.get("z"));
    assertArrayEquals(new int[] {9}, keyboard.banks.get("a"));
    assertEquals(List.of("z", "a"), List.copyOf(keyboard.banks.keySet()));
    assertSame(lines, keyboard.lines);
    assertEquals(List.of("first"), lines);
    Map<Object, Object> map = new HashMap<>();
    map.put(null, "none");
    map.put(Key.SHIFT, 'x');
    map.put(7, null);
    assertEquals(map, keyboard.map);
    assertEquals("{SHIFT=1, ENTER=2}", keyboard.sorted.toString());
    assertEquals(new HashSet<>(List.of(1, 2, 3)), keyboard.down);
    assertEquals("[z, a]", keyboard.order.toString());
    assertEquals("[1, 2, 3]", keyboard.tree.toString());
    assertEquals(List.of(10L, 30L, 20L), new ArrayList<>(keyboard.timers), "the heap's own order");
    assertEquals("{3, 200}", keyboard.bits.toString());
    assertEquals(second, keyboard.noise.nextGaussian());
    assertEquals(third, keyboard.noise.nextInt());
  }

  @Test
  void arrayInContainerIsFilledWhereItIs() throws Exception {
    Participant participant = keyboard();
    int[] first = {1};
    int[] second = {2};
    keyboard.log.addAll(List.of(first, second));
    keyboard.banks.put("a", first);
    byte[] state = save(participant);
    first[0] = 0;
    second[0] = 0;
    participant.load(state);
    assertSame(first, keyboard.log.get(0));
    assertSame(second, keyboard.log.get(1));
    assertEquals(1, first[0]);
    assertEquals(2, second[0]);
    keyboard.log.clear();
    state = save(participant);
    Keyboard other = new Keyboard();
    int[] own = new int[1];
    other.banks.put("b", new int[1]);
    other.banks.put("a", own);
    guest.participants().get(1).load(state);
    assertSame(own, other.banks.get("a"), "by its key");
    assertEquals(1, own[0]);
    assertEquals(List.of("a"), List.copyOf(other.banks.keySet()));
  }

  @Test
  void containerThatFieldsShareIsSharedAgain() throws Exception {
    install("state", "fields:com.example.Keyboard,fields:com.example.Keyboard$Event");
    keyboard = new Keyboard();
    Keyboard second = new Keyboard();
    Keyboard.Event event = new Keyboard.Event();
    List<Participant> all = guest.participants();
    keyboard.any = keyboard.typed;
    keyboard.typed.add(1);
    keyboard.lines = new ArrayList<>(List.of("x"));
    second.lines = keyboard.lines;
    second.any = new LinkedList<>(List.of(2));
    second.log.add(event);
    List<byte[]> states = new ArrayList<>();
    for (Participant participant : all) {
      participant.prepare();
    }
    for (Participant participant : all) {
      states.add(participant.save());
    }
    keyboard.any = null;
    keyboard.lines = null;
    second.lines = new LinkedList<>();
    second.any = new ArrayDeque<>();
    second.log.clear();
    for (int i = 0; i < all.size(); i++) {
      all.get(i).load(states.get(i));
    }
    assertSame(keyboard.typed, keyboard.any);
    assertEquals(List.of("x"), keyboard.lines);
    assertSame(keyboard.lines, second.lines);
    assertEquals(new LinkedList<>(List.of(2)), second.any, "another class");
    assertSame(event, second.log.get(0), "an object with state of its own");
  }

  @Test
  void whatWouldRunCodeOfTheHostIsRefused() throws Exception {
    Participant participant = keyboard();
    Map<Object, String> refusals = new IdentityHashMap<>();
    refusals.put(new ArrayList<>(List.of(new Keyboard.Event())), "in it");
    refusals.put(new ArrayList<>(List.of(new ArrayList<>())), "ArrayList in it");
    refusals.put(new ArrayList<>(List.of(new AtomicInteger())), "AtomicInteger in it");
    refusals.put(new TreeMap<>(Comparator.reverseOrder()), "order of a comparator");
    refusals.put(new LinkedBlockingQueue<>(), "whose lock a stopped thread may hold");
    refusals.put(new ConcurrentHashMap<>(), "whose lock a stopped thread may hold");
    refusals.put(new Vector<>(), "whose lock a stopped thread may hold");
    refusals.put(new ArrayList<>() {}, "is a io.ramshot.hooks.FieldContainersTest$");
    refusals.put(List.of(1), "is a java.util.ImmutableCollections$");
    refusals.put(new HashMap<>(Map.of(new int[0], 1)), "int[] that it hashes or compares");
    for (Map.Entry<Object, String> refusal : refusals.entrySet()) {
      keyboard.any = refusal.getKey();
      for (String message :
          List.of(
              assertThrows(SnapshotException.class, participant::prepare).getMessage(),
              assertThrows(SnapshotException.class, participant::save).getMessage())) {
        assertTrue(message.contains(refusal.getValue()), message);
        assertTrue(message.endsWith("state=fields:com.example.Keyboard-any"), message);
      }
    }
  }

  @Test
  void containerThatChangesAllTheWhileFailsTheSnapshotNotThePreparation() throws Exception {
    Participant participant = keyboard();
    AtomicInteger calls = new AtomicInteger();
    Thread writer =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                calls.incrementAndGet();
                keyboard.log.add(1);
                if (keyboard.log.size() > 50_000) {
                  keyboard.log.clear();
                }
              }
            });
    writer.start();
    try {
      int changing = 0;
      for (int i = 0; i < 1000; i++) {
        participant.prepare(); // the guest runs
        try {
          participant.save();
        } catch (SnapshotException e) {
          assertTrue(
              e.getMessage().startsWith("com.example.Keyboard.log was changed all the while"),
              e.getMessage());
          changing++;
          break;
        }
      }
      assertTrue(calls.get() > 0);
      System.out.println("a list under a writer: refused " + changing);
    } finally {
      writer.interrupt();
      writer.join();
    }
    save(participant);
  }

  @Test
  void noDamageGoesUnseenOrBreaksTheReader() throws Exception {
    Participant participant = keyboard();
    keyboard.typed.addAll(List.of(1, 2));
    keyboard.sorted.put(Key.ENTER, 1L);
    keyboard.map.put(Key.SHIFT, new int[] {1});
    keyboard.banks.put("a", new int[] {1});
    keyboard.tree.addAll(List.of(1, 2));
    keyboard.timers.add(5L);
    keyboard.bits.set(5);
    byte[] state = save(participant);
    assertEquals(2, state[1], "a version that older readers refuse");
    for (int length = 0; length < state.length; length++) {
      byte[] part = Arrays.copyOf(state, length);
      assertThrows(SnapshotException.class, () -> participant.load(part));
    }
    Random random = new Random(1);
    for (int i = 0; i < 5000; i++) {
      byte[] damaged = state.clone();
      damaged[random.nextInt(state.length)] = (byte) random.nextInt();
      try {
        participant.load(damaged);
      } catch (SnapshotException e) {
        assertTrue(!e.getMessage().isEmpty());
      }
    }
  }

  @Test
  void finalContainerOfAnotherClassIsRefusedOtherwiseReplaced() throws Exception {
    Participant participant = keyboard();
    keyboard.lines = new ArrayList<>(List.of("a"));
    byte[] state = save(participant);
    List<String> other = keyboard.lines = new LinkedList<>();
    participant.load(state);
    assertNotSame(other, keyboard.lines);
    assertEquals(new ArrayList<>(List.of("a")), keyboard.lines);
    assertSame(ArrayList.class, keyboard.lines.getClass());
  }
}
