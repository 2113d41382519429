package io.ramshot.agent.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks stand where their user says, or one after the other. */
class PlacementTest {
  @TempDir Path folder;
  private Image image;

  @BeforeEach
  void open() throws Exception {
    image =
        Image.open(
            new SampleImage()
                .block("ram", 16, new byte[5000])
                .block("rom", 0, new byte[4096])
                .block("video", 0, new byte[10])
                .write(folder.resolve("x.ramshot")));
  }

  @AfterEach
  void close() throws Exception {
    image.close();
  }

  private List<Long> addresses(Map<String, Long> at) {
    return Placement.of(image, at).stream().map(Segment::address).toList();
  }

  @Test
  void oneAfterTheOtherFromZero() {
    assertEquals(List.of(0L, 8192L, 12288L), addresses(Map.of()));
  }

  @Test
  void onlyThoseThatAreNamed() {
    assertEquals(
        List.of(0xffff_ffff_8000_0000L, 4096L),
        addresses(Map.of("video", 4096L, "ram", 0xffff_ffff_8000_0000L)));
    assertEquals(List.of(-10L), addresses(Map.of("video", -10L)));
  }

  private void refused(String why, Map<String, Long> at) {
    String message = assertThrows(IllegalArgumentException.class, () -> addresses(at)).getMessage();
    assertTrue(message.contains(why), message);
  }

  @Test
  void impossiblePlaces() {
    refused("has no block ran: it has ram, rom, video", Map.of("ran", 0L));
    refused("block rom at 0x1387 overlaps block ram at 0x0", Map.of("ram", 0L, "rom", 4999L));
    assertEquals(List.of(0L, 5000L), addresses(Map.of("ram", 0L, "rom", 5000L)));
    refused("block video does not fit at 0xfffffffffffffff7", Map.of("video", -9L));
  }
}
