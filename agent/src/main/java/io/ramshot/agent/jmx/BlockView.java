package io.ramshot.agent.jmx;

import io.ramshot.Block;

/** A block of guest RAM, as open data. */
public final class BlockView {
  private final Block block;

  BlockView(Block block) {
    this.block = block;
  }

  public String getName() {
    return block.name();
  }

  public String getKind() {
    return block.kind().name();
  }

  /** In hexadecimal, with 0x; 0x0 on the Java heap. */
  public String getAddress() {
    return "0x" + Long.toHexString(block.address());
  }

  public long getBytes() {
    return block.length();
  }
}
