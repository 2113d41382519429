package io.ramshot.bench.report;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A cell for people: a line a figure, a column a contender, each with the median, the range and the
 * ratio to the cell's base; what is missing is explained below.
 */
public final class Table {

  private static final int COLUMNS = 5;

  private final Results results;
  private final List<Figure> figures;

  /**
   * @param figures the lines, as far as any contender has them
   */
  public Table(Results results, List<Figure> figures) {
    this.results = results;
    this.figures = figures;
  }

  /** The lines of one cell's table. */
  public List<String> lines(String cell) {
    Map<String, Set<String>> reasons = new LinkedHashMap<>();
    List<String> lines = new ArrayList<>();
    lines.add(cell + ": " + results.description(cell));
    for (List<String> names : groups(results.contenders(cell), results.base(cell))) {
      lines.addAll(align(rows(cell, names, reasons)));
    }
    reasons.forEach((why, where) -> lines.add("  - " + String.join(", ", where) + ": " + why));
    return lines;
  }

  /** So many columns that lines stay readable; the base is in each group. */
  private static List<List<String>> groups(Set<String> contenders, String base) {
    List<List<String>> groups = new ArrayList<>();
    List<String> group = new ArrayList<>();
    for (String name : contenders) {
      if (group.size() == COLUMNS) {
        groups.add(group);
        group = new ArrayList<>(contenders.contains(base) ? List.of(base) : List.of());
      }
      group.add(name);
    }
    groups.add(group);
    return groups;
  }

  private List<List<String>> rows(
      String cell, List<String> names, Map<String, Set<String>> reasons) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of(""));
    head.addAll(names);
    rows.add(head);
    for (Figure figure : figures) {
      if (names.stream().noneMatch(name -> results.summary(cell, name, figure).present())) {
        continue;
      }
      List<String> row = new ArrayList<>(List.of(figure.key()));
      for (String name : names) {
        row.add(field(cell, name, figure, reasons));
      }
      rows.add(row);
    }
    return rows;
  }

  private String field(String cell, String name, Figure figure, Map<String, Set<String>> reasons) {
    Summary summary = results.summary(cell, name, figure);
    if (!summary.present()) {
      String why = results.reason(cell, name, figure);
      if (why != null) {
        Set<String> where = reasons.computeIfAbsent(why, key -> new LinkedHashSet<>());
        where.add(name + " " + figure.key());
      }
      return Numbers.NONE;
    }
    String text = Numbers.plain(summary.median());
    String range = Numbers.plain(summary.min()) + "-" + Numbers.plain(summary.max());
    if (!range.equals(text + "-" + text)) {
      text += " (" + range + ")";
    }
    String ratio = ratio(cell, name, figure);
    return ratio.isEmpty() ? text : text + " " + ratio;
  }

  private String ratio(String cell, String name, Figure figure) {
    Summary base = results.summary(cell, results.base(cell), figure);
    if (name.equals(results.base(cell)) || !base.present() || base.median() <= 0) {
      return "";
    }
    return Numbers.plain(results.summary(cell, name, figure).median() / base.median()) + "x";
  }

  private static List<String> align(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("  ");
      for (int i = 0; i < columns; i++) {
        String pad = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + pad : "  " + pad + row.get(i));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
