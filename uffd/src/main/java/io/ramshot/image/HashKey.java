package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * What the hashes of a chain of images are made with: random, so that no guest can aim at two pages
 * with one hash (docs/FORMAT.md).
 */
public final class HashKey {
  /** In bytes. */
  public static final int SEED_LENGTH = 32;

  private final byte[] seed;

  /**
   * @param seed of {@link #SEED_LENGTH} bytes
   */
  public HashKey(byte[] seed) {
    if (seed.length != SEED_LENGTH) {
      throw new IllegalArgumentException(seed.length + " bytes of seed: give " + SEED_LENGTH);
    }
    this.seed = seed.clone();
  }

  /** For a new chain. */
  public static HashKey random() {
    byte[] seed = new byte[SEED_LENGTH];
    new SecureRandom().nextBytes(seed);
    return new HashKey(seed);
  }

  byte[] seed() {
    return seed.clone();
  }

  /** As long as a page: SHA-256 of the seed and 0, then of the seed and 1, and so on. */
  public byte[] bytes(int pageSize) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); /* every JDK has it */
    }
    ByteBuffer bytes = ByteBuffer.allocate(pageSize);
    ByteBuffer number = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; bytes.hasRemaining(); i++) {
      digest.update(seed);
      digest.update(number.putInt(0, i).array());
      bytes.put(digest.digest());
    }
    return bytes.array();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HashKey key && Arrays.equals(seed, key.seed);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(seed);
  }
}
