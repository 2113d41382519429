package io.ramshot;

import io.ramshot.file.FileException;
import io.ramshot.file.NewFile;
import io.ramshot.file.SharedFolder;
import io.ramshot.image.Extent;
import io.ramshot.image.ExtraSection;
import io.ramshot.image.Frozen;
import io.ramshot.image.HashKey;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageContents;
import io.ramshot.image.ImageHeader;
import io.ramshot.image.ImageLayout;
import io.ramshot.image.ImageWriter;
import io.ramshot.image.PageHashes;
import io.ramshot.image.PageTable;
import io.ramshot.image.ParentRef;
import io.ramshot.image.Shape;
import io.ramshot.table.SavedTables;
import io.ramshot.uffd.Capture;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.ImageName;
import io.ramshot.uffd.Machine;
import io.ramshot.uffd.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A snapshot's file: a temporary name while the engine writes page data, then metadata, then made
 * durable, and only then the name that was asked for.
 */
final class SealedFile {
  private final Path target;
  private final List<BlockCapture> captures;
  private final ParentRef parent;
  private final HashKey hashKey;
  private ImageLayout layout;
  private final UUID id = UUID.randomUUID();
  private SavedTables tables = SavedTables.none();
  private Instant freezeTime;
  private long preparingNanos;
  private long allocatedBytes;
  private long fileBytes;
  private final FileCloser closer = new FileCloser();

  /** From before it may have its name. */
  private volatile boolean naming;

  /** Null until it is created. */
  private volatile NewFile file;

  private String warning = "";

  /**
   * Gives every block its place in the file; creates nothing yet.
   *
   * @param parent null for none
   * @param hashKey null where pages are not hashed
   */
  SealedFile(Path target, List<BlockCapture> captures, ParentRef parent, HashKey hashKey)
      throws EngineException {
    this.target = target;
    this.parent = parent;
    this.hashKey = hashKey;
    this.captures = captures;
    layout =
        ImageLayout.plan(
            Machine.pageBytes(), captures.stream().map(BlockCapture::planned).toList());
  }

  /** Notes how long the guest ran between the order for a snapshot and its freeze, in ns. */
  void prepared(long nanos) {
    preparingNanos = nanos;
  }

  /** Notes how RAM on the heap hung together in the freeze. */
  void tables(SavedTables frozen) {
    tables = frozen;
  }

  /** Makes the file, under a temporary name. */
  void create() throws SnapshotException {
    closer.start();
    try {
      file = NewFile.create(target);
      closer.file(file);
      warning = SharedFolder.warning(target.getParent()).orElse("");
    } catch (FileException e) {
      throw new SnapshotException(e.getMessage(), e);
    }
  }

  /** By which native code opens the file that was made. */
  Path descriptor() throws SnapshotException {
    try {
      return file.descriptor();
    } catch (FileException e) {
      throw new SnapshotException(e.getMessage(), e);
    }
  }

  /**
   * The blocks that are tracked, or those that are not, with the place of each in the file. In both
   * lists a block's index is {@link #rank}.
   */
  List<Range> ranges(boolean tracked) {
    List<Range> ranges = new ArrayList<>();
    for (ImageBlock place : layout.blocks()) {
      BlockCapture capture = captures.get(place.id());
      if (capture.tracked() == tracked) {
        ranges.add(capture.range(place, Math.toIntExact(place.pageCount(layout.pageSize()))));
      }
    }
    return ranges;
  }

  /** A block's index among those that are captured in the same way. */
  static int rank(List<BlockCapture> captures, int block) {
    boolean tracked = captures.get(block).tracked();
    return (int) captures.stream().limit(block).filter(c -> c.tracked() == tracked).count();
  }

