package io.ramshot.uffd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StallBucketsTest {

  /** The first bucket that reaches as far as this, by looking at every one. */
  private static int bucketOf(long ns) {
    int bucket = 0;
    while (StallBuckets.upperBound(bucket) < ns) {
      bucket++;
    }
    return bucket;
  }

  @Test
  void everyBucketEndsWhereTheNextOneStartsAndIsAtMostASixteenthWide() {
    for (int i = 1; i < StallBuckets.COUNT; i++) {
      long first = StallBuckets.upperBound(i - 1) + 1;
      long last = StallBuckets.upperBound(i);
      assertTrue(last >= first, "bucket " + i);
      assertTrue((last - first) * 16 < first, "bucket " + i + " is too wide");
    }
  }

  @Test
  void percentilesAreAtMostASixteenthAboveTheTrueOnes() {
    SplittableRandom random = new SplittableRandom(3);
    for (int count : new int[] {1, 2, 3, 10, 999, 1000, 1001, 5000}) {
      long[] stalls = new long[count];
      long[] counts = new long[StallBuckets.COUNT];
      for (int i = 0; i < count; i++) {
        stalls[i] = random.nextLong() >>> random.nextInt(22, 64);
        counts[bucketOf(stalls[i])]++;
      }
      Arrays.sort(stalls);
      StallBuckets buckets = new StallBuckets(counts);
      assertEquals(count, buckets.total());
      for (double share : new double[] {0, 0.1, 0.5, 0.9, 0.99, 0.999, 1}) {
        long truth = stalls[Math.max(1, (int) Math.ceil(share * count)) - 1];
        long told = buckets.percentile(share);
        assertTrue(
            told >= truth && told - truth <= truth / 16,
            () -> share + " of " + count + " is " + told + " instead of " + truth);
      }
    }
  }

  @Test
  void withoutStallsThereIsNoPercentile() {
    StallBuckets none = new StallBuckets(new long[StallBuckets.COUNT]);
    assertEquals(0, none.total());
    assertEquals(0, none.percentile(0.5));
  }
}
