package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The section {@code hist} holds what was put in, and nothing that does not belong to its blocks.
 */
class SavingHistoryTest {
  private static final int PAGE = 4096;
  private static final int CHUNK = 2 << 20;

  /** One that begins in the last page before a chunk, one of a single page. */
  private static final List<ImageBlock> BLOCKS =
      List.of(
          new ImageBlock(0, "ram", BlockKind.DIRECT, 2L * CHUNK, 1 << 20, 16),
          new ImageBlock(1, "rom", BlockKind.ADDRESS, 100, 8 << 20, 0));

  private static final SavingHistory HISTORY =
      new SavingHistory(
          CHUNK,
          List.of(
              new ChunkHistory(1, new byte[] {4, 3, 1}, new int[] {0, 77, -2}),
              new ChunkHistory(512, new byte[] {0}, new int[] {-1})),
          List.of(new StallCount(0, 3), new StallCount(1 << 20, 1)));

  private static byte[] payload() {
    ByteBuffer payload = HISTORY.encode().payload();
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    return bytes;
  }

  private static SavingHistory decode(byte[] payload) {
    return SavingHistory.decode(ByteBuffer.wrap(payload), BLOCKS, PAGE);
  }

  @Test
  void isReadAsItWasWritten() {
    SavingHistory read = decode(payload());
    assertEquals(HISTORY, read);
    assertEquals(Saver.FAULT, read.blocks().get(0).saver(1));
    assertEquals(0xfffffffeL, read.blocks().get(0).microsAt(2));
    assertEquals(-1, read.blocks().get(1).microsAt(0));
  }

  @Test
  void chunksCoverTheBlocksPages() {
    long[] first = new long[4];
    for (int chunk = 0; chunk < first.length; chunk++) {
      first[chunk] = HISTORY.firstPage(BLOCKS.get(0), chunk, PAGE);
    }
    assertEquals("[0, 1, 513, 1025]", Arrays.toString(first));
    assertEquals(1025, BLOCKS.get(0).pageCount(PAGE));
    assertEquals(1, HISTORY.firstPage(BLOCKS.get(1), 1, PAGE));
    assertEquals(1, SavingHistory.chunks(512, 512, 512));
    assertEquals(2, SavingHistory.chunks(513, 512, 512));
    assertEquals(3, SavingHistory.chunks(514, 1, 512));
  }

  private static void refused(String why, Consumer<ByteBuffer> change) {
    byte[] payload = payload();
    change.accept(ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN));
    refused(why, payload);
  }

  private static void refused(String why, byte[] payload) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> decode(payload)).getMessage();
    assertTrue(message.contains(why), message);
  }

  @Test
  void whatDoesNotBelongToTheBlocksIsRefused() {
    refused("has chunks of 4294967295 bytes", p -> p.putInt(0, -1));
    refused("has chunks of 2048 bytes", p -> p.putInt(0, 2048));
    refused("has chunks of 3145728 bytes", p -> p.putInt(0, 3 << 20));
    refused("has a reserved word that is not zero", p -> p.putInt(4, 1));
    refused("has block 7 in the place of block 0", p -> p.putInt(8, 7));
    refused("begin with a chunk of 0 pages", p -> p.putInt(12, 0));
    refused("begin with a chunk of 513 pages", p -> p.putInt(12, 513));
    refused("has 3 chunks of block ram, which has 513", p -> p.putInt(0, 2 * PAGE));
    refused("has 3 chunks of block ram, which has 5", p -> p.putInt(0, CHUNK / 2));
    refused("has 4294967295 chunks of block ram, which has 3", p -> p.putInt(16, -1));
    refused("no saver has the number 6", p -> p.put(20, (byte) 6));
    refused("no saver has the number -1", p -> p.put(22, (byte) -1));
    refused("has padding that is not zero", p -> p.put(23, (byte) 1));
    refused("has stalls of 0 ns after those of 0 ns", p -> p.putLong(76, 0));
    refused("0 stalls of up to 0 ns", p -> p.putLong(68, 0));
    refused("stalls of up to -1 ns", p -> p.putLong(60, -1));
    refused("ends before its stalls", p -> p.putInt(56, -1));
    refused("bytes too many", p -> p.putInt(56, 1));
  }

  @Test
  void anyTruncationIsRefused() {
    byte[] payload = payload();
    for (int length = 0; length < payload.length; length++) {
      refused("ends before", Arrays.copyOf(payload, length));
    }
    refused("has 1 bytes too many", Arrays.copyOf(payload, payload.length + 1));
  }
}
