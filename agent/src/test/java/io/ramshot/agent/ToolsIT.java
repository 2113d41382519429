package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.tools.SampleImage;
import io.ramshot.image.StallCount;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the jar does with files alone, and what other programs make of what it writes. */
@Tag("once")
class ToolsIT {
  private static final int PAGE = SampleImage.PAGE;

  /** A word that a debugger must find, in the second page of RAM. */
  private static final long WORD = 0x1122334455667788L;

  private static final int WORD_AT = 0x1238;

  @TempDir private Path directory;
  private byte[] ram;
  private Path first;
  private Path second;

  @BeforeEach
  void write() throws Exception {
    ram = SampleImage.noise(4 << 20, 1);
    Arrays.fill(ram, 100 * PAGE, 900 * PAGE, (byte) 0);
    ByteBuffer.wrap(ram).order(ByteOrder.LITTLE_ENDIAN).putLong(WORD_AT, WORD);
    first = sample(ram).write(directory.resolve("a.ramshot"));
    byte[] after = ram.clone();
    after[5 * PAGE]++;
    after[6 * PAGE]++;
    after[200 * PAGE] = 1;
    second = sample(after).upon(first).write(directory.resolve("b.ramshot"));
  }

  private static SampleImage sample(byte[] ram) {
    return new SampleImage()
        .block("ram", 16, ram)
        .state("cpu0", (byte) 7)
        .info("pause.ns", "1000000")
        .info("saving.ns", "5000000");
  }

  private static ForkedJvm run(int status, String... arguments) throws Exception {
    ForkedJvm jvm = ForkedJvm.commandLine(arguments);
    assertEquals(status, jvm.exitStatus(), jvm.toString());
    assertFalse(jvm.toString().contains("\tat "), jvm.toString());
    return jvm;
  }

  private static void fails(int status, String why, String... arguments) throws Exception {
    ForkedJvm jvm = run(status, arguments);
    assertEquals(1, jvm.messages().size(), jvm.toString());
    assertTrue(jvm.messages().get(0).contains(why), jvm.toString());
  }

