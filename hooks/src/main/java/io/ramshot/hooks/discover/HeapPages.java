package io.ramshot.hooks.discover;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Primitive arrays, by themselves or as pieces of arrays of arrays. Holds them strongly. */
final class HeapPages implements Pages {

  private final List<Object> arrays;
  private final List<Object> pieces = new ArrayList<>();
  private final CRC32C crc = new CRC32C();
  private long bytes;
  private int count;

  /**
   * @param arrays primitive arrays, or arrays of them
   */
  HeapPages(List<Object> arrays) {
    this.arrays = arrays;
    for (Object array : arrays) {
      addPieces(array);
    }
    for (Object piece : pieces) {
      bytes += bytes(piece);
      count += pages(piece);
    }
  }

  private void addPieces(Object array) {
    if (array instanceof Object[] outer) {
      for (Object piece : outer) {
        if (piece != null) {
          addPieces(piece);
        }
      }
    } else {
      pieces.add(array);
    }
  }

  /** Of an array, or of all pieces of an array of arrays. */
  static long bytes(Object array) {
    if (array instanceof Object[] outer) {
      long sum = 0;
      for (Object piece : outer) {
        sum += piece == null ? 0 : bytes(piece);
      }
      return sum;
    }
    return (long) Array.getLength(array) * elementBytes(array);
  }

  private static int elementBytes(Object array) {
    if (array instanceof byte[] || array instanceof boolean[]) {
      return 1;
    }
    if (array instanceof short[] || array instanceof char[]) {
      return 2;
    }
    return array instanceof int[] || array instanceof float[] ? 4 : 8;
  }

  private static int pages(Object piece) {
    return (int) ((bytes(piece) + PAGE - 1) / PAGE);
  }

  /** How many pieces there are. */
  int pieces() {
    return pieces.size();
  }

  List<Object> arrays() {
    return arrays;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public void hash(int stride, int[] hashes) {
    int page = 0;
    int next = 0;
    for (Object piece : pieces) {
      int pages = pages(piece);
      for (; next < page + pages; next += stride) {
        hashes[next / stride] = hash(piece, next - page);
      }
      page += pages;
    }
  }

  private int hash(Object array, int page) {
    int perPage = PAGE / elementBytes(array);
    int from = page * perPage;
    int to = Math.min(from + perPage, Array.getLength(array));
    if (array instanceof byte[] a) {
      crc.reset();
      crc.update(a, from, to - from);
      return (int) crc.getValue();
    }
    int h = 1;
    if (array instanceof int[] a) {
      for (int i = from; i < to; i++) {
        h = 31 * h + a[i];
      }
    } else if (array instanceof short[] a) {
      for (int i = from; i < to; i++) {
        h = 31 * h + a[i];
      }
    } else if (array instanceof long[] a) {
      for (int i = from; i < to; i++) {
        h = 31 * h + Long.hashCode(a[i]);
      }
    } else if (array instanceof char[] a) {
      for (int i = from; i < to; i++) {
        h = 31 * h + a[i];
      }
    } else if (array instanceof float[] a) {
      for (int i = from; i < to; i++) {
        h = 31 * h + Float.floatToRawIntBits(a[i]);
      }
    } else if (array instanceof double[] a) {
      for (int i = from; i < to; i++) {
        h = 31 * h + Long.hashCode(Double.doubleToRawLongBits(a[i]));
      }
    } else if (array instanceof boolean[] a) {
      for (int i = from; i < to; i++) {
        h = 31 * h + (a[i] ? 1 : 0);
      }
    }
    return h;
  }
}
