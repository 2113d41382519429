package io.ramshot.demo;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/** The command line, checked. */
final class Options {

  static final String HELP =
      """
      usage: ./demo [edge | uboot | reverse] [option]...

      Takes three snapshots of a running machine, kills it, and restores the last one.

        edge             a bare-metal guest whose RAM shows how far it has come (the default)
        uboot            OpenSBI and U-Boot, with a RAM test running at U-Boot's prompt
        reverse          a timeline instead of three snapshots: the machine goes back in time,
                         and forward again to where it was

        --memory=SIZE    guest RAM: a number and m or g; default 1g, for uboot 256m, for
                         reverse 64m
        --ram=KIND       what it is made of: unsafe (the default) or direct
        --keep=DIR       keep the snapshots there; default: a temporary folder, removed at the end
        --verbose        show what the machine prints
        --help           print this and exit

      exit status: 0 if everything held, 1 if not, 2 for a bad command line
      """;

  /** Which guest runs. */
  enum Guest {
    EDGE(Units.GIB),
    UBOOT(256 * Units.MIB),
    /** The first one, whose time counts instructions. */
    REVERSE(64 * Units.MIB);

    /** In bytes. */
    private final long memory;

    Guest(long memory) {
      this.memory = memory;
    }
  }

  private static final List<String> RAM_KINDS = List.of("unsafe", "direct");

  /** Smaller RAM is no guest RAM to ramshot unless {@code ram.min} says so. In bytes. */
  private static final long EDGE_MIN = 16 * Units.MIB;

  private static final long UNSAFE_MAX = 12 * Units.GIB;
  private static final long DIRECT_MAX = 2047 * Units.MIB;

  /** The RAM test rounds an address down to a multiple of this, in bytes. */
  private static final long UBOOT_GRAIN = 32 * Units.MIB;

  private static final long UBOOT_MIN = 64 * Units.MIB;
  private static final long UBOOT_MAX = Units.GIB;

  private Guest guest;
  private long memory;
  private String ram = RAM_KINDS.get(0);
  private Path keep;
  private boolean verbose;
  private boolean help;

  private Options() {}

  static Options parse(String... arguments) throws UsageException {
    Options options = new Options();
    Iterator<String> left = List.of(arguments).iterator();
    while (left.hasNext()) {
      options.take(left.next(), left);
    }
    options.complete();
    return options;
  }

  private void take(String argument, Iterator<String> left) throws UsageException {
    int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
    String name = equals < 0 ? argument : argument.substring(0, equals);
    String value = equals < 0 ? null : argument.substring(equals + 1);
    switch (name) {
      case "edge" -> guest(Guest.EDGE);
      case "uboot" -> guest(Guest.UBOOT);
      case "reverse" -> guest(Guest.REVERSE);
      case "--memory" -> memory = size(required(name, value, left));
      case "--ram" -> ram = required(name, value, left);
      case "--keep" -> keep = path(required(name, value, left));
      case "--verbose" -> verbose = flag(name, value);
      case "--help" -> help = flag(name, value);
      default -> throw new UsageException("unknown argument " + argument);
    }
  }

  private void guest(Guest named) throws UsageException {
    if (guest != null && guest != named) {
      throw new UsageException("edge, uboot and reverse are one or the other");
    }
    guest = named;
  }

  private void complete() throws UsageException {
    if (guest == null) {
      guest = Guest.EDGE;
    }
    if (!RAM_KINDS.contains(ram)) {
      throw new UsageException("--ram=" + ram + " does not exist: use unsafe or direct");
    }
    if (memory == 0) {
      memory = guest.memory;
    }
    long min = guest == Guest.UBOOT ? UBOOT_MIN : EDGE_MIN;
    long max = guest == Guest.UBOOT ? UBOOT_MAX : ram.equals("direct") ? DIRECT_MAX : UNSAFE_MAX;
    if (memory < min || memory > max) {
      throw new UsageException(
          Units.format(
              "--memory must be from %dm to %dm for this guest", min / Units.MIB, max / Units.MIB));
    }
    if (guest == Guest.UBOOT && memory % UBOOT_GRAIN != 0) {
      throw new UsageException("--memory must be a multiple of 32m for uboot");
    }
  }

  private static String required(String name, String value, Iterator<String> left)
      throws UsageException {
    String given = value == null && left.hasNext() ? left.next() : value;
    if (given == null || given.isEmpty()) {
      throw new UsageException(name + " needs a value: write " + name + "=VALUE");
    }
    return given;
  }

  private static boolean flag(String name, String value) throws UsageException {
    if (value != null) {
      throw new UsageException(name + " takes no value");
    }
    return true;
  }

  private static Path path(String text) throws UsageException {
    try {
      return Path.of(text).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new UsageException("--keep=" + text + " is no path");
    }
  }

  private static long size(String text) throws UsageException {
    String lower = text.toLowerCase(Locale.ROOT);
    if (!lower.matches("[1-9][0-9]{0,6}[mg]")) {
      throw new UsageException("--memory=" + text + " is no size: write one such as 256m or 1g");
    }
    long number = Long.parseLong(lower.substring(0, lower.length() - 1));
    return number * (lower.endsWith("g") ? Units.GIB : Units.MIB);
  }

  Guest guest() {
    return guest;
  }

  /** Guest RAM in bytes. */
  long memory() {
    return memory;
  }

  /** What the sample machine is told about its RAM. */
  List<String> ramArguments() {
    return List.of("--memory=" + memory / Units.MIB + "m", "--ram=" + ram);
  }

  /** Where the snapshots are to stay, or null. */
  Path keep() {
    return keep;
  }

  boolean verbose() {
    return verbose;
  }

  boolean help() {
    return help;
  }
}
