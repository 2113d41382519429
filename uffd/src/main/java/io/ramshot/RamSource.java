package io.ramshot;

import java.util.Map;

/**
 * Knows guest RAM on the Java heap. Arrays have no address to register, and hosts replace them, so
 * a source is asked when a snapshot starts, again while the vCPUs are frozen, and at a restore.
 */
@FunctionalInterface
public interface RamSource {

  /**
   * Called before {@link #find} when a snapshot or a restore starts, while the guest runs: does
   * what must not be done inside the freeze, such as looking up classes, and may register and
   * unregister blocks. Nothing by default.
   *
   * @throws SnapshotException if the guest's RAM cannot be told; the snapshot is refused then
   */
  default void prepare() throws SnapshotException {}

  /**
   * The guest's arrays just now. Called inside the freeze too: it should read fields and nothing
   * else, and must take no lock that a vCPU may hold.
   *
   * @return by block name, in an order that is the same in the JVM that restores: a primitive array
   *     (of any type but boolean), a heap {@code ByteBuffer} that can be written, of which the
   *     whole array is meant, an array of primitive arrays, or an array of heap buffers that are
   *     all of their arrays; pieces may be null; or a {@link io.ramshot.table.RamTable}, which may
   *     be empty
   * @throws SnapshotException if they cannot be told; the snapshot is refused then
   */
  Map<String, Object> find() throws SnapshotException;
}
