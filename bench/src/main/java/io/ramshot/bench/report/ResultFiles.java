package io.ramshot.bench.report;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SpeedTrace;
import io.ramshot.bench.figures.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/** Results for programs: results.json holds everything, results.csv each figure of each round. */
public final class ResultFiles {
  private final Results results;

  public ResultFiles(Results results) {
    this.results = results;
  }

  /**
   * Writes both, over files that are there.
   *
   * @param folder made if it is not there
   * @param started when the run began
   * @param machine facts about it, name by name
   */
  public void write(Path folder, Instant started, Map<String, String> machine) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("results.json"), json(started, machine));
    Files.writeString(folder.resolve("results.csv"), csv());
  }

  String csv() {
    StringBuilder text = new StringBuilder("cell,contender,round,figure,unit,value,missing\n");
    for (String cell : results.cells()) {
      for (Sample sample : results.samples(cell)) {
        String start = cell + "," + sample.contender() + "," + sample.round() + ",";
        sample
            .values()
            .forEach(
                (figure, value) ->
                    text.append(start)
                        .append(figure.key() + "," + figure.unit() + ",")
                        .append(String.format(Locale.ROOT, "%.6f", value))
                        .append(",\n"));
        sample
            .reasons()
            .forEach(
                (figure, why) ->
                    text.append(start)
                        .append(figure.key() + "," + figure.unit() + ",,")
                        .append(quote(why))
                        .append('\n'));
        sample
            .failure()
            .ifPresent(why -> text.append(start).append(",,,").append(quote(why)).append('\n'));
      }
    }
    return text.toString();
  }

  private static String quote(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }

  String json(Instant started, Map<String, String> machine) {
    Json json = new Json().object().field("started", started.toString()).object("machine");
    machine.forEach(json::field);
    json.end().object("figures");
    for (Figure figure : Figure.values()) {
      json.object(figure.key())
          .field("unit", figure.unit())
          .field("meaning", figure.meaning())
          .end();
    }
    json.end().array("notes");
    results.notes().forEach(json::element);
    json.end().array("cells");
    for (String cell : results.cells()) {
      json.object().field("name", cell).field("description", results.description(cell));
      json.array("contenders");
      for (String contender : results.contenders(cell)) {
        contender(json, cell, contender);
      }
      json.end().end();
    }
    return json.end().end().toString();
  }

  private void contender(Json json, String cell, String contender) {
    json.object().field("name", contender).object("figures");
    for (Figure figure : Figure.values()) {
      Summary summary = results.summary(cell, contender, figure);
      if (summary.present()) {
        Summary base = results.summary(cell, results.base(cell), figure);
        json.object(figure.key())
            .field("median", summary.median())
            .field("min", summary.min())
            .field("max", summary.max())
            .field("rounds", summary.count())
            .field("ratio_to_" + results.base(cell), summary.median() / base.median())
            .end();
      }
    }
    json.end().array("rounds");
    for (Sample sample : results.samples(cell)) {
      if (sample.contender().equals(contender)) {
        round(json, sample);
      }
    }
    json.end().end();
  }

  private static void round(Json json, Sample sample) {
    json.object().field("round", sample.round());
    sample.failure().ifPresent(why -> json.field("failed", why));
    sample.values().forEach((figure, value) -> json.field(figure.key(), value));
    if (!sample.reasons().isEmpty()) {
      json.object("missing");
      sample.reasons().forEach((figure, why) -> json.field(figure.key(), why));
      json.end();
    }
    sample.trace().ifPresent(trace -> trace(json, trace));
    json.end();
  }

  private static void trace(Json json, SpeedTrace trace) {
    json.object("speed")
        .field("bucket_ns", trace.bucketNanos())
        .field("freeze_ns", trace.freezeNanos())
        .field("end_ns", trace.endNanos())
        .field("shares", trace.shares())
        .end();
  }
}
