package io.ramshot.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * A file in the making, on this machine's own file systems: the one way in which ramshot makes
 * files. Not for several threads, but for {@link #channel} and {@link #close}, which waits for a
 * name that is being given.
 *
 * <p>Other users may be able to write to its folder. So it is opened once, exclusively, for its
 * owner alone, and written through that descriptor only. It has a temporary name of its own until
 * it is whole, and gets the one that was asked for only while it is still known to be the same
 * file: what others do to names in the meantime can make it fail, but nothing else. It never takes
 * the place of another file.
 *
 * <p>{@link #create}, then writing, {@link #seal}, {@link #publish}, {@link #syncFolder}; {@link
 * #close} in any case, which removes what has not got its name.
 */
public final class NewFile implements AutoCloseable {
  private static final Set<OpenOption> OPTIONS =
      Set.of(
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);

  private static final String SUFFIX = ".part";

  /** Of the target's name, so much is in the temporary one, for whoever finds that. */
  private static final int PREFIX_LENGTH = 36;

  /** Names that somebody else has taken; more is no accident. */
  private static final int TRIES = 10;

  private static final int PROBE = 1 << 15;

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private FileIdentity identity;

  /** In bytes, once it is sealed. */
  private long length = -1;

  private boolean published;

  private NewFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /**
   * Makes an empty file with a temporary name in the target's folder, mode 0600.
   *
   * @param target must not exist, its folder must
   */
  public static NewFile create(Path target) throws FileException {
    NewName.require(target);
    NewFile file;
    try {
      file = open(target, target.getFileName().toString());
    } catch (IOException e) {
      throw FileException.notMade(target, e);
    }
    try {
      file.identity = file.identify();
      return file;
    } catch (NoSuchFileException e) {
      file.abandon(e);
      throw file.tampered();
    } catch (IOException e) {
      file.abandon(e);
      throw FileException.notWritten(target, e);
    } catch (RuntimeException | Error e) {
      file.abandon(e);
      throw e;
    }
  }

  private static NewFile open(Path target, String name) throws IOException {
    for (int i = 1; ; i++) {
      Path temporary = target.resolveSibling(temporaryName(name));
      try {
        return new NewFile(target, temporary, FileChannel.open(temporary, OPTIONS, onlyOwner()));
      } catch (FileAlreadyExistsException e) {
        if (i == TRIES) {
          throw e;
        }
      }
    }
  }

  /**
   * Hidden, unlike any image's, shorter than what any file system takes, and never the same: one
   * that a killed process has left is in nobody's way.
   */
  private static String temporaryName(String target) {
    String prefix = target.substring(0, Math.min(PREFIX_LENGTH, target.length()));
    long number = UUID.randomUUID().getMostSignificantBits() >>> 1;
    return "." + prefix.replaceAll("[^A-Za-z0-9._-]", "_") + "." + number + SUFFIX;
  }

  private static FileAttribute<?>[] onlyOwner() {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] { // it holds all that the guest knew
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };
  }

  /**
   * Which file the channel writes. Java tells it of names only; so the file is given two sizes that
   * nobody can know beforehand, and what has the name must have them too.
   */
  private FileIdentity identify() throws IOException {
    UUID random = UUID.randomUUID();
    long large = PROBE + (random.getMostSignificantBits() & PROBE - 1);
    long small = random.getLeastSignificantBits() & PROBE - 1;
    channel.write(ByteBuffer.wrap(new byte[1]), large - 1);
    FileIdentity first = named(temporary);
    channel.truncate(small);
    FileIdentity second = named(temporary);
    channel.truncate(0);
    if (!first.isSame(second)
        || first.size() != large
        || second.size() != small
        || second.links() != 1) {
      throw tampered();
    }
    return second;
  }

  private static FileIdentity named(Path name) throws IOException {
    return FileIdentity.of(name, LinkOption.NOFOLLOW_LINKS);
  }

  private FileException tampered() {
    return new FileException(
        target,
        "is not made: somebody else removes, renames, replaces or links the files that are made in"
            + " its folder, save to one that nobody else can write to");
  }

  public Path target() {
    return target;
  }

  /** For writing at any offset, by several threads too. */
  public FileChannel channel() {
    return channel;
  }

  /**
   * A path of this very file for native code, whatever has its name by now. Valid until it is
   * closed.
   */
  public Path descriptor() throws FileException {
    return Descriptor.of(temporary, identity);
  }

  /** The name it has until it is published, unless somebody has changed that. */
  Path temporary() {
    return temporary;
  }

  /** A path by which it can be read once more before it is published, and closed. */
  public Path readable() throws FileException {
    return Descriptor.areThere() ? descriptor() : temporary;
  }

  /**
   * Makes what was written durable.
   *
   * @param bytes the length of what was written
   */
  public void seal(long bytes) throws FileException {
    try {
      channel.force(true);
      if (channel.size() != bytes) {
        throw new FileException(
            target,
            String.format(
                "is not made: %d bytes were written, and the file has %d; does somebody else write"
                    + " to it?",
                bytes, channel.size()));
      }
    } catch (IOException e) {
      throw FileException.notWritten(target, e);
    }
    length = bytes;
  }

  /** {@link #publish(Naming)} without native code. */
  public void publish() throws FileException {
    publish(Naming.NONE);
  }

  /**
   * Gives the sealed file its name.
   *
   * @throws FileException if the name is taken by now, or the file is not under its temporary name
   *     as it was written
   */
  public synchronized void publish(Naming naming) throws FileException {
    if (length < 0) {
      throw new IllegalStateException(target + " is not sealed");
    }
    try {
      requireAt(temporary, 1);
      if (!naming.give(descriptorOrName(naming), temporary, target)) {
        link();
      }
      requireAt(target, Integer.MAX_VALUE);
      published = true;
    } catch (FileAlreadyExistsException e) {
      throw FileException.exists(target);
    } catch (NoSuchFileException e) {
      throw tampered();
    } catch (IOException e) {
      throw FileException.notWritten(target, e);
    } finally {
      if (!published) {
        withdraw();
      }
    }
    forgetTemporary();
  }

  /** It has its own name, and may have this one as well where nothing can be removed. */
  private void forgetTemporary() {
    try {
      if (isAt(temporary)) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      return;
    }
  }

  private Path descriptorOrName(Naming naming) throws FileException {
    return naming == Naming.NONE ? temporary : descriptor();
  }

  /**
   * @param links the most names it may have
   */
  private void requireAt(Path name, int links) throws IOException {
    FileIdentity there = named(name);
    if (!there.isSame(identity) || there.size() != length || there.links() > links) {
      throw tampered();
    }
  }

  private boolean isAt(Path name) {
    try {
      return named(name).isSame(identity);
    } catch (IOException e) {
      return false;
    }
  }

  private void link() throws IOException {
    try {
      Files.createLink(target, temporary); // unlike a move, never replaces a file
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) { // FAT has no links
      requireAt(temporary, 1);
      claim();
    }
  }

  /**
   * Takes the name by an empty file of our own, and moves to its place: two steps, so that a
   * process which is killed between them leaves that.
   */
  private void claim() throws IOException {
    FileChannel.open(target, OPTIONS, onlyOwner()).close();
    FileIdentity claim = named(target);
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (named(target).isSame(claim) && named(target).size() == 0) {
        Files.delete(target);
      }
      throw e;
    }
  }

  /** Takes the name that was asked for away again, if this file has it, whoever gave it. */
  public void withdraw() {
    try {
      if (identity != null && isAt(target)) {
        Files.deleteIfExists(target);
      }
    } catch (IOException e) {
      return; // a disk that died: whoever reads what is there checks it
    }
  }

  /** Makes the name as durable as the file. */
  public void syncFolder() throws IOException {
    syncFolder(target.toAbsolutePath().getParent());
  }

  /** Makes names in a folder as durable as the files, where a folder can be opened for it. */
  public static void syncFolder(Path folder) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return; /* Windows opens none */
    }
    /* By its own entry: a FIFO that somebody has put in its place has none, and is not waited for. */
    try (FileChannel names = FileChannel.open(folder.resolve("."), StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  /**
   * Writes a whole small file, on any provider.
   *
   * @param target must not exist
   */
  public static void write(Path target, byte[] bytes) throws IOException {
    if (target.getFileSystem() != FileSystems.getDefault()) {
      try {
        Files.write(target, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (IOException e) {
        throw FileException.notWritten(target, e);
      }
      return;
    }
    try (NewFile file = create(target)) {
      file.put(bytes);
      file.publish();
      file.syncFolder();
    }
  }

  private void put(byte[] bytes) throws FileException {
    try {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left);
      }
    } catch (IOException e) {
      throw FileException.notWritten(target, e);
    }
    seal(bytes.length);
  }

  private void abandon(Throwable because) {
    try {
      close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /** Removes what was not given its name, and the temporary name of what was. */
  @Override
  public synchronized void close() throws IOException {
    boolean mine = identity == null || isAt(temporary); // once closed, another may be that inode
    try {
      if (published) {
        forgetTemporary(); // publish() may have ended before it came to that
      }
      channel.close();
    } finally {
      if (mine && !published) {
        remove();
      }
    }
  }

  private void remove() throws FileException {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw new FileException(
          temporary, "is left over (" + FileException.reason(e) + "): remove it", e);
    }
  }
}
