package io.ramshot.sample.memory;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What guest RAM is made of: the choice behind {@code --ram}. */
public enum RamKind {
  DIRECT(BufferRam.MAX_SIZE),
  UNSAFE(RamKind.MOST),
  HEAP(HeapRam.MAX_SIZE),
  HEAP_INT(HeapIntRam.MAX_SIZE),
  SEGMENT(RamKind.MOST),
  MAPPED(BufferRam.MAX_SIZE),
  NATIVE(RamKind.MOST);

  /** Where no kind of its own accord sets a limit, in bytes. */
  private static final long MOST = 12L << 30;

  private final long maxSize;

  RamKind(long maxSize) {
    this.maxSize = maxSize;
  }

  /** Returns the name on the command line, like {@code heap-int}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns all keys, like {@code direct, unsafe or heap}. */
  public static String keys() {
    String all = Arrays.stream(values()).map(RamKind::key).collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return all.substring(0, last) + " or" + all.substring(last + 1);
  }

  /** Returns the largest size in bytes. */
  public long maxSize() {
    return maxSize;
  }

  /** Returns the oldest JDK that has it. */
  public int firstJdk() {
    return this == SEGMENT ? Foreign.FIRST_JDK : 0;
  }

  /** Whether it is on the Java heap. */
  public boolean onHeap() {
    return this == HEAP || this == HEAP_INT;
  }

  /**
   * Allocates RAM, all of it zero.
   *
   * @param size in bytes
   * @param file what {@link #MAPPED} is to map, a new file; null for one of its own
   */
  public Ram allocate(long size, Path file) {
    return switch (this) {
      case DIRECT -> new DirectRam(size);
      case UNSAFE -> new UnsafeRam(size);
      case HEAP -> new HeapRam(size);
      case HEAP_INT -> new HeapIntRam(size);
      case SEGMENT -> new SegmentRam(size);
      case MAPPED -> new MappedRam(size, file);
      case NATIVE -> new NativeRam(size);
    };
  }
}
