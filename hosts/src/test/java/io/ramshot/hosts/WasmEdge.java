package io.ramshot.hosts;

import com.example.wasm.EdgeModule;
import java.nio.ByteBuffer;

/**
 * The oracle of {@link EdgeModule}: whether memory is as it was between two calls of the guest.
 *
 * @param pages that the guest increments
 * @param steps pages done since it began, as of the last growth
 */
record WasmEdge(int pages, long steps) {
  private static final int PAGE = EdgeModule.PAGE;

  /**
   * Judges memory: which pages have been reached in this pass follows from the cursor, and what
   * they hold from the count of passes.
   *
   * @throws AssertionError if it mixes instants
   */
  static WasmEdge check(ByteBuffer memory) {
    if (memory.getLong(0) != EdgeModule.MAGIC) {
      throw new AssertionError(String.format("no guest that had begun: 0x%x", memory.getLong(0)));
    }
    long cursor = memory.getLong(8);
    long limit = memory.getLong(16);
    long passes = memory.getLong(24);
    if (limit > memory.capacity() || cursor >= limit || cursor % PAGE != 0 || limit % PAGE != 0) {
      throw new AssertionError(
          "cursor " + cursor + " and limit " + limit + " in " + memory.capacity() + " bytes");
    }
    for (int at = PAGE; at < memory.capacity(); at++) {
      byte expected =
          at >= limit || at % PAGE != 0 ? 0 : (byte) (at < cursor ? passes + 1 : passes);
      if (memory.get(at) != expected) {
        throw new AssertionError(
            "byte %d is %d, not %d: cursor %d, limit %d, pass %d"
                .formatted(at, memory.get(at), expected, cursor, limit, passes));
      }
    }
    int pages = (int) (limit / PAGE) - 1;
    return new WasmEdge(pages, passes * pages + cursor / PAGE - 1);
  }
}
