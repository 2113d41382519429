package io.ramshot.sample.memory;

/**
 * Guest RAM from {@code Unsafe.allocateMemory}, the way emulators go past a direct buffer's 2 GiB.
 *
 * <p>A guest that uses little of its RAM must cost the host little, so RAM is not cleared by
 * writing to it where that can be helped. malloc never serves a request above its largest mmap
 * threshold (glibc: 32 MiB) from recycled memory; from {@link #FRESH_FROM} on, the kernel's zero
 * pages are relied upon. Smaller RAM is cleared.
 *
 * <p>The memory lives as long as the process: a machine is never taken apart before its end.
 */
public final class UnsafeRam extends AddressRam {

  /** Size in bytes from which an allocation is known to be a fresh, zero mapping. */
  static final long FRESH_FROM = 64L << 20;

  /**
   * @param size in bytes
   */
  public UnsafeRam(long size) {
    super(allocate(size, size < FRESH_FROM), size);
  }
}
