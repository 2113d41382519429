package io.ramshot.sample.device;

import io.ramshot.sample.bus.Device;
import io.ramshot.sample.state.BadStateException;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;

/** SiFive's test finisher: how a guest switches the machine off. */
public final class Finisher implements Device {

  /** Bytes of its register space. */
  public static final long SIZE = 0x1000;

  /** What the guest has asked for. */
  public enum Verdict {
    RUNNING,
    PASS,
    FAIL,
    RESET
  }

  private static final int FAIL = 0x3333;
  private static final int PASS = 0x5555;
  private static final int RESET = 0x7777;

  private Verdict verdict = Verdict.RUNNING;
  private int code;

  public Verdict verdict() {
    return verdict;
  }

  /** Returns the code that came with {@link Verdict#FAIL}: 16 bits. */
  public int code() {
    return code;
  }

  @Override
  public long read(long offset, int size) {
    return 0;
  }

  @Override
  public void write(long offset, int size, long value) {
    if (offset != 0) {
      return;
    }
    switch ((int) value & 0xffff) {
      case PASS -> verdict = Verdict.PASS;
      case RESET -> verdict = Verdict.RESET;
      case FAIL -> {
        verdict = Verdict.FAIL;
        code = (int) (value >>> 16) & 0xffff;
      }
      default -> {}
    }
  }

  @Override
  public void save(StateWriter out) {
    out.putInt(verdict.ordinal());
    out.putInt(code);
  }

  @Override
  public void load(StateReader in) {
    int ordinal = in.getInt();
    if (ordinal < 0 || ordinal >= Verdict.values().length) {
      throw new BadStateException("there is no verdict " + ordinal);
    }
    verdict = Verdict.values()[ordinal];
    code = in.getInt();
  }
}
