package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.agent.tools.BlockNames;
import io.ramshot.agent.tools.ElfCore;
import io.ramshot.agent.tools.Extraction;
import io.ramshot.agent.tools.Machine;
import io.ramshot.agent.tools.Placement;
import io.ramshot.agent.tools.Segment;
import io.ramshot.file.FileException;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes guest RAM out of an image, for other programs. */
@Command(
    name = "extract",
    description = "Write guest RAM of an image to a file that other programs read.",
    mixinStandardHelpOptions = true)
final class ExtractCommand implements Callable<Integer> {

  @Parameters(paramLabel = "<file>", description = "image to read")
  private Path file;

  @ArgGroup(multiplicity = "1")
  private Form form;

  /** One of the two. */
  static final class Form {
    @Option(
        names = "--raw",
        paramLabel = "<out>",
        description = "a block's bytes and nothing else; zero pages are holes")
    private Path raw;

    @Option(
        names = "--elf",
        paramLabel = "<out>",
        description = "an ELF core file for gdb and readelf, blocks at their guest addresses")
    private Path elf;
  }

  @Option(
      names = "--block",
      paramLabel = "<name>",
      description = "for --raw: which block, where there are several")
  private String block;

  @Option(
      names = "--at",
      paramLabel = "<name>=<address>",
      description =
          "for --elf: a block's address in the guest, such as ram=0x80000000. Blocks that are not"
              + " given one are left out. Default: all, one after the other from 0 on")
  private Map<String, String> at = new LinkedHashMap<>();

  @Option(
      names = "--machine",
      paramLabel = "<machine>",
      description = "for --elf, which needs it: riscv, x86_64, aarch64, ppc64, mips64, loongarch")
  private String machine;

  @Option(names = "--big-endian", description = "for --elf: the guest is")
  private boolean bigEndian;

  @Override
  public Integer call() throws CommandException, ImageException {
    checkOptions();
    Map<String, Long> addresses = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : at.entrySet()) {
      addresses.put(entry.getKey(), address(entry));
    }
    Path out = form.raw != null ? form.raw : form.elf;
    try (Image image = Image.open(file);
        Extraction extraction = Extraction.create(out)) {
      if (form.raw != null) {
        raw(image, extraction);
      } else {
        elf(image, addresses, extraction);
      }
    } catch (ImageException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitStatus.USAGE, e.getMessage());
    } catch (IOException e) {
      throw new CommandException(FileException.notWritten(out, e).getMessage());
    }
    return ExitStatus.DONE;
  }

  private void checkOptions() throws CommandException {
    if (form.raw != null && !(at.isEmpty() && machine == null && !bigEndian)) {
      throw new CommandException(
          ExitStatus.USAGE, "--at, --machine and --big-endian are for --elf: leave them out");
    }
    if (form.elf != null && block != null) {
      throw new CommandException(
          ExitStatus.USAGE, "--block is for --raw: use --at " + block + "=…");
    }
    if (form.elf != null && machine == null) {
      throw new CommandException(
          ExitStatus.USAGE, "say what the guest is, which no image knows: --machine=riscv, say");
    }
  }

  private static long address(Map.Entry<String, String> entry) throws CommandException {
    String text = entry.getValue();
    try {
      return text.startsWith("0x") || text.startsWith("0X")
          ? Long.parseUnsignedLong(text.substring(2), 16)
          : Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new CommandException(
          ExitStatus.USAGE,
          "--at "
              + entry.getKey()
              + "="
              + text
              + " is no address: give it as 0x80000000, or as a decimal number");
    }
  }

  private void raw(Image image, Extraction extraction) throws IOException {
    ImageBlock chosen = block == null ? BlockNames.only(image) : BlockNames.find(image, block);
    extraction.put(image, chosen, 0);
    extraction.finish(chosen.length());
    System.out.printf(
        "%s: block %s, %d bytes, of which %s are data%n",
        form.raw, chosen.name(), chosen.length(), Quantity.text(extraction.dataBytes()));
  }

  private void elf(Image image, Map<String, Long> addresses, Extraction extraction)
      throws IOException {
    Machine target = Machine.of(machine);
    List<Segment> segments = Placement.of(image, addresses);
    ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    new ElfCore(target, order, segments, image.header().pageSize()).write(image, extraction);
    for (ImageBlock each : image.blocks()) {
      System.out.println(
          segments.stream()
              .filter(segment -> segment.block().equals(each))
              .map(
                  segment ->
                      String.format(
                          "%s: block %s at 0x%x, %d bytes",
                          form.elf, each.name(), segment.address(), each.length()))
              .findFirst()
              .orElse(form.elf + ": without block " + each.name()));
    }
  }
}
