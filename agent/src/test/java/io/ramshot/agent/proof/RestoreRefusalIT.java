package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.MemoryHost;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.PageKind;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A restore that cannot be right ends the JVM before the guest's first instruction: status 1, one
 * line that names the remedy, nothing from the guest, no stack trace.
 */
@Tag("once")
class RestoreRefusalIT {
  private static final int HEADER = 4096;
  private static final int CRC_AT = 4092;

  @TempDir private static Path directory;

  /** Of a machine with 32 MiB. */
  private static Path image;

  @TempDir private Path own;

  @BeforeAll
  static void takeImages() throws Exception {
    image = directory.resolve("edge.ramshot");
    try (ForkedJvm machine =
            SampleMachine.start(ForkedJvm.java().withAgent(SampleMachine.AGENT), "--memory=32m");
        JmxClient client = SampleMachine.connect(machine)) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      SampleMachine.snapshot(machine, client, image);
    }
  }

  @Test
  void theImageAsItIsRestores() throws Exception {
    try (ForkedJvm machine = restore(SampleMachine.AGENT, image, "--memory=32m")) {
      machine.awaitOut(line -> line.startsWith("edge: pass "));
      assertFalse(machine.out().contains("edge: ready"), "the guest began anew; " + machine);
    }
  }

  @Test
  void anotherSizeOfRam() throws Exception {
    for (String memory : List.of("--memory=31m", "--memory=33m", "--memory=64m")) {
      try (ForkedJvm machine = restore(SampleMachine.AGENT, image, memory)) {
        refused(machine, "33554432 bytes in " + image, "with the RAM size of the machine");
      }
    }
  }

  @Test
  void anotherNumberOfBlocks() throws Exception {
    Path two = directory.resolve("two.ramshot");
    try (ForkedJvm host = ForkedJvm.java().withAgent("").start(MemoryHost.class)) {
      host.awaitOut(line -> line.equals("ready"));
      KernelWriteIT.order(host, "unsafe a 16 1");
      KernelWriteIT.order(host, "direct b 16 2");
      try (JmxClient client = JmxClient.connectNow(host)) {
        SampleMachine.snapshot(host, client, two);
      }
    }
    try (ForkedJvm machine = restore(SampleMachine.GATE, two, "--memory=32m")) {
      refused(machine, "holds 2 blocks", "this guest has 1 block", "with the RAM options");
    }
    String none = SampleMachine.AGENT + ",ram.min=40m";
    try (ForkedJvm machine = restore(none, image, "--memory=32m")) {
      refused(machine, "holds 1 block", "this guest has no block", "with the RAM options");
    }
  }

  @Test
  void aFifo() throws Exception {
    Path fifo = own.resolve("fifo.ramshot");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    try (ForkedJvm machine = restore(SampleMachine.AGENT, fifo, "--memory=32m")) {
      refused(machine, fifo + " is a FIFO", "name a regular file");
    }
  }

  @Test
  void aNameThatTheLocaleDoesNotHave() throws Exception {
    String options = SampleMachine.AGENT + ",restore=" + own + "/Spielst\u00e4nde/a.ramshot";
    try (ForkedJvm machine =
        SampleMachine.start(
            ForkedJvm.java().environment("LC_ALL", "C").withAgent(options), "--memory=32m")) {
      refused(machine, "has characters", "in process " + machine.pid(), "LC_ALL=C.UTF-8");
    }
  }

  @Test
  void damagedPages() throws Exception {
    List<Long> offsets;
    try (Image open = Image.open(image)) {
      ImageBlock block = open.blocks().get(0);
      int size = open.header().pageSize();
      long[] stored =
          LongStream.range(0, block.pageCount(size))
              .filter(page -> open.pageKind(block, page) == PageKind.STORED)
              .toArray();
      offsets =
          List.of(
              block.fileOffset(stored[0], size) + block.lead(),
              block.fileOffset(stored[stored.length / 2], size) + 17,
              block.fileOffset(stored[stored.length - 1] + 1, size) - 1);
    }
    for (long offset : offsets) {
      Path damaged = changed(offset, bytes -> bytes.put(0, (byte) (bytes.get(0) ^ 1)));
      try (ForkedJvm machine = restore(SampleMachine.AGENT, damaged, "--memory=32m")) {
        refused(machine, damaged + " is damaged: page ", "checksum", "copy it again");
      }
    }
  }

  @Test
  void damagedMetadata() throws Exception {
    for (long at : List.of(8L, 24L, 100L, 2000L, (long) CRC_AT)) {
      Path damaged = changed(at, bytes -> bytes.put(0, (byte) (bytes.get(0) ^ 0x10)));
      try (ForkedJvm machine = restore(SampleMachine.AGENT, damaged, "--memory=32m")) {
        refused(machine, damaged + " is damaged: the checksum of its header is wrong", "copy it");
      }
    }
    Path damaged =
        changed(Files.size(image) - 9, bytes -> bytes.put(0, (byte) (bytes.get(0) ^ 0x80)));
    try (ForkedJvm machine = restore(SampleMachine.AGENT, damaged, "--memory=32m")) {
      refused(machine, damaged + " is damaged: ", "copy it again");
    }
    Path shorter = copy();
    try (RandomAccessFile file = new RandomAccessFile(shorter.toFile(), "rw")) {
      file.setLength(file.length() - 4096);
    }
    try (ForkedJvm machine = restore(SampleMachine.AGENT, shorter, "--memory=32m")) {
      refused(machine, shorter + " is truncated", "copy it again");
    }
  }

  @Test
  void headersOfOtherBuildsAndMachines() throws Exception {
    Path version = changedHeader(header -> header.putInt(8, 2));
    try (ForkedJvm machine = restore(SampleMachine.AGENT, version, "--memory=32m")) {
      refused(machine, version + " has format version 2, this build reads version 1", "use the");
    }
    for (int pageBytes : List.of(8192, 65536, 2048, 0)) {
      Path page = changedHeader(header -> header.putInt(12, pageBytes));
      try (ForkedJvm machine = restore(SampleMachine.AGENT, page, "--memory=32m")) {
        refused(machine, page + " is damaged: ", "copy it again");
      }
    }
    Path order = changedHeader(header -> header.putInt(16, 2));
    try (ForkedJvm machine = restore(SampleMachine.AGENT, order, "--memory=32m")) {
      refused(machine, order + " was written on a BIG_ENDIAN machine", "restore it on such a one");
    }
    Path increment = changedHeader(header -> header.putLong(40, 1));
    try (ForkedJvm machine = restore(SampleMachine.AGENT, increment, "--memory=32m")) {
      refused(machine, increment + " has BLKS where", "PRNT: use the ramshot that wrote it");
    }
    Path unfinished = own.resolve("unfinished");
    Files.write(unfinished, new byte[2 * HEADER]);
    try (ForkedJvm machine = restore(SampleMachine.AGENT, unfinished, "--memory=32m")) {
      refused(machine, unfinished + " has no header", "never finished, take another");
    }
  }

  @Test
  void otherOptions() throws Exception {
    try (ForkedJvm machine = restore(SampleMachine.GATE, image, "--memory=32m")) {
      refused(machine, "holds the state of io.ramshot.sample.board.Board", "state= option");
    }
    try (ForkedJvm machine = restore(SampleMachine.STATE, image, "--memory=32m")) {
      refused(machine, "first quantum", "give gate= too");
    }
  }

  @Test
  void filesThatAreNoImages() throws Exception {
    Path text = Files.writeString(own.resolve("text"), "hello");
    Path zip = Files.copy(ForkedJvm.RAMSHOT_JAR.toPath(), own.resolve("zip"));
    for (Path other : List.of(text, zip)) {
      try (ForkedJvm machine = restore(SampleMachine.AGENT, other, "--memory=32m")) {
        refused(machine, other + " is not a ramshot image", "name a file that ramshot wrote");
      }
    }
    Path empty = Files.createFile(own.resolve("empty"));
    try (ForkedJvm machine = restore(SampleMachine.AGENT, empty, "--memory=32m")) {
      refused(machine, empty + " is empty", "again");
    }
    for (Path none : List.of(own.resolve("missing"), own)) {
      try (ForkedJvm machine = restore(SampleMachine.AGENT, none, "--memory=32m")) {
        refused(machine, none.toString(), ": ");
      }
    }
  }

  private static ForkedJvm restore(String options, Path file, String... arguments)
      throws Exception {
    return SampleMachine.start(ForkedJvm.java().withAgent(options + ",restore=" + file), arguments);
  }

  /**
   * @param parts of the line: what is wrong, then what to do
   */
  private static void refused(ForkedJvm machine, String... parts) throws Exception {
    assertEquals(1, machine.exitStatus(), machine.toString());
    assertEquals(List.of(), machine.out(), "the guest has run");
    assertEquals(1, machine.messages().size(), machine.toString());
    String line = machine.messages().get(0);
    assertTrue(line.startsWith("[ramshot] restore: "), line);
    int at = 0;
    for (String part : parts) {
      at = line.indexOf(part, at);
      assertTrue(at >= 0, "no '" + part + "' in: " + line);
    }
    assertFalse(machine.toString().contains("\tat "), machine.toString());
  }

  private Path copy() throws Exception {
    Path copy = Files.createTempFile(own, "changed", ".ramshot");
    Files.write(copy, Files.readAllBytes(image));
    return copy;
  }

  /** The image, changed in the 4 KiB from an offset on, as far as there are so many. */
  private Path changed(long offset, Consumer<ByteBuffer> change) throws Exception {
    Path copy = copy();
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      byte[] bytes = new byte[(int) Math.min(HEADER, file.length() - offset)];
      file.seek(offset);
      file.readFully(bytes);
      change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
      file.seek(offset);
      file.write(bytes);
    }
    return copy;
  }

  /** The image with another header, whose checksum is right. */
  private Path changedHeader(Consumer<ByteBuffer> change) throws Exception {
    return changed(
        0,
        header -> {
          change.accept(header);
          CRC32C crc = new CRC32C();
          crc.update(header.array(), 0, CRC_AT);
          header.putInt(CRC_AT, (int) crc.getValue());
        });
  }
}
