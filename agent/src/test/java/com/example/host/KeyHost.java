package com.example.host;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;

/**
 * A guest whose whole state is in the fields of one object, a queue and a random number among them.
 *
 * <p>Prints {@code step N STATE} for the first step it makes, then runs for ever.
 */
public final class KeyHost {
  private final Queue<Integer> typed = new ArrayDeque<>();
  private final Map<String, int[]> banks = new LinkedHashMap<>();
  private final Random noise = new Random(5);
  private long steps;
  private int pc;

  public KeyHost() {
    banks.put("low", new int[4]);
    banks.put("high", new int[8]);
  }

  /** One quantum. */
  public void run() {
    steps++;
    pc = 31 * pc + noise.nextInt();
    banks.get(pc < 0 ? "low" : "high")[(int) (steps % 4)] += pc;
    if (steps % 7 == 0) {
      typed.add(pc);
    }
    if (typed.size() > 9) {
      typed.remove();
    }
  }

  public long steps() {
    return steps;
  }

  /** All of it, in a word. */
  public String state() {
    StringBuilder text = new StringBuilder().append(steps).append(':').append(pc).append(typed);
    banks.forEach((name, bank) -> text.append(name).append(java.util.Arrays.hashCode(bank)));
    return text.toString().replace(" ", "");
  }

  public static void main(String[] args) throws Exception {
    KeyHost host = new KeyHost();
    host.run();
    System.out.println("step " + host.steps + " " + host.state());
    while (true) {
      host.run();
      Thread.sleep(1);
    }
  }
}
