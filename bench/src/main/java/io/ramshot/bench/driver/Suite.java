package io.ramshot.bench.driver;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A set of cells that {@code bench/run NAME} measures instead of snapshots. */
public interface Suite {

  /**
   * What is wanted of it.
   *
   * @param quick the slice whose results end in one line
   * @param only names of cells; all if empty
   * @param rounds how often, 0 for each cell's own number
   * @param images folder of this run for large files, gone when it ends
   * @param kept folder for large files that later runs may use; need not exist
   */
  record Request(boolean quick, List<String> only, int rounds, Path images, Path kept) {

    /** Whether a cell is wanted. */
    public boolean wants(String cell) {
      return only.isEmpty() || only.contains(cell);
    }
  }

  /** The name on the command line. */
  String name();

  /** Its cells: a line for people by name. */
  Map<String, String> cells();

  void run(Request request, Results results) throws IOException, InterruptedException;

  /** What a quick run's tables show. */
  List<Figure> quickFigures();

  /** The last line of a quick run, for programs. */
  String line(Results results);
}
