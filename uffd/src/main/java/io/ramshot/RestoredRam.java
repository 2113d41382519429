package io.ramshot;

import io.ramshot.text.Cause;
import io.ramshot.uffd.LazyFigure;
import io.ramshot.uffd.LazyRam;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The RAM of a guest that was restored, of which some may still be in the image.
 *
 * <p>All methods may be called from any thread.
 */
public final class RestoredRam {
  private static final int POLL_MILLIS = 200;

  private final Path image;

  /** Gets what was touched first, once all is there. */
  private final Consumer<long[]> trace;

  /** Null where nothing is lazy. */
  private final LazyRam ram;

  /** By the engine's numbers. */
  private final List<Block> blocks;

  private final List<String> eager;

  /** Keep the blocks' memory alive until all is there. */
  private volatile List<Object> owners;

  private final CompletableFuture<RestoreStatus> end = new CompletableFuture<>();

  /**
   * @param ram that has been started, or null
   * @param trace gets what was touched while it was missing, as {@link LazyRam#trace}
   */
  RestoredRam(
      Path image, LazyRam ram, List<Block> blocks, List<String> eager, Consumer<long[]> trace) {
    this.image = image;
    this.trace = trace;
    this.ram = ram;
    this.blocks = List.copyOf(blocks);
    this.eager = List.copyOf(eager);
    this.owners = new ArrayList<>(this.blocks.stream().map(Block::owner).toList());
    if (ram == null) {
      end.complete(status());
      return;
    }
    Thread thread = new Thread(this::watch, "ramshot-restore");
    thread.setDaemon(true);
    thread.start();
  }

  /** Nothing that answers a fault waits for this thread. */
  private void watch() {
    while (!ram.await(POLL_MILLIS)) {
      continue;
    }
    ram.close();
    owners = List.of();
    trace.accept(ram.trace());
    end.complete(status(true));
  }

  /** The image it came from. */
  public Path image() {
    return image;
  }

  public RestoreStatus status() {
    return status(ram == null || end.isDone());
  }

  private RestoreStatus status(boolean complete) {
    if (ram == null) {
      return new RestoreStatus(
          false, true, 0, 0, 0, 0, new Stalls(0, 0, 0, 0, 0), 0, 0, 0, 0, eager);
    }
    long start = ram.figure(LazyFigure.START_NS);
    long there = ram.figure(LazyFigure.END_NS);
    return new RestoreStatus(
        true,
        complete,
        ram.figure(LazyFigure.BYTES_STORED),
        ram.figure(LazyFigure.BYTES_BROUGHT),
        ram.figure(LazyFigure.BYTES_FAULTED),
        ram.figure(LazyFigure.FAULTS),
        StatusReader.stalls(ram.stalls(), ram.longestStallNanos()),
        ram.figure(LazyFigure.CHUNKS),
        ram.figure(LazyFigure.CHUNKS_MOVED),
        ram.figure(LazyFigure.DAMAGED),
        (there == 0 ? System.nanoTime() : there) - start,
        eager);
  }

  /** Completes when all of RAM is there, on a thread of its own. */
  public CompletionStage<RestoreStatus> completion() {
    return end.minimalCompletionStage();
  }

  /**
   * Waits until all of RAM is there, or this process has run for that long.
   *
   * @return whether it is
   */
  public boolean await(Duration limit) throws InterruptedException {
    return new RunningTime().await(this::ended, limit);
  }

  private boolean ended(long nanos) throws InterruptedException {
    try {
      end.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(Cause.text(e), e);
    }
  }

  /**
   * Waits until a block is there, whose owner is about to free it: or to grow it, for which its
   * content is moved.
   */
  void release(Block block) {
    int index = blocks.indexOf(block);
    if (ram != null && index >= 0 && !end.isDone()) {
      ram.finish(index);
    }
  }
}
