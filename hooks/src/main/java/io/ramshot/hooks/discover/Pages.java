package io.ramshot.hooks.discover;

import java.io.IOException;

/** Memory of the host as pages whose content can be told apart. */
interface Pages {

  /** In bytes; the last page of a piece may be shorter. */
  int PAGE = 4096;

  long bytes();

  /** How many there are. */
  int count();

  /**
   * Hashes page 0 and every so many pages from there. Memory that is gone hashes to 0.
   *
   * @param hashes gets one hash each
   */
  void hash(int stride, int[] hashes) throws IOException;

  /** How many hashes {@link #hash} gives. */
  default int count(int stride) {
    return (count() + stride - 1) / stride;
  }
}
