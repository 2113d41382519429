package io.ramshot.sample;

import io.ramshot.sample.device.SerialInput;
import java.io.IOException;
import java.io.InputStream;

/** Brings what the host types to the serial port. */
final class InputThread extends Thread {

  private static final int PIECE = 4096;

  private final InputStream source;
  private final SerialInput target;

  InputThread(InputStream source, SerialInput target) {
    super("serial-input");
    setDaemon(true);
    this.source = source;
    this.target = target;
  }

  /** Ends at the end of the source: the guest then sees a line on which nobody types. */
  @Override
  public void run() {
    byte[] piece = new byte[PIECE];
    try {
      for (int length = source.read(piece); length >= 0; length = source.read(piece)) {
        target.put(piece, length);
      }
    } catch (IOException e) {
      System.err.println("sample-emulator: cannot read standard input: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
