package io.ramshot.bench.worker;

/** A way to save the bench's own guest. */
interface Contender {

  /**
   * Freezes the guest by its gate, thaws it, and returns once the file is durable. The guest must
   * run when this returns, however it does.
   */
  void save(Turn turn) throws Exception;
}
