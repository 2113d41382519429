package io.ramshot.bench.cell;

import java.util.List;

/** A cell as words of a command line, on its way from one JVM to another. */
public final class CellText {
  private static final int WORDS = 11;

  private CellText() {}

  public static List<String> words(Cell cell) {
    return List.of(
        cell.name(),
        cell.workload().name(),
        Integer.toString(cell.threads()),
        Long.toString(cell.ramBytes()),
        Boolean.toString(cell.hugePages()),
        cell.sink().name(),
        String.join(",", cell.contenders()),
        Integer.toString(cell.rounds()),
        Integer.toString(cell.timing().beforeMillis()),
        cell.timing().afterMillis() + "," + cell.timing().traceMillis(),
        words(cell.jvm()));
  }

  private static String words(HostJvm jvm) {
    return jvm.collector()
        + ","
        + jvm.heapBytes()
        + ","
        + jvm.heapHugePages()
        + ","
        + jvm.ramOnHeap();
  }

  /** The cell that {@link #words} gave these. */
  public static Cell parse(List<String> words) {
    if (words.size() != WORDS) {
      throw new IllegalArgumentException("a cell has " + WORDS + " words, not " + words.size());
    }
    String[] timing = words.get(9).split(",");
    String[] jvm = words.get(10).split(",");
    return new Cell(
        words.get(0),
        Workload.valueOf(words.get(1)),
        Integer.parseInt(words.get(2)),
        Long.parseLong(words.get(3)),
        Boolean.parseBoolean(words.get(4)),
        Sink.valueOf(words.get(5)),
        List.of(words.get(6).split(",")),
        Integer.parseInt(words.get(7)),
        new Timing(
            Integer.parseInt(words.get(8)),
            Integer.parseInt(timing[0]),
            Integer.parseInt(timing[1])),
        new HostJvm(
            Collector.valueOf(jvm[0]),
            Long.parseLong(jvm[1]),
            Boolean.parseBoolean(jvm[2]),
            Boolean.parseBoolean(jvm[3])));
  }
}
