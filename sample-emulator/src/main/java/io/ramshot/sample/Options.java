package io.ramshot.sample;

import io.ramshot.sample.memory.RamKind;
import java.nio.file.Path;
import java.util.Locale;

/** The command line, checked. */
final class Options {

  static final String HELP =
      """
      usage: java -jar sample-emulator.jar [option]...

      A RISC-V machine (RV64GC; M, S and U modes) like QEMU's "virt" board.
      Its serial port is standard input and output.

        --memory=SIZE    guest RAM: a number and k, m or g, in whole MiB; default 128m
        --ram=KIND       what it is made of:
                           direct    a direct ByteBuffer, up to 2047m; the default
                           unsafe    sun.misc.Unsafe, up to 12g
                           heap      a byte[], up to 2047m and what -Xmx allows
                           heap-int  an int[], up to 8191m and what -Xmx allows
                           segment   a MemorySegment, up to 12g; JDK 22 or newer
                           mapped    a mapped file, up to 2047m
                           native    mapped by native code, up to 12g
        --ram-file=FILE  the file of --ram=mapped; new, and removed once it is mapped; default:
                         one in /dev/shm
        --bios=FILE      M-mode firmware: ELF, or raw for 0x80000000; default: a built-in guest
        --kernel=FILE    what the firmware starts: ELF, or raw for 0x80200000
        --deterministic  time counts instructions (10 to a tick of 0.1 us) and standard input is
                         not read: two runs are the same
        --input=FILE     what the guest reads from its serial port before standard input
        --stop-at=N      stop after exactly N instructions, idle time included
        --dump=PREFIX    on exit write RAM to PREFIX.ram and all other state to PREFIX.state
        --registers      on exit print the registers to standard error
        --stats          on exit print instructions and speed to standard error
        --help           print this and exit

      exit status: 0 after power off, a reset or --stop-at; the code a guest fails with;
      1 if the machine cannot run; 2 for a bad command line
      """;

  private static final long MIB = 1 << 20;

  /** In bytes. */
  private long memory = 128 * MIB;

  private RamKind ram = RamKind.DIRECT;
  private Path ramFile;
  private Path bios;
  private Path kernel;
  private Path input;
  private Path dump;
  private boolean deterministic;
  private long stopAt = Long.MAX_VALUE;
  private boolean registers;
  private boolean stats;
  private boolean help;

  private Options() {}

  /**
   * Takes a command line apart.
   *
   * @throws UsageException if it has an unknown option or a value out of range
   */
  static Options parse(String... arguments) throws UsageException {
    Options options = new Options();
    for (String argument : arguments) {
      options.take(argument);
    }
    if (options.memory > options.ram.maxSize()) {
      throw new UsageException(
          "--memory=%dm is more than --ram=%s can hold: the most is %dm"
              .formatted(options.memory / MIB, options.ram.key(), options.ram.maxSize() / MIB));
    }
    if (options.ramFile != null && options.ram != RamKind.MAPPED) {
      throw new UsageException(
          "--ram-file=%s is of no use for --ram=%s: add --ram=mapped"
              .formatted(options.ramFile, options.ram.key()));
    }
    return options;
  }

  private void take(String argument) throws UsageException {
    int equals = argument.indexOf('=');
    String name = equals < 0 ? argument : argument.substring(0, equals);
    String value = equals < 0 ? null : argument.substring(equals + 1);
    switch (name) {
      case "--memory" -> memory = size(required(name, value));
      case "--ram" -> ram = kind(required(name, value));
      case "--ram-file" -> ramFile = Path.of(required(name, value));
      case "--bios" -> bios = Path.of(required(name, value));
      case "--kernel" -> kernel = Path.of(required(name, value));
      case "--input" -> input = Path.of(required(name, value));
      case "--dump" -> dump = Path.of(required(name, value));
      case "--stop-at" -> stopAt = count(required(name, value));
      case "--deterministic" -> deterministic = flag(name, value);
      case "--registers" -> registers = flag(name, value);
      case "--stats" -> stats = flag(name, value);
      case "--help" -> help = flag(name, value);
      default -> throw new UsageException("unknown option " + argument + "; try --help");
    }
  }

  private static String required(String name, String value) throws UsageException {
    if (value == null || value.isEmpty()) {
      throw new UsageException("%s needs a value: write %s=VALUE".formatted(name, name));
    }
    return value;
  }

  private static boolean flag(String name, String value) throws UsageException {
    if (value != null) {
      throw new UsageException(
          "%s takes no value, but got %s: leave that out".formatted(name, value));
    }
    return true;
  }

  private static long size(String text) throws UsageException {
    int digits = text.length() - 1;
    int shift =
        switch (text.toLowerCase(Locale.ROOT).charAt(digits)) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          default -> -1;
        };
    String number = text.substring(0, digits);
    if (shift < 0 || !number.matches("[0-9]{1,9}")) {
      throw new UsageException(
          "--memory=%s is no size: write a number and k, m or g, such as 128m".formatted(text));
    }
    long bytes = Long.parseLong(number) << shift;
    if (bytes == 0 || bytes % MIB != 0) {
      throw new UsageException(
          "--memory=%s is not a whole number of MiB, at least one: try 128m".formatted(text));
    }
    return bytes;
  }

  private static RamKind kind(String text) throws UsageException {
    for (RamKind kind : RamKind.values()) {
      if (kind.key().equals(text)) {
        return available(kind);
      }
    }
    throw new UsageException("--ram=%s does not exist: use %s".formatted(text, RamKind.keys()));
  }

  private static RamKind available(RamKind kind) throws UsageException {
    int jdk = Runtime.version().feature();
    if (jdk < kind.firstJdk()) {
      throw new UsageException(
          "--ram=%s needs JDK %d or newer and this is %d: use --ram=unsafe"
              .formatted(kind.key(), kind.firstJdk(), jdk));
    }
    return kind;
  }

  private static long count(String text) throws UsageException {
    if (!text.matches("[0-9]{1,18}")) {
      throw new UsageException(
          "--stop-at=%s is no number of instructions: write digits only".formatted(text));
    }
    return Long.parseLong(text);
  }

  /** Returns the size of RAM in bytes. */
  long memory() {
    return memory;
  }

  RamKind ram() {
    return ram;
  }

  /** Returns the file of mapped RAM, or null for one of its own. */
  Path ramFile() {
    return ramFile;
  }

  /** Returns the firmware's file, or null for the built-in guest. */
  Path bios() {
    return bios;
  }

  /** Returns the kernel's file, or null. */
  Path kernel() {
    return kernel;
  }

  /** Returns the file of serial input, or null. */
  Path input() {
    return input;
  }

  /** Returns what the names of dumped files begin with, or null. */
  Path dump() {
    return dump;
  }

  boolean deterministic() {
    return deterministic;
  }

  /** Returns the number of steps to stop after. */
  long stopAt() {
    return stopAt;
  }

  boolean registers() {
    return registers;
  }

  boolean stats() {
    return stats;
  }

  boolean help() {
    return help;
  }
}