  /**
   * Adds the metadata to the page data, and forces all of it to disk.
   *
   * @param tracked null for none
   */
  void complete(Capture capture, TrackedRam tracked, Freeze freeze, SnapshotStatus status)
      throws IOException {
    freezeTime = freeze.time();
    settle(capture);
    List<PageTable> pageTables = new ArrayList<>();
    List<Optional<ByteBuffer>> hashes = new ArrayList<>();
    List<Shape> shapes = new ArrayList<>();
    for (ImageBlock place : layout.blocks()) {
      int i = place.id();
      int pages = Math.toIntExact(place.pageCount(layout.pageSize()));
      int rank = rank(captures, i);
      boolean own = captures.get(i).tracked();
      ByteBuffer kinds = own ? tracked.kinds(rank) : capture.kinds(rank);
      ByteBuffer crcs = own ? tracked.crcs(rank) : capture.crcs(rank);
      pageTables.add(new PageTable(kinds.slice(0, pages), crcs.slice(0, Integer.BYTES * pages)));
      hashes.add(
          own || hashKey == null || pages > PageHashes.MAX_PAGES
              ? Optional.empty()
              : Optional.of(capture.hashes(rank).slice(0, PageHashes.LENGTH * pages)));
      captures.get(i).shape(i).ifPresent(shapes::add);
    }
    Map<String, String> info = info(status);
    info.put(Frozen.KEY, freeze.frozen().word());
    if (tracked != null) {
      info.putAll(tracked.info());
    }
    try (HashSection section = HashSection.of(hashKey, pageTables, hashes)) {
      List<ExtraSection> extras = new ArrayList<>(section.extras());
      extras.add(HistoryRecorder.record(layout, captures, capture).encode());
      if (!tables.isEmpty()) {
        extras.add(new ExtraSection(SavedTables.SECTION, tables.encode()));
      }
      ImageHeader header =
          ImageWriter.finish(
              file.channel(),
              layout,
              new ImageContents(
                  id,
                  Optional.ofNullable(parent),
                  freezeTime,
                  pageTables,
                  shapes,
                  freeze.states(),
                  info,
                  extras));
      fileBytes = header.fileLength();
    }
    file.seal(fileBytes);
    allocatedBytes = ImageName.allocatedBytes(file.descriptor());
  }

  /** The freeze has shown where arrays lie in their pages, and how many pieces there are. */
  private void settle(Capture capture) {
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < captures.size(); i++) {
      BlockCapture block = captures.get(i);
      long address = block.tracked() ? block.block().address() : capture.address(rank(captures, i));
      extents.add(block.settled(address));
    }
    layout = layout.settle(extents);
  }

  private Map<String, String> info(SnapshotStatus status) {
    Map<String, String> info = new LinkedHashMap<>();
    info.put("preparing.ns", Long.toString(preparingNanos));
    info.put("pause.ns", Long.toString(status.pause().totalNanos()));
    info.put("pause.gate.ns", Long.toString(status.pause().gateNanos()));
    info.put("pause.state.ns", Long.toString(status.pause().stateNanos()));
    info.put("pause.copy.ns", Long.toString(status.pause().copyNanos()));
    info.put("pause.edges.ns", Long.toString(status.pause().edgesNanos()));
    info.put("pause.scan.ns", Long.toString(status.pause().scanNanos()));
    info.put("pause.arm.ns", Long.toString(status.pause().armNanos()));
    info.put("pause.other.ns", Long.toString(status.pause().otherNanos()));
    info.put("stalls", Long.toString(status.stalls().count()));
    info.put("stall.p50.ns", Long.toString(status.stalls().p50Nanos()));
    info.put("stall.p99.ns", Long.toString(status.stalls().p99Nanos()));
    info.put("stall.max.ns", Long.toString(status.stalls().maxNanos()));
    info.put("saving.ns", Long.toString(status.savingNanos()));
    info.put("written.bytes", Long.toString(status.writtenBytes()));
    return info;
  }

  /** Gives the file its name. */
  void publish() throws SnapshotException {
    naming = true;
    try {
      file.publish(new ImageName());
    } catch (FileException e) {
      throw new SnapshotException(e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      Retry.run(file::withdraw); /* it may have got as far as the name */
      throw e;
    }
  }

  /** Whether it may have its name, though nobody has been told. */
  boolean isBeingNamed() {
    return naming;
  }

  /** Makes the name as durable as the file. */
  void syncFolder() throws IOException {
    file.syncFolder();
  }

  /** Closes the file, and removes it unless it has its name: see {@link FileCloser}. */
  void close() {
    closer.close();
  }

  /** Takes the name away again from a file that nobody has been told of. */
  void withdraw() {
    file.withdraw();
  }

  /** What to know about a file that has its name; empty for nothing. */
  String warning() {
    return warning;
  }

  SnapshotResult completed(String message, SnapshotStatus status) {
    return new SnapshotResult(target, id, freezeTime, fileBytes, allocatedBytes, message, status);
  }
}
