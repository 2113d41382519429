package io.ramshot.agent.tools;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where blocks lie in the guest's address space, which an image does not know. */
public final class Placement {

  private Placement() {}

  /**
   * Places the blocks that are named, and leaves out all others; all of them, one after the other
   * from 0 on, each at the start of a page, where none is named.
   *
   * @param addresses of blocks by name
   * @throws IllegalArgumentException if that cannot be; says why
   */
  public static List<Segment> of(Image image, Map<String, Long> addresses) {
    List<Segment> segments = new ArrayList<>();
    long next = 0;
    for (ImageBlock block : image.blocks()) {
      if (addresses.isEmpty()) {
        segments.add(new Segment(block, next));
        int page = image.header().pageSize();
        next += (block.length() + page - 1) / page * page;
      } else if (addresses.containsKey(block.name())) {
        add(segments, new Segment(block, addresses.get(block.name())));
      }
    }
    for (String name : addresses.keySet()) {
      BlockNames.find(image, name);
    }
    return segments;
  }

  private static void add(List<Segment> segments, Segment segment) {
    String name = segment.block().name();
    if (!segment.fits()) {
      throw new IllegalArgumentException(
          String.format(
              "block %s does not fit at 0x%x: it ends beyond 2^64", name, segment.address()));
    }
    for (Segment other : segments) {
      if (segment.overlaps(other)) {
        throw new IllegalArgumentException(
            String.format(
                "block %s at 0x%x overlaps block %s at 0x%x",
                name, segment.address(), other.block().name(), other.address()));
      }
    }
    segments.add(segment);
  }
}