  /** What another program prints; it must succeed. */
  private static String tool(String... command) throws Exception {
    List<String> limited = new ArrayList<>(List.of("timeout", "--signal=KILL", "60"));
    limited.addAll(List.of(command));
    Process process = new ProcessBuilder(limited).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), out);
    return out;
  }

  private static void has(ForkedJvm jvm, String... parts) {
    String out = String.join("\n", jvm.out());
    for (String part : parts) {
      assertTrue(out.contains(part), part + " in " + jvm);
    }
  }

  @Test
  void infoTellsOfTheChainToPeopleAndPrograms() throws Exception {
    has(run(0, "info", second.toString()), "saved as a.ramshot", "3 pages stored", "224 inherited");
    has(
        run(0, "info", "--json", second.toString()),
        "\"schema\": \"ramshot.info/1\"",
        "\"file\": \"a.ramshot\"",
        "\"stored\": 3",
        "\"chainFailure\": null",
        "\"pause.ns\": \"1000000\"",
        "\"history\": null");
    Files.delete(first);
    has(run(0, "info", second.toString()), "which is not in the same folder: put it there");
    fails(1, "put it there", "verify", second.toString());
  }

  @Test
  void verifyTellsProgramsToo() throws Exception {
    has(
        run(0, "verify", "--json", second.toString()),
        "\"schema\": \"ramshot.verify/1\"",
        "\"damages\": []",
        "\"intact\": true");
    try (FileChannel channel = FileChannel.open(first, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), (1 << 20) + 9 * PAGE + 3);
    }
    has(
        run(1, "verify", "--json", "--threads=2", second.toString()),
        "\"page\": 9",
        "is inherited: " + first + " is damaged: page 9 of block ram",
        "\"damageCount\": 1",
        "\"intact\": false");
    fails(2, "--threads=0", "verify", "--threads=0", second.toString());
  }

  @Test
  void diffEndsAsDiffDoes() throws Exception {
    Path png = directory.resolve("map.png");
    Path svg = directory.resolve("map.svg");
    ForkedJvm found =
        run(
            1,
            "diff",
            "--pages",
            "--png=" + png,
            "--svg=" + svg,
            first.toString(),
            second.toString());
    has(found, "pages 5 to 6", "3 of 1025 pages changed", "state of cpu0: the same");
    byte[] start = Arrays.copyOf(Files.readAllBytes(png), 4);
    assertEquals("\u0089PNG", new String(start, StandardCharsets.ISO_8859_1));
    parse(Files.readAllBytes(svg));
    has(
        run(1, "diff", "--json", "--pages", first.toString(), second.toString()),
        "\"schema\": \"ramshot.diff/1\"",
        "\"changed\": 3",
        "\"wasZero\": 1",
        "[5, 2]",
        "\"change\": \"SAME\"");
    has(run(0, "diff", first.toString(), first.toString()), "the same guest");
    fails(2, "does not exist", "diff", first.toString(), directory + "/none");
  }

  @Test
  void rawMemoryIsTheBlock() throws Exception {
    Path raw = directory.resolve("ram.raw");
    has(run(0, "extract", second.toString(), "--raw", raw.toString()), "block ram, 4194304 bytes");
    byte[] expected = ram.clone();
    expected[5 * PAGE]++;
    expected[6 * PAGE]++;
    expected[200 * PAGE] = 1;
    assertEquals(-1, Arrays.mismatch(expected, Files.readAllBytes(raw)));
    long allocated = 512 * Long.parseLong(tool("stat", "--format=%b", raw.toString()).trim());
    assertTrue(allocated < 2 << 20, allocated + " bytes: zero pages are no holes");
    String[] again = {"extract", first.toString(), "--raw", raw.toString()};
    fails(1, "ram.raw exists: remove it", again);
    fails(2, "has no block rom: it has ram", "extract", first.toString(), "--raw=x", "--block=rom");
    try (var files = Files.list(directory)) {
      assertEquals(3, files.count(), "something was left behind");
    }
  }

  @Test
  void debuggersReadTheCore() throws Exception {
    Path core = directory.resolve("core");
    String image = second.toString();
    has(
        run(0, "extract", image, "--elf=" + core, "--machine=riscv", "--at=ram=0x80000000"),
        "block ram at 0x80000000");
    String headers = tool("readelf", "--wide", "--file-header", "--segments", core.toString());
    assertTrue(headers.contains("CORE (Core file)"), headers);
    assertTrue(headers.contains("RISC-V"), headers);
    assertFalse(headers.contains("Warning"), headers);
    assertTrue(
        headers.matches("(?s).*LOAD +0x001000 0x0*80000000 0x0*80000000 0x400000 0x400000 .*"),
        headers);
    String word =
        tool(
            "gdb",
            "--batch",
            "--nx",
            "--core=" + core,
            "--eval-command=x/1gx " + (0x80000000L + WORD_AT));
    assertTrue(word.contains("0x1122334455667788"), word);
    fails(2, "say what the guest is", "extract", image, "--elf=x");
    fails(
        2,
        "z80 is no machine that is known here: riscv",
        "extract",
        image,
        "--elf=x",
        "--machine=z80");
    fails(2, "is no address", "extract", image, "--elf=x", "--machine=riscv", "--at=ram=here");
  }

  @Test
  void theReportIsAPage() throws Exception {
    Path image =
        sample(ram)
            .history(new byte[] {3, 1, 4}, new int[] {10, 20, 0}, new StallCount(1000, 2))
            .write(directory.resolve("h.ramshot"));
    Path page = directory.resolve("h.html");
    run(0, "report", image.toString(), "--html", page.toString());
    parse(Files.readAllBytes(page));
    String text = Files.readString(page);
    assertTrue(text.contains("for a waiting guest 1"), text);
    has(run(0, "info", image.toString()), "for a waiting guest");
    fails(
        1,
        "does not exist: create it first",
        "report",
        image.toString(),
        "--html=" + directory + "/no/x");
    fails(2, "--html", "report", image.toString());
  }

  private static void parse(byte[] xml) throws Exception {
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(xml));
  }
}
