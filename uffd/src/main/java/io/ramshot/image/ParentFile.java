package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the file that an increment builds upon: beside it, whatever its name is by now. */
final class ParentFile {
  private static final String IMAGES = "*.ramshot";

  private ParentFile() {}

  /**
   * @param child an increment's file
   * @throws ImageException if no file in the child's folder is that image
   */
  static Path find(Path child, ParentRef parent) throws ImageException {
    Path named = child.resolveSibling(parent.fileName());
    if (Files.exists(named) && isImage(named, parent)) {
      return named;
    }
    Path folder = child.toAbsolutePath().getParent();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, IMAGES)) {
      for (Path file : files) {
        if (isImage(file, parent)) {
          return child.resolveSibling(file.getFileName().toString());
        }
      }
    } catch (IOException e) {
      throw new ImageException(
          child,
          "builds upon image "
              + parent.id()
              + ", but its folder cannot be searched for that ("
              + e
              + "): check its permissions",
          e);
    }
    throw new ImageException(
        child,
        String.format(
            "builds upon image %s, saved as %s, which is not in the same folder: put it there",
            parent.id(), parent.fileName()));
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
