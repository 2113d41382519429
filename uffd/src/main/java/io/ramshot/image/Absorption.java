package io.ramshot.image;

import io.ramshot.file.NewFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Makes an increment a full image, in the file of the full image that it builds upon: only what the
 * increment stores is copied. The increment keeps its name and its id, and so do those that build
 * upon it; its parent is gone afterwards.
 *
 * <p>It may be cut off at any moment, by SIGKILL or by a machine that stops. {@link Image#open}
 * reads the increment all the same, for the parent's file changes only where the increment has a
 * page of its own; and {@link #resume} goes on where it stopped.
 *
 * <pre>
 * parent.ramshot    renamed to child.ramshot.merging      from here on the parent is no image
 *                   child's pages written over its own    forced to disk
 *                   header cleared                        forced to disk
 *                   child's metadata, then a header       forced to disk
 *                   renamed to child.ramshot              the increment is replaced
 * </pre>
 */
public final class Absorption {
  private static final String SUFFIX = ".merging";
  private static final int STEP = 1 << 20;

  /** Called before anything is changed: a test may let it end there. */
  interface Watch {
    Watch NONE = change -> {};

    /**
     * @param change what is to be done next
     */
    void before(String change) throws IOException;
  }

  private final Path child;
  private final Path merging;
  private final Watch watch;

  private Absorption(Path child, Watch watch) {
    this.child = child;
    this.merging = file(child);
    this.watch = watch;
  }

  /** The parent's file, from the moment on at which its increment takes it over. */
  public static Path file(Path child) {
    return child.resolveSibling(child.getFileName() + SUFFIX);
  }

  /** The increment whose absorption a file is left of, if that is what its name says. */
  public static Optional<Path> child(Path merging) {
    String name = merging.getFileName().toString();
    return name.endsWith(SUFFIX)
        ? Optional.of(merging.resolveSibling(name.substring(0, name.length() - SUFFIX.length())))
        : Optional.empty();
  }

  /**
   * @param parent a full image
   * @param child an increment on it, in the same folder
   * @return false if their blocks do not lie alike in their files: nothing has been changed then
   * @throws ImageException if one of them cannot be read, or they are not what they should be
   * @throws IOException if the file system refuses: {@link #resume} goes on later
   */
  public static boolean absorb(Path parent, Path child) throws ImageException, IOException {
    return absorb(parent, child, Watch.NONE);
  }

  static boolean absorb(Path parent, Path child, Watch watch) throws ImageException, IOException {
    Absorption absorption = new Absorption(child, watch);
    try (Image full = Image.openAlone(parent);
        Image increment = Image.openAlone(child)) {
      if (full.parentRef().isPresent()
          || !increment.header().parent().equals(Optional.of(full.header().id()))) {
        throw new ImageException(child, "is no increment on the full image " + parent);
      }
      // One that is packed cannot be written to.
      if (Files.size(parent) != full.header().fileLength() || !liesAlike(full, increment)) {
        return false;
      }
    }
    absorption.change("take the parent's file");
    Files.move(parent, absorption.merging, StandardCopyOption.ATOMIC_MOVE);
    absorption.syncFolder();
    absorption.proceed();
    return true;
  }

  /**
   * Brings an absorption to its end that was cut off; harmless when there is none.
   *
   * @throws ImageException if a file cannot be read
   * @throws IOException if the file system refuses
   */
  public static void resume(Path child) throws ImageException, IOException {
    resume(child, Watch.NONE);
  }

  static void resume(Path child, Watch watch) throws ImageException, IOException {
    Absorption absorption = new Absorption(child, watch);
    if (Files.exists(absorption.merging, LinkOption.NOFOLLOW_LINKS)) {
      absorption.proceed();
    }
  }

  /** Whether all that is not a page of the increment's own can stay where it is. */
  private static boolean liesAlike(Image full, Image increment) {
    ImageHeader a = full.header();
    ImageHeader b = increment.header();
    boolean alike =
        a.pageSize() == b.pageSize()
            && b.byteOrder().equals(ByteOrder.nativeOrder())
            && a.dataOffset() == ImageLayout.ALIGNMENT
            && b.dataOffset() == ImageLayout.ALIGNMENT
            && a.dataLength() == b.dataLength()
            && full.blocks().size() == increment.blocks().size();
    for (int i = 0; alike && i < full.blocks().size(); i++) {
      ImageBlock there = full.blocks().get(i);
      ImageBlock here = increment.blocks().get(i);
      alike =
          there.name().equals(here.name())
              && there.dataOffset() == here.dataOffset()
              && there.pageCount(a.pageSize()) == here.pageCount(a.pageSize());
    }
    return alike;
  }

  private void proceed() throws ImageException, IOException {
    if (!Files.isRegularFile(merging, LinkOption.NOFOLLOW_LINKS)) {
      throw new ImageException(merging, "is a link, or no file: remove it");
    }
    try (Image increment = Image.openAlone(child);
        FileChannel to =
            FileChannel.open(
                merging,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)) {
      Optional<ImageHeader> header = header(to);
      if (header.isPresent() && header.get().id().equals(increment.header().parentId())) {
        copyPages(increment, to);
        force(to);
        // From here on the data is whole, and metadata that is half written tells so.
        change("clear the header");
        SectionWriter.writeFully(to, ByteBuffer.allocate(ImageHeader.LENGTH), 0);
        force(to);
      }
      if (!isWhole(increment)) {
        change("write the metadata");
        ImageWriter.finish(to, ImageLayout.of(increment), Flattener.contents(increment));
        force(to);
      }
    }
    change("take the increment's name");
    Files.move(merging, child, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncFolder();
  }

  /** Empty if it was cleared, or written half: both come after the data. */
  private Optional<ImageHeader> header(FileChannel channel) throws IOException {
    ByteBuffer start = ByteBuffer.allocate((int) Math.min(channel.size(), ImageHeader.LENGTH));
    while (start.hasRemaining() && channel.read(start, start.position()) >= 0) {
      continue;
    }
    try {
      return Optional.of(ImageHeader.decode(merging, start.flip(), channel.size()));
    } catch (ImageException e) {
      return Optional.empty();
    }
  }

  /** Whether only the name is missing. */
  private boolean isWhole(Image increment) {
    try (Image image = Image.openAlone(merging)) {
      return image.header().id().equals(increment.header().id());
    } catch (ImageException e) {
      return false;
    }
  }

  private void copyPages(Image increment, FileChannel to) throws ImageException, IOException {
    try (Image full = Image.openAlone(merging)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(STEP);
      for (ImageBlock block : increment.blocks()) {
        PageTable table = increment.pageTable(block);
        PageTable before = full.pageTable(full.blocks().get(block.id()));
        for (long page = 0; page < table.pageCount(); ) {
          long end = table.runEnd(page);
          if (table.kind(page) == PageKind.STORED) {
            copy(increment, block, page, end, to, buffer);
          } else if (table.kind(page) == PageKind.ZERO) {
            clear(increment, block, page, end, before, to, buffer);
          }
          page = end;
        }
      }
    }
  }

  /** As they are: a page that is damaged is to be found so, not to be blessed. */
  private void copy(
      Image increment, ImageBlock block, long from, long end, FileChannel to, ByteBuffer buffer)
      throws ImageException, IOException {
    int pageSize = increment.header().pageSize();
    long at = block.fileOffset(from, pageSize);
    for (long left = (end - from) * pageSize; left > 0; left -= buffer.limit()) {
      increment.file().readFully(buffer.clear().limit((int) Math.min(left, STEP)), at);
      change("copy pages");
      at = SectionWriter.writeFully(to, buffer.flip(), at);
    }
  }

  /** Zero pages are to read as zeros, where the parent had something. */
  private void clear(
      Image increment,
      ImageBlock block,
      long from,
      long end,
      PageTable before,
      FileChannel to,
      ByteBuffer buffer)
      throws IOException {
    int pageSize = increment.header().pageSize();
    buffer.clear().limit(pageSize);
    buffer.put(new byte[pageSize]).flip();
    for (long page = from; page < end; page++) {
      if (before.kind(page) != PageKind.ZERO) {
        change("clear a page");
        SectionWriter.writeFully(to, buffer, block.fileOffset(page, pageSize));
      }
    }
  }

  private void change(String what) throws IOException {
    watch.before(what);
  }

  private void force(FileChannel channel) throws IOException {
    change("force to disk");
    channel.force(true);
  }

  private void syncFolder() throws IOException {
    NewFile.syncFolder(child.toAbsolutePath().getParent());
  }

  /**
   * Stands in for the parent of an increment whose absorption is under way, or was cut off.
   *
   * @return nothing if there is none
   */
  static Optional<Image> parentOf(Image increment) throws ImageException {
    Path merging = file(increment.path());
    return Files.exists(merging) ? Optional.of(increment.inheritedFrom(merging)) : Optional.empty();
  }
}
