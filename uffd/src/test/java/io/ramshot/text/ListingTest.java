package io.ramshot.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListingTest {
  @Test
  void saysAllOfAFew() {
    assertEquals("", Listing.of(List.of()));
    assertEquals("a, b, c, d, e", Listing.of(List.of("a", "b", "c", "d", "e")));
    assertEquals("a; b", Listing.of(List.of("a", "b"), "; "));
  }

  @Test
  void cutsALongListWithItsCount() {
    List<String> many = IntStream.range(0, 5000).mapToObj(i -> "block-" + i).toList();

    String text = Listing.of(many);

    assertEquals("block-0, block-1, block-2 and 4997 more", text);
    assertTrue(text.length() < 100);
  }
}
