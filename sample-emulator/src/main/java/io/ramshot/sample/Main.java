package io.ramshot.sample;

import io.ramshot.sample.board.Board;
import io.ramshot.sample.device.Finisher;
import io.ramshot.sample.device.SerialInput;
import io.ramshot.sample.memory.Ram;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs a machine until its guest switches it off. */
public final class Main {

  /** The guest that runs when no firmware is named. */
  static final String BUILT_IN_GUEST = "/io/ramshot/sample/guests/edge.elf";

  private static final int CANNOT_RUN = 1;
  private static final int BAD_COMMAND_LINE = 2;

  /** Room for what is typed ahead, in bytes. */
  private static final int INPUT_CAPACITY = 64 << 10;

  private Main() {}

  /**
   * @param arguments see {@link Options#HELP}
   */
  public static void main(String[] arguments) {
    int status;
    try {
      status = run(Options.parse(arguments));
    } catch (UsageException e) {
      complain(e.getMessage());
      status = BAD_COMMAND_LINE;
    } catch (UncheckedIOException e) {
      complain(e.getMessage());
      status = CANNOT_RUN;
    } catch (IOException | RuntimeException e) {
      complain(e.toString());
      status = CANNOT_RUN;
    } catch (OutOfMemoryError e) {
      complain(
          "no memory for the guest's RAM (%s): lower --memory, use --ram=unsafe or raise %s"
              .formatted(e.getMessage(), "-Xmx and -XX:MaxDirectMemorySize"));
      status = CANNOT_RUN;
    }
    System.exit(status);
  }

  private static void complain(String message) {
    System.err.println("sample-emulator: " + message);
  }

  private static int run(Options options) throws UsageException, IOException {
    if (options.help()) {
      System.out.print(Options.HELP);
      return 0;
    }
    byte[] firmware = options.bios() == null ? builtInGuest() : read("--bios", options.bios());
    byte[] kernel = options.kernel() == null ? null : read("--kernel", options.kernel());
    SerialInput input = input(options);
    try (Ram ram = options.ram().allocate(options.memory(), options.ramFile())) {
      return run(options, ram, firmware, kernel, input);
    }
  }

  private static int run(
      Options options, Ram ram, byte[] firmware, byte[] kernel, SerialInput input)
      throws UsageException, IOException {
    Board board =
        new Board(ram, options.deterministic(), input, new FileOutputStream(FileDescriptor.out));
    place("--bios", options.bios(), () -> board.loadFirmware(firmware));
    if (kernel != null) {
      place("--kernel", options.kernel(), () -> board.loadKernel(kernel));
    }
    board.stopAt(options.stopAt());
    if (!options.deterministic()) {
      new InputThread(System.in, input).start();
    }
    Stats stats = new Stats(board.hart());
    if (options.stats()) {
      // A hook, so that a machine ended by a signal reports too.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> complain(stats.describe()), "stats"));
    }
    while (board.running()) {
      board.step();
    }
    if (options.registers()) {
      System.err.print(board.hart().describe());
    }
    if (options.dump() != null) {
      Dump.write(options.dump(), ram, board.save());
    }
    return exitStatus(board.finisher());
  }

  private static byte[] builtInGuest() throws UsageException, IOException {
    try (InputStream guest = Main.class.getResourceAsStream(BUILT_IN_GUEST)) {
      if (guest == null) {
        throw new UsageException("this build has no built-in guest: name firmware by --bios=FILE");
      }
      return guest.readAllBytes();
    }
  }

  private static byte[] read(String option, Path file) throws UsageException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UsageException(
          "%s=%s cannot be read: name a readable file (%s)".formatted(option, file, e));
    }
  }

  private static void place(String option, Path file, Runnable load) throws UsageException {
    try {
      load.run();
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "%s=%s cannot be loaded: %s".formatted(option, file, e.getMessage()));
    }
  }

  private static SerialInput input(Options options) throws UsageException {
    if (options.input() == null) {
      return new SerialInput(INPUT_CAPACITY);
    }
    byte[] typed = read("--input", options.input());
    SerialInput input = new SerialInput(INPUT_CAPACITY + typed.length);
    try {
      input.put(typed, typed.length);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted although there was room", e);
    }
    return input;
  }

  private static int exitStatus(Finisher finisher) {
    return switch (finisher.verdict()) {
      case RUNNING, PASS -> 0;
      case FAIL -> {
        complain("the guest failed with code " + finisher.code());
        // A shell sees 8 bits; a failure must not look like success.
        yield (finisher.code() & 0xff) == 0 ? 1 : finisher.code() & 0xff;
      }
      case RESET -> {
        complain("the guest asked for a reset, which ends this machine: start it again");
        yield 0;
      }
    };
  }
}
