package io.ramshot.agent.jmx;

import io.ramshot.RestoreStatus;
import io.ramshot.RestoredRam;
import java.util.List;

/** How far a restore is, as open data: {@link RestoreStatus} item by item, units in the names. */
public final class RestoreView {
  private final RestoredRam ram;
  private final RestoreStatus status;

  RestoreView(RestoredRam ram) {
    this.ram = ram;
    this.status = ram.status();
  }

  /** The image that was restored. */
  public String getImage() {
    return ram.image().toString();
  }

  public boolean isLazy() {
    return status.lazy();
  }

  public boolean isComplete() {
    return status.complete();
  }

  public long getTotalBytes() {
    return status.totalBytes();
  }

  public long getPresentBytes() {
    return status.presentBytes();
  }

  public long getFaultBytes() {
    return status.faultBytes();
  }

  public long getFaults() {
    return status.faults();
  }

  public StallsView getStalls() {
    return new StallsView(status.stalls());
  }

  public long getChunks() {
    return status.chunks();
  }

  public long getChunksMoved() {
    return status.chunksMoved();
  }

  public long getDamagedPages() {
    return status.damagedPages();
  }

  public long getNanos() {
    return status.nanos();
  }

  public List<String> getEager() {
    return status.eager();
  }
}
