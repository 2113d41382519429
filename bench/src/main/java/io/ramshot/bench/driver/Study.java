package io.ramshot.bench.driver;

import io.ramshot.bench.figures.Results;
import java.io.IOException;

/** Something to measure that is no cell: it brings guests of its own. */
public interface Study {

  /** The name in tables, files and on the command line. */
  String name();

  /** One line for people. */
  String description();

  /**
   * Measures.
   *
   * @param rounds how often; 0 for its own number
   */
  void run(Results results, int rounds) throws IOException, InterruptedException;
}
