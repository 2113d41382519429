package io.ramshot.agent.cli;

import io.ramshot.agent.tools.BlockDiff;
import io.ramshot.agent.tools.DiffMap;
import io.ramshot.agent.tools.ImageDiff;
import io.ramshot.agent.tools.Json;
import io.ramshot.agent.tools.PageState;
import io.ramshot.file.NewFile;
import io.ramshot.image.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what changed between two images. */
@Command(
    name = "diff",
    description = {
      "Compare two images, page by page and by their bytes.",
      "Exit status 0: the same guest, 1: they differ, 2: trouble. As diff(1) does."
    },
    mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {
  private static final String ROW = "%-24s %10s %10s %8s %10s %10s%n";

  @Parameters(index = "0", paramLabel = "<a>", description = "the earlier image")
  private Path first;

  @Parameters(index = "1", paramLabel = "<b>", description = "the later image")
  private Path second;

  @Mixin private JsonOption json;

  @Mixin private ThreadsOption threads;

  @Option(names = "--pages", description = "name every run of pages that changed")
  private boolean pages;

  @Option(names = "--png", paramLabel = "<file>", description = "draw a map of what changed")
  private Output png;

  @Option(names = "--svg", paramLabel = "<file>", description = "the same as SVG")
  private Output svg;

  @Override
  public Integer call() throws CommandException {
    try (Image a = Image.open(first);
        Image b = Image.open(second)) {
      ImageDiff diff = ImageDiff.compare(a, b, threads.count());
      draw(diff);
      if (json.isSet()) {
        toProgram(diff, a, b);
      } else {
        toPeople(diff, a, b);
      }
      return diff.isSame() ? ExitStatus.DONE : ExitStatus.DIFFERENT;
    } catch (IOException e) {
      throw new CommandException(ExitStatus.TROUBLE, e.getMessage());
    }
  }

  private void draw(ImageDiff diff) throws CommandException {
    DiffMap map = new DiffMap(diff, first.getFileName() + " - " + second.getFileName());
    if (png != null) {
      write(png.path(), map.png());
    }
    if (svg != null) {
      write(svg.path(), map.svg());
    }
  }

  private static void write(Path file, byte[] bytes) throws CommandException {
    try {
      NewFile.write(file, bytes);
    } catch (IOException e) {
      throw new CommandException(ExitStatus.TROUBLE, e.getMessage());
    }
  }

  private void toPeople(ImageDiff diff, Image a, Image b) {
    System.out.printf("A  %s, frozen at %s%n", first, a.header().freezeTime());
    System.out.printf("B  %s, frozen at %s%n", second, b.header().freezeTime());
    System.out.printf(ROW, "block", "pages", "changed", "share", "was zero", "now zero");
    long all = 0;
    long changed = 0;
    for (BlockDiff block : diff.blocks()) {
      if (block.inBoth()) {
        row(block);
        all += block.states().length;
        changed += block.changed();
      }
    }
    for (BlockDiff block : diff.blocks()) {
      note(block);
    }
    for (Map.Entry<String, ImageDiff.StateChange> state : diff.states().entrySet()) {
      System.out.printf(
          "state of %s: %s%n",
          state.getKey(),
          switch (state.getValue()) {
            case SAME -> "the same";
            case CHANGED -> "changed";
            case ONLY_A -> "only in A";
            case ONLY_B -> "only in B";
          });
    }
    System.out.println(
        diff.isSame()
            ? "the same guest"
            : String.format(Locale.ROOT, "%d of %d pages changed", changed, all));
  }

  private void row(BlockDiff block) {
    long total = block.states().length;
    System.out.printf(
        ROW,
        block.name(),
        total,
        block.changed(),
        String.format(Locale.ROOT, "%.1f %%", 100.0 * block.changed() / total),
        block.pages(PageState.WAS_ZERO),
        block.pages(PageState.NOW_ZERO));
    if (pages) {
      for (BlockDiff.Run run : block.runs()) {
        System.out.printf("  pages %d to %d%n", run.first(), run.first() + run.count() - 1);
      }
    }
  }

  private static void note(BlockDiff block) {
    if (!block.inBoth()) {
      System.out.printf(
          "%s: only in %s, %d bytes%n",
          block.name(),
          block.lengthA() >= 0 ? "A" : "B",
          Math.max(block.lengthA(), block.lengthB()));
    } else if (block.lengthA() != block.lengthB()) {
      System.out.printf(
          "%s: %d bytes in A, %d in B; compared as far as both go%n",
          block.name(), block.lengthA(), block.lengthB());
    }
  }

  private void toProgram(ImageDiff diff, Image a, Image b) {
    Json json = new Json(System.out).object();
    json.member("schema", "ramshot.diff/1");
    json.member("same", diff.isSame());
    side(json, "a", first, a);
    side(json, "b", second, b);
    json.member("pageSize", a.header().pageSize());
    json.array("blocks");
    for (BlockDiff block : diff.blocks()) {
      block(json, block);
    }
    json.endArray().array("participants");
    for (Map.Entry<String, ImageDiff.StateChange> state : diff.states().entrySet()) {
      json.object().member("name", state.getKey());
      json.member("change", state.getValue().name()).endObject();
    }
    json.endArray().endObject();
  }

  private static void side(Json json, String name, Path file, Image image) {
    json.object(name).member("file", file.toString());
    json.member("id", image.header().id().toString());
    json.member("freezeTime", image.header().freezeTime().toString()).endObject();
  }

  private void block(Json json, BlockDiff block) {
    json.object().member("name", block.name());
    length(json, "lengthA", block.lengthA());
    length(json, "lengthB", block.lengthB());
    json.member("pages", block.states().length);
    json.member("changed", block.changed());
    json.member("wasZero", block.pages(PageState.WAS_ZERO));
    json.member("nowZero", block.pages(PageState.NOW_ZERO));
    json.member("onlyInA", block.pages(PageState.ONLY_A));
    json.member("onlyInB", block.pages(PageState.ONLY_B));
    if (pages) {
      json.array("changedPages");
      block.runs().forEach(run -> json.element(run.first(), run.count()));
      json.endArray();
    }
    json.endObject();
  }

  private static void length(Json json, String name, long length) {
    if (length < 0) {
      json.nothing(name);
    } else {
      json.member(name, length);
    }
  }
}
