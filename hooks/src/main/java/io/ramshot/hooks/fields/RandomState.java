package io.ramshot.hooks.fields;

import java.lang.reflect.Field;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * What a {@link Random} goes on from: its seed, and the second of a pair of Gaussian numbers. By
 * reflection, because all else takes its lock, or loses that number.
 */
public final class RandomState {

  /** Of the 48 bits of a seed; {@code setSeed} turns these. */
  private static final long TURNED = 0x5DEECE66DL;

  private final UnaryOperator<Field> access;
  private Field[] fields;

  /**
   * @param access makes a field accessible
   */
  public RandomState(UnaryOperator<Field> access) {
    this.access = access;
  }

  private Field[] fields() throws ReflectiveOperationException {
    if (fields == null) {
      fields =
          new Field[] {
            access.apply(Random.class.getDeclaredField("seed")),
            access.apply(Random.class.getDeclaredField("haveNextNextGaussian")),
            access.apply(Random.class.getDeclaredField("nextNextGaussian"))
          };
    }
    return fields;
  }

  Object[] of(Random random) {
    try {
      Field[] all = fields();
      return new Object[] {
        ((AtomicLong) all[0].get(random)).get(),
        all[1].getBoolean(random) ? all[2].getDouble(random) : null
      };
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException("this JDK keeps a java.util.Random in another way", e);
    }
  }

  static boolean isOne(Object[] contents) {
    return contents.length == 2
        && contents[0] instanceof Long
        && (contents[1] == null || contents[1] instanceof Double);
  }

  void set(Random random, Object[] contents) {
    random.setSeed((Long) contents[0] ^ TURNED);
    if (contents[1] != null) {
      try {
        Field[] all = fields();
        all[2].setDouble(random, (Double) contents[1]);
        all[1].setBoolean(random, true);
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new IllegalStateException("this JDK keeps a java.util.Random in another way", e);
      }
    }
  }
}
