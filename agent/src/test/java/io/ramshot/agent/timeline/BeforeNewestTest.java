package io.ramshot.agent.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeforeNewestTest {
  private static final Instant NEWEST = Instant.parse("2026-11-23T10:00:00.500Z");

  @TempDir Path folder;

  private long found(String moment, long... millisBefore) throws Exception {
    List<Checkpoint> list = new ArrayList<>();
    for (long millis : millisBefore) {
      int number = list.size();
      Path file = folder.resolve(TimelineName.of(number));
      Instant time = NEWEST.minusMillis(millis);
      list.add(new Checkpoint(number, file, UUID.randomUUID(), null, time, null, 0, ""));
    }
    return TimelineMoment.parse(folder + "@" + moment).orElseThrow().find(list).number();
  }

  @ParameterizedTest
  @CsvSource({"1999", "2001", "1950", "2049", "2000"})
  void whatIsShownAsTwoSecondsIsFoundByThem(long millis) throws Exception {
    assertEquals("2.0 s", BeforeNewest.text(millis));
    assertEquals(1, found("-2s", 4000, millis, 0));
    assertEquals(1, found("-2000ms", 4000, millis, 0));
  }

  @Test
  void whatIsShownAsLessIsNot() throws Exception {
    assertEquals("1.9 s", BeforeNewest.text(1949));
    assertEquals(0, found("-2s", 4000, 1949, 0));
    assertThrows(TimelineException.class, () -> found("-2s", 1949, 0));
  }

  @Test
  void millisecondsAreTakenAsTheyAre() throws Exception {
    assertEquals(0, found("-1960ms", 4000, 1959, 0));
    assertEquals(1, found("-1959ms", 4000, 1959, 0));
  }

  @Test
  void theNewestThatIsFarEnoughIsMeant() throws Exception {
    assertEquals(2, found("-1s", 3000, 2000, 1001, 0));
    assertEquals(3, found("-0s", 3000, 2000, 1001, 0));
  }
}
