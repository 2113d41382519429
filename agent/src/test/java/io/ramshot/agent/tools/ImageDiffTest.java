package io.ramshot.agent.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.tools.ImageDiff.StateChange;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two images differ exactly where their guests did. */
class ImageDiffTest {
  private static final int PAGE = SampleImage.PAGE;

  /** CRC-32C's own polynomial: added to any bytes, it leaves their checksum as it was. */
  private static final long INVISIBLE = 0x82f63b78L << 1 | 1;

  @TempDir Path folder;
  private int files;

  private Path write(SampleImage image) throws Exception {
    return image.write(folder.resolve(files++ + ".ramshot"));
  }

  private static ImageDiff diff(Path a, Path b) throws Exception {
    try (Image left = Image.open(a);
        Image right = Image.open(b)) {
      ImageDiff diff = ImageDiff.compare(left, right, 1);
      ImageDiff again = ImageDiff.compare(left, right, 3);
      for (int i = 0; i < diff.blocks().size(); i++) {
        assertEquals(
            Arrays.toString(diff.blocks().get(i).states()),
            Arrays.toString(again.blocks().get(i).states()));
      }
      return diff;
    }
  }

  private static String states(BlockDiff block) {
    StringBuilder states = new StringBuilder();
    for (int page = 0; page < block.states().length; page++) {
      states.append(block.state(page)).append(' ');
    }
    return states.toString().trim();
  }

  @Test
  void theSameGuestIsTheSameWhoeverSavedIt() throws Exception {
    byte[] ram = SampleImage.noise(5000 * PAGE, 1);
    Arrays.fill(ram, 7 * PAGE, 99 * PAGE, (byte) 0);
    Path a = write(new SampleImage().block("ram", 0, ram).state("cpu0", (byte) 1));
    Path b = write(new SampleImage().block("ram", 0, ram).state("cpu0", (byte) 1).storesZeros());
    ImageDiff diff = diff(a, b);
    assertTrue(diff.isSame());
    assertEquals(92, diff.blocks().get(0).pages(PageState.ZERO));
    assertEquals(4908, diff.blocks().get(0).pages(PageState.SAME));
    assertEquals(Map.of("cpu0", StateChange.SAME), diff.states());
  }

  @Test
  void everyWayAPageCanChange() throws Exception {
    byte[] before = new byte[5 * PAGE];
    byte[] after = new byte[5 * PAGE];
    before[PAGE] = 1;
    after[PAGE] = 1;
    before[2 * PAGE] = 1;
    after[2 * PAGE] = 2;
    after[3 * PAGE + 5] = 1;
    before[5 * PAGE - 1] = 1;
    Path a = write(new SampleImage().block("ram", 0, before));
    for (SampleImage image :
        new SampleImage[] {new SampleImage(), new SampleImage().storesZeros()}) {
      BlockDiff block = diff(a, write(image.block("ram", 0, after))).blocks().get(0);
      assertEquals("ZERO SAME CHANGED WAS_ZERO NOW_ZERO", states(block));
      assertEquals("[Run[first=2, count=3]]", block.runs().toString());
      assertFalse(block.isSame());
    }
  }

  @Test
  void equalChecksumsProveNothing() throws Exception {
    byte[] before = SampleImage.noise(3 * PAGE, 1);
    byte[] after = before.clone();
    ByteBuffer words = ByteBuffer.wrap(after).order(ByteOrder.LITTLE_ENDIAN);
    words.putLong(PAGE + 80, words.getLong(PAGE + 80) ^ INVISIBLE);
    Path a = write(new SampleImage().block("ram", 0, before));
    Path b = write(new SampleImage().block("ram", 0, after));
    try (Image left = Image.open(a);
        Image right = Image.open(b)) {
      assertEquals(left.pageCrc(left.blocks().get(0), 1), right.pageCrc(right.blocks().get(0), 1));
    }
    assertEquals("SAME CHANGED SAME", states(diff(a, b).blocks().get(0)));
  }

  @Test
  void blocksThatLieDifferentlyInTheirPagesAreComparedByTheirBytes() throws Exception {
    byte[] before = SampleImage.noise(4 * PAGE, 1);
    byte[] after = before.clone();
    after[PAGE]++;
    Path a = write(new SampleImage().block("ram", 0, before));
    Path b = write(new SampleImage().block("ram", 4080, after));
    assertEquals("SAME CHANGED SAME SAME", states(diff(a, b).blocks().get(0)));
    assertEquals("SAME CHANGED SAME SAME SAME", states(diff(b, a).blocks().get(0)));
  }

  @Test
  void differentBlocksAreSaid() throws Exception {
    byte[] ram = SampleImage.noise(4 * PAGE, 1);
    Path a =
        write(
            new SampleImage()
                .block("ram", 0, ram)
                .block("rom", 0, new byte[7])
                .state("cpu0", (byte) 1)
                .state("clock"));
    Path b =
        write(
            new SampleImage()
                .block("video", 0, new byte[9])
                .block("ram", 0, Arrays.copyOf(ram, 2 * PAGE + 100))
                .state("cpu0", (byte) 2)
                .state("timer"));
    ImageDiff diff = diff(a, b);
    assertEquals("SAME SAME SAME ONLY_A", states(diff.blocks().get(0)));
    assertEquals("SAME SAME SAME ONLY_B", states(diff(b, a).blocks().get(1)));
    assertFalse(diff.blocks().get(0).isSame());
    assertEquals(7, diff.blocks().get(1).lengthA());
    assertEquals(-1, diff.blocks().get(1).lengthB());
    assertEquals("video", diff.blocks().get(2).name());
    assertEquals(-1, diff.blocks().get(2).lengthA());
    assertFalse(diff.blocks().get(2).isSame());
    assertEquals("{cpu0=CHANGED, clock=ONLY_A, timer=ONLY_B}", diff.states().toString());
  }

  @Test
  void aPageThatAChainSharesIsTheSameWithoutBeingRead() throws Exception {
    byte[] before = SampleImage.noise(4 * PAGE, 1);
    byte[] after = before.clone();
    after[PAGE]++;
    Path a = write(new SampleImage().block("ram", 0, before));
    Path b = write(new SampleImage().block("ram", 0, after).upon(a));
    assertEquals("SAME CHANGED SAME SAME", states(diff(a, b).blocks().get(0)));
    long offset;
    try (Image image = Image.open(a)) {
      offset = image.blocks().get(0).fileOffset(2, PAGE);
    }
    try (FileChannel channel = FileChannel.open(a, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {0}), offset);
    }
    assertEquals("SAME CHANGED SAME SAME", states(diff(a, b).blocks().get(0)));
    Path c = write(new SampleImage().block("ram", 0, before));
    assertThrows(ImageException.class, () -> diff(a, c));
  }
}
