package io.ramshot.agent.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {

  @Test
  void whatIsWrittenIsJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Json json = new Json(new PrintStream(bytes, true, StandardCharsets.US_ASCII));
    json.object().member("number", -7).member("truth", true).member("none", Optional.empty());
    json.nothing("nothing").member("text", "a \"b\"\\\n\u00fc\u2028");
    json.array("list").element("x").element(1, 2).object().member("y", 1).endObject().endArray();
    json.object("empty").endObject().array("bare").endArray().endObject();
    assertEquals(
        """
        {
          "number": -7,
          "truth": true,
          "none": null,
          "nothing": null,
          "text": "a \\"b\\"\\\\\\u000a\\u00fc\\u2028",
          "list": [
            "x",
            [1, 2],
            {
              "y": 1
            }
          ],
          "empty": {},
          "bare": []
        }
        """
            .replace("\n", System.lineSeparator()),
        bytes.toString(StandardCharsets.US_ASCII));
  }
}
