package io.ramshot.image;

import io.ramshot.text.Cause;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** Finds the file that an increment builds upon: beside it, whatever its name is by now. */
final class ParentFile {
  /** What a packed image's name ends in. */
  private static final String PACKED = ".zst";

  private static final String IMAGES = "*.{ramshot,ramshot" + PACKED + "}";

  private ParentFile() {}

  /**
   * @param child an increment's file
   * @throws ImageException if no file in the child's folder is that image
   */
  static Path find(Path child, ParentRef parent) throws ImageException {
    for (String name : List.of(parent.fileName(), parent.fileName() + PACKED)) {
      Path named = named(child, name);
      if (named != null && Files.exists(named) && isImage(named, parent)) {
        return named;
      }
    }
    Path folder = child.toAbsolutePath().getParent();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, IMAGES)) {
      for (Path file : files) {
        if (isImage(file, parent)) {
          return child.resolveSibling(file.getFileName().toString());
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new ImageException(
          child,
          "builds upon image "
              + parent.id()
              + ", but its folder cannot be searched for that ("
              + Cause.text(e)
              + "): check its permissions",
          e);
    }
    throw new ImageException(
        child,
        String.format(
            "builds upon image %s, saved as %s, which is not in the same folder: put it there",
            parent.id(), parent.fileName()));
  }

  /** Null for a name that no file can have here: file systems and locales differ. */
  private static Path named(Path child, String name) {
    try {
      return child.resolveSibling(name);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /** Anything else in the folder is none of ours, whatever is wrong with it. */
  private static boolean isImage(Path path, ParentRef parent) {
    try (ImageFile file = ImageFile.open(path)) {
      return readHeader(file).id().equals(parent.id());
    } catch (ImageException e) {
      return false;
    }
  }

  static ImageHeader readHeader(ImageFile file) throws ImageException {
    long length = file.length();
    ByteBuffer start = ByteBuffer.allocate((int) Math.min(length, ImageHeader.LENGTH));
    file.readFully(start, 0);
    return ImageHeader.decode(file.path(), start.flip(), length);
  }
}
