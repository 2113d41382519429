package com.example;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A device that keeps what was typed in collections of the JDK. */
public class Keyboard {

  /** One of its keys. */
  public enum Key {
    SHIFT,
    ENTER {}
  }

  /** Something with code of the host where it is hashed. */
  public static class Event {
    public int code;

    @Override
    public int hashCode() {
      throw new AssertionError("code of the host was run");
    }

    @Override
    public boolean equals(Object other) {
      throw new AssertionError("code of the host was run");
    }
  }

  public final Queue<Integer> typed = new ArrayDeque<>();
  public final List<Object> log = new ArrayList<>();
  public List<String> lines = new LinkedList<>();
  public final Map<Object, Object> map = new HashMap<>();
  public final Map<String, int[]> banks = new LinkedHashMap<>();
  public final Map<Key, Long> sorted = new TreeMap<>();
  public final Set<Integer> down = new HashSet<>();
  public final Set<Character> order = new LinkedHashSet<>();
  public final Set<Integer> tree = new TreeSet<>();
  public final Queue<Long> timers = new PriorityQueue<>();
  public final Queue<Integer> sent = new ConcurrentLinkedQueue<>();
  public final Queue<Integer> deque = new ConcurrentLinkedDeque<>();
  public final BitSet bits = new BitSet();
  public final Random noise = new Random(1);
  public Object any;
}
