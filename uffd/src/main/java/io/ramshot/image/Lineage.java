package io.ramshot.image;

import java.util.ArrayList;
import java.util.List;

/** What an increment's blocks inherit from: the parent's blocks, checked against them. */
final class Lineage {
  private final Image child;
  private final Image parent;

  private Lineage(Image child, Image parent) {
    this.child = child;
    this.parent = parent;
  }

  /**
   * @return for each block of the child the parent's that it inherits from, or null if it inherits
   *     nothing
   * @throws ImageException if the child inherits what the parent does not have
   */
  static List<ImageBlock> match(Image child, Image parent) throws ImageException {
    return new Lineage(child, parent).match();
  }

  private List<ImageBlock> match() throws ImageException {
    List<ImageBlock> matches = new ArrayList<>();
    for (ImageBlock block : child.blocks()) {
      matches.add(child.inheritedPages(block) == 0 ? null : match(block));
    }
    return matches;
  }

  private ImageBlock match(ImageBlock block) throws ImageException {
    for (ImageBlock other : parent.blocks()) {
      if (mayInherit(block, other) && child.header().pageSize() == parent.header().pageSize()) {
        requirePages(block, other);
        return other;
      }
    }
    throw ImageException.damaged(
        child.path(),
        "block " + block.name() + " inherits from " + parent.path() + ", which has no such block");
  }

  /** Pages are the same parts of two blocks only if these lie alike in their pages. */
  private static boolean mayInherit(ImageBlock block, ImageBlock other) {
    return block.name().equals(other.name())
        && block.kind() == other.kind()
        && block.length() == other.length()
        && block.lead() == other.lead();
  }

  private void requirePages(ImageBlock block, ImageBlock other) throws ImageException {
    PageTable own = child.pageTable(block);
    PageTable inherited = parent.pageTable(other);
    for (long page = 0; page < own.pageCount(); page++) {
      if (own.kind(page) == PageKind.INHERITED
          && (inherited.kind(page) == PageKind.ZERO || inherited.crc(page) != own.crc(page))) {
        throw ImageException.damaged(
            child.path(),
            String.format(
                "page %d of block %s is not the one that %s has",
                page, block.name(), parent.path()));
      }
    }
  }
}
