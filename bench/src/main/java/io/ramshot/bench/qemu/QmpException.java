package io.ramshot.bench.qemu;

import java.io.IOException;

/** QEMU refused a command, does not answer, or has gone; the message says which command. */
final class QmpException extends IOException {
  private static final long serialVersionUID = 1;

  QmpException(String message) {
    super(message);
  }
}
