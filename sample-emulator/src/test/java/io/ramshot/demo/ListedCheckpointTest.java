package io.ramshot.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ListedCheckpointTest {

  @Test
  void isReadFromWhatRamshotPrints() throws DemoException {
    String json =
        """
        {
          "schema": "ramshot.timeline/1",
          "checkpoints": [
          {
            "number": 7, "file": "/t/timeline-000007.ramshot", "id": "00112233-4455-6677-8899-aabbccddeeff", "freezeTime": "2026-11-23T10:00:00Z", "ageMillis": 99000, "beforeNewestMillis": 1003, "storedBytes": 67209216, "kind": "full", "parent": null, "whole": true, "problem": ""},
          {
            "number": 8, "file": "/t/timeline-000008.ramshot", "id": "00112233-4455-6677-8899-aabbccddee00", "freezeTime": "2026-11-23T10:00:01.003Z", "ageMillis": 97997, "beforeNewestMillis": 0, "storedBytes": 4096, "kind": "increment", "parent": "00112233-4455-6677-8899-aabbccddeeff", "whole": false, "problem": "x"}
          ]
        }
        """;
    assertEquals(
        List.of(
            new ListedCheckpoint(7, 1003, 67209216, "full", true),
            new ListedCheckpoint(8, 0, 4096, "increment", false)),
        ListedCheckpoint.parse(json));
  }

  @Test
  void whatIsNoListIsRefused() {
    assertThrows(DemoException.class, () -> ListedCheckpoint.parse("[\n]\n"));
    DemoException e =
        assertThrows(DemoException.class, () -> ListedCheckpoint.parse("[{\"number\": 1}]"));
    assertTrue(e.getMessage().contains("has no beforeNewestMillis"), e.getMessage());
  }
}
