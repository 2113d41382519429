package io.ramshot.agent.tools;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.PageKind;
import io.ramshot.image.PageTable;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A block in one image beside a block in another.
 *
 * <p>Different checksums show that pages differ. Equal ones show nothing: such pages are the same
 * if they stand at the same place of the same file of a chain, else their bytes are compared.
 */
final class BlockComparison {
  private static final int BATCH_BYTES = 1 << 20;

  private final Image imageA;
  private final Image imageB;
  private final ImageBlock a;
  private final ImageBlock b;
  private final PageTable tableA;
  private final PageTable tableB;
  private final int pageSize;

  /** Whether a page of one is the page of the other with the same index. */
  private final boolean aligned;

  private final long common;
  private final int zeroPageCrc;

  BlockComparison(Image imageA, ImageBlock a, Image imageB, ImageBlock b) {
    this.imageA = imageA;
    this.imageB = imageB;
    this.a = a;
    this.b = b;
    tableA = imageA.pageTable(a);
    tableB = imageB.pageTable(b);
    pageSize = imageA.header().pageSize();
    aligned = a.lead() == b.lead() && pageSize == imageB.header().pageSize();
    common = Math.min(a.length(), b.length());
    CRC32C crc = new CRC32C();
    crc.update(new byte[pageSize]);
    zeroPageCrc = (int) crc.getValue();
  }

  /** Pages of the longer one, cut as in the first image. */
  int pages() {
    return Math.toIntExact((a.lead() + Math.max(a.length(), b.length()) + pageSize - 1) / pageSize);
  }

  BlockDiff result(byte[] states) {
    return new BlockDiff(a.name(), a.length(), b.length(), states);
  }

  /** Where a page begins and ends in the block. */
  private long offset(long page) {
    return Math.max(0, page * pageSize - a.lead());
  }

  Comparer comparer() {
    return new Comparer();
  }

  /** Does the comparing on one thread. */
  final class Comparer {
    private final BlockBytes bytesA = new BlockBytes(imageA, a);
    private final BlockBytes bytesB = new BlockBytes(imageB, b);

    /** Enters what became of the pages from {@code from} to before {@code to}. */
    void compare(int from, int to, byte[] states) throws ImageException {
      int page = from;
      while (page < to) {
        PageState state = known(page);
        if (state != null) {
          states[page++] = (byte) state.ordinal();
          continue;
        }
        int end = page + 1;
        int most = Math.min(to, page + BATCH_BYTES / pageSize);
        while (end < most && known(end) == null) {
          end++;
        }
        compareBytes(page, end, states);
        page = end;
      }
    }

    /** What the page tables tell of a page; null where its bytes must be compared. */
    private PageState known(int page) throws ImageException {
      if (offset(page) >= common) {
        return a.length() > b.length() ? PageState.ONLY_A : PageState.ONLY_B;
      }
      if (!aligned || (a.length() != b.length() && offset(page + 1L) > common)) {
        return null;
      }
      boolean zeroA = tableA.kind(page) == PageKind.ZERO;
      boolean zeroB = tableB.kind(page) == PageKind.ZERO;
      if (zeroA && zeroB) {
        return PageState.ZERO;
      }
      /* A page of zeros may be stored all the same. */
      if (zeroA) {
        return tableB.crc(page) == zeroPageCrc ? null : PageState.WAS_ZERO;
      }
      if (zeroB) {
        return tableA.crc(page) == zeroPageCrc ? null : PageState.NOW_ZERO;
      }
      if (tableA.crc(page) != tableB.crc(page)) {
        return tableA.crc(page) == zeroPageCrc || tableB.crc(page) == zeroPageCrc
            ? null
            : PageState.CHANGED;
      }
      return isSamePlace(page) && tableA.crc(page) != zeroPageCrc ? PageState.SAME : null;
    }

    private boolean isSamePlace(int page) throws ImageException {
      Image.Source there = imageA.source(a, page);
      Image.Source here = imageB.source(b, page);
      return there.image().header().id().equals(here.image().header().id())
          && there.block().equals(here.block());
    }

    private void compareBytes(int from, int to, byte[] states) throws ImageException {
      long start = offset(from);
      int length = (int) (Math.min(common, offset(to)) - start);
      ByteBuffer left = bytesA.read(start, length);
      ByteBuffer right = bytesB.read(start, length);
      for (int page = from; page < to; page++) {
        int at = (int) (offset(page) - start);
        int end = (int) Math.min(length, offset(page + 1L) - start);
        ByteBuffer one = left.slice(at, end - at);
        ByteBuffer other = right.slice(at, end - at);
        states[page] = (byte) state(one, other).ordinal();
      }
    }

    private PageState state(ByteBuffer one, ByteBuffer other) {
      boolean same = one.mismatch(other) < 0;
      boolean zeroOne = isZero(one);
      if (same) {
        return zeroOne ? PageState.ZERO : PageState.SAME;
      }
      if (zeroOne) {
        return PageState.WAS_ZERO;
      }
      return isZero(other) ? PageState.NOW_ZERO : PageState.CHANGED;
    }

    private static boolean isZero(ByteBuffer bytes) {
      int at = 0;
      for (; at + Long.BYTES <= bytes.limit(); at += Long.BYTES) {
        if (bytes.getLong(at) != 0) {
          return false;
        }
      }
      for (; at < bytes.limit(); at++) {
        if (bytes.get(at) != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
