package io.ramshot.uffd;

/**
 * One block for the engine.
 *
 * @param name for messages
 * @param address in this process; 0 for an array on the Java heap, which has none until {@link
 *     Capture#arm}
 * @param length in bytes
 * @param fileOffset where its first page, the one that {@code address} lies in, goes in the file
 * @param pages how many pages it touches; for an array, as many as it may touch wherever it lies
 * @param fragile whether somebody may unmap, truncate or give back the memory without asking: the
 *     engine then never reads it straight, which could end the whole JVM; an array always is
 */
public record Range(
    String name, long address, long length, long fileOffset, int pages, boolean fragile) {

  /** Whether this is an array on the Java heap. */
  public boolean onHeap() {
    return address == 0;
  }
}
