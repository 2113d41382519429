package com.example.wasm;

import com.example.Orders;
import com.example.Storm;

/** What an embedder of a WebAssembly engine does: it calls the guest's exports, for ever. */
final class WasmHost {
  /** Pages of 4 KiB that the guest does in one call. */
  private static final int QUANTUM = 16;

  private static final int CALLS_PER_REPORT = 512;

  private WasmHost() {}

  /** The guest's exports. */
  interface Exports {
    void begin();

    void step(int pages);

    int grow(int pieces);
  }

  /**
   * Runs the guest. The line {@code grow N} on stdin has it grow by N times 64 KiB.
   *
   * @param resumed whether memory already holds a guest that had begun
   */
  static void run(Exports exports, boolean resumed) {
    Storm.begin();
    if (!resumed) {
      exports.begin();
    }
    Orders orders = new Orders();
    System.out.println("guest: ready");
    for (long calls = 1; ; calls++) {
      exports.step(QUANTUM);
      if (calls % CALLS_PER_REPORT == 0) {
        System.out.println("guest: " + calls + " calls");
      }
      String order = orders.poll();
      if (order != null) {
        int more = Integer.parseInt(order.substring("grow ".length()));
        System.out.println("guest: grew from " + exports.grow(more));
      }
    }
  }
}
