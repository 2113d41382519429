package io.ramshot.uffd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ramshot.image.HashKey;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The engine hashes as docs/FORMAT.md says. */
class PageHasherTest {
  private static final int PAGE = 4096;

  @Test
  void theExampleOfTheFormatsPage() throws Exception {
    Machine.pageBytes(); /* loads the engine */
    byte[] seed = new byte[HashKey.SEED_LENGTH];
    for (int i = 0; i < seed.length; i++) {
      seed[i] = (byte) i;
    }
    try (PageHasher hasher = new PageHasher(new HashKey(seed).bytes(PAGE), 2 * PAGE)) {
      ByteBuffer pages = hasher.pages();
      for (int i = 0; i < 2 * PAGE; i++) {
        pages.put(i, (byte) (i % PAGE * 7 + 1));
      }
      byte[] hashes = new byte[32];
      hasher.hashes(2).get(hashes);
      String expected = "843e79cfb030e279454303521cd0290f";
      assertEquals(expected + expected, HexFormat.of().formatHex(hashes));
    }
  }
}
