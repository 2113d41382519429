package io.ramshot.agent.tools;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One file of a chain.
 *
 * @param file its path
 * @param storedBytes page data that stands in it, in bytes
 */
public record ChainFile(Path file, UUID id, Instant freezeTime, long storedBytes) {

  /** An image, and all that it builds upon, the newest first. */
  public static List<ChainFile> of(Image image) {
    List<ChainFile> chain = new ArrayList<>();
    for (Image each = image; each != null; each = each.parent().orElse(null)) {
      long pages = 0;
      for (ImageBlock block : each.blocks()) {
        pages += each.storedPages(block);
      }
      chain.add(
          new ChainFile(
              each.path(),
              each.header().id(),
              each.header().freezeTime(),
              pages * each.header().pageSize()));
    }
    return chain;
  }
}
