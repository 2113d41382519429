package io.ramshot.sample.fdt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FdtWriterTest {

  @Test
  void writesWhatAReaderFinds() {
    byte[] bytes =
        new FdtWriter()
            .begin("")
            .cells("#size-cells", 2)
            .begin("node@1")
            .strings("compatible", "a", "bc")
            .flag("ranges")
            .longs("reg", 0x1_0000_0002L)
            .end()
            .begin("other")
            .cells("#size-cells", 7, -1)
            .end()
            .end()
            .toByteArray(3);
    FdtReader tree = new FdtReader(bytes);
    assertEquals(2, tree.numbers("/#size-cells").getInt());
    assertEquals("a\0bc\0", tree.text("/node@1/compatible"));
    assertEquals(0, tree.bytes("/node@1/ranges").length);
    assertEquals(0x1_0000_0002L, tree.numbers("/node@1/reg").getLong());
    assertEquals(0x7_ffff_ffffL, tree.numbers("/other/#size-cells").getLong());
    assertEquals(3, ByteBuffer.wrap(bytes).getInt(28));
  }
}
