package io.ramshot.demo;

import io.ramshot.sample.state.StateReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A machine that was written to files by its {@code --dump}.
 *
 * @param pc where its hart is
 * @param steps instructions since its reset
 */
record DumpedMachine(Path ram, Path state, long pc, long steps) {

  /**
   * @param prefix of the files
   */
  static DumpedMachine read(Path prefix) throws IOException {
    Path state = prefix.resolveSibling(prefix.getFileName() + ".state");
    StateReader in = new StateReader(Files.readAllBytes(state));
    in.getLong(); // size of RAM
    long pc = in.getLong();
    return new DumpedMachine(
        prefix.resolveSibling(prefix.getFileName() + ".ram"), state, pc, in.getLong());
  }

  /** Whether RAM and all other state are the same, to the byte. */
  boolean isSame(DumpedMachine other) throws IOException {
    return Files.mismatch(state, other.state) < 0 && Files.mismatch(ram, other.ram) < 0;
  }

  void delete() throws IOException {
    Files.delete(ram);
    Files.delete(state);
  }
}
