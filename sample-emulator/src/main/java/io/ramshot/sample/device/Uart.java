package io.ramshot.sample.device;

import io.ramshot.sample.bus.Device;
import io.ramshot.sample.state.BadStateException;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * A 16550 serial port whose transmitter is always ready and whose receiver holds what the host has
 * typed so far.
 */
public final class Uart implements Device {

  /** Bytes of its register space. */
  public static final long SIZE = 0x100;

  // Registers by offset; RBR, THR and DLL share 0, IER and DLM share 1, IIR and FCR share 2.
  private static final int DATA = 0;
  private static final int IER = 1;
  private static final int IIR = 2;
  private static final int LCR = 3;
  private static final int MCR = 4;
  private static final int LSR = 5;
  private static final int MSR = 6;
  private static final int SCRATCH = 7;

  private static final int IER_RECEIVED = 1;
  private static final int IER_TRANSMITTED = 2;
  private static final int IIR_NONE = 1;
  private static final int IIR_TRANSMITTED = 2;
  private static final int IIR_RECEIVED = 4;
  private static final int IIR_FIFOS = 0xc0;
  private static final int FCR_ENABLE = 1;
  private static final int LCR_DIVISOR = 0x80;
  private static final int LSR_DATA_READY = 1;
  private static final int LSR_TRANSMITTER_EMPTY = 0x60;

  /** Carrier, data set ready and clear to send: somebody listens. */
  private static final int MSR_CONNECTED = 0xb0;

  /** Bytes that are collected before they are written without waiting for {@link #flush}. */
  private static final int BURST = 4096;

  private final SerialInput input;
  private final OutputStream output;
  private final byte[] burst = new byte[BURST];
  private int burstLength;

  private int interruptEnable;
  private int fifoControl;
  private int lineControl;
  private int modemControl;
  private int scratch;
  private int divisor = 1;

  /** Whether the transmitter has become empty since the guest last was told or wrote. */
  private boolean transmitted;

  public Uart(SerialInput input, OutputStream output) {
    this.input = input;
    this.output = output;
  }

  /** Whether the interrupt line is raised. */
  public boolean interruptLine() {
    return identification() != IIR_NONE;
  }

  private int identification() {
    if ((interruptEnable & IER_RECEIVED) != 0 && !input.isEmpty()) {
      return IIR_RECEIVED;
    }
    return (interruptEnable & IER_TRANSMITTED) != 0 && transmitted ? IIR_TRANSMITTED : IIR_NONE;
  }

  private boolean divisorAccess() {
    return (lineControl & LCR_DIVISOR) != 0;
  }

  @Override
  public long read(long offset, int size) {
    return switch ((int) offset) {
      case DATA -> divisorAccess() ? divisor & 0xff : Math.max(input.take(), 0);
      case IER -> divisorAccess() ? divisor >> 8 : interruptEnable;
      case IIR -> identify();
      case LCR -> lineControl;
      case MCR -> modemControl;
      case LSR -> LSR_TRANSMITTER_EMPTY | (input.isEmpty() ? 0 : LSR_DATA_READY);
      case MSR -> MSR_CONNECTED;
      case SCRATCH -> scratch;
      default -> 0;
    };
  }

  private int identify() {
    int identification = identification();
    if (identification == IIR_TRANSMITTED) {
      transmitted = false;
    }
    return identification | ((fifoControl & FCR_ENABLE) != 0 ? IIR_FIFOS : 0);
  }

  @Override
  public void write(long offset, int size, long value) {
    int bits = (int) value & 0xff;
    switch ((int) offset) {
      case DATA -> {
        if (divisorAccess()) {
          divisor = divisor & 0xff00 | bits;
        } else {
          transmit((byte) bits);
        }
      }
      case IER -> {
        if (divisorAccess()) {
          divisor = divisor & 0xff | bits << 8;
        } else {
          // Enabling the transmitter's interrupt while it is empty, as it always is, raises it.
          transmitted |= (bits & ~interruptEnable & IER_TRANSMITTED) != 0;
          interruptEnable = bits & 15;
        }
      }
      case IIR -> fifoControl = bits;
      case LCR -> lineControl = bits;
      case MCR -> modemControl = bits & 31;
      case SCRATCH -> scratch = bits;
      default -> {}
    }
  }

  private void transmit(byte value) {
    if (burstLength == BURST) {
      flush();
    }
    burst[burstLength++] = value;
    transmitted = true;
  }

  /** Hands to the host what the guest has sent since the last time. */
  public void flush() {
    if (burstLength == 0) {
      return;
    }
    try {
      output.write(burst, 0, burstLength);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the serial port's output", e);
    } finally {
      burstLength = 0;
    }
  }

  /** {@inheritDoc} What was sent is flushed first: it has left the machine. */
  @Override
  public void save(StateWriter out) {
    flush();
    out.putInt(interruptEnable);
    out.putInt(fifoControl);
    out.putInt(lineControl);
    out.putInt(modemControl);
    out.putInt(scratch);
    out.putInt(divisor);
    out.putBoolean(transmitted);
    out.putBytes(input.contents());
  }

  @Override
  public void load(StateReader in) {
    interruptEnable = in.getInt();
    fifoControl = in.getInt();
    lineControl = in.getInt();
    modemControl = in.getInt();
    scratch = in.getInt();
    divisor = in.getInt();
    transmitted = in.getBoolean();
    byte[] unread = in.getBytes();
    if (!input.holds(unread.length)) {
      throw new BadStateException(unread.length + " bytes of input are more than fit");
    }
    input.replace(unread);
  }
}
