package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every image is the guest exactly at the freeze, whatever else the JVM is doing. */
class EdgeOracleTest {
  private static final int MALLOC_LEAD = 16;

  @TempDir Path folder;

  @Test
  void manyImagesInARowOfAMallocedBlockShowTheGuestAtTheFreeze() throws Exception {
    check(EdgeOracle.Variant.DEFAULTS, MALLOC_LEAD, 256, 12);
  }

  @Test
  void manyImagesInARowOfAPageAlignedBlockShowTheGuestAtTheFreeze() throws Exception {
    check(EdgeOracle.Variant.DEFAULTS, 0, 128, 6);
  }

  @Tag("once")
  @ParameterizedTest
  @EnumSource(value = EdgeOracle.Variant.class, names = "DEFAULTS", mode = EnumSource.Mode.EXCLUDE)
  void imagesTakenOtherwiseShowTheGuestAtTheFreezeToo(EdgeOracle.Variant variant) throws Exception {
    check(variant, MALLOC_LEAD, 128, 3);
  }

  private void check(EdgeOracle.Variant variant, int lead, int mib, int snapshots)
      throws IOException, InterruptedException {
    ForkedJvm.of(
            EdgeOracle.class,
            variant.name(),
            Integer.toString(lead),
            Integer.toString(mib),
            Integer.toString(snapshots),
            folder.toString())
        .options("-Dramshot.pagemap.table=" + (variant == EdgeOracle.Variant.PAGEMAP_TABLE))
        .succeed();
  }
}
