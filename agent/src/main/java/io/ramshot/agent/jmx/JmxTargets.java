package io.ramshot.agent.jmx;

import io.ramshot.agent.options.PathText;
import io.ramshot.agent.timeline.TimelineException;
import io.ramshot.agent.timeline.TimelineFolder;
import io.ramshot.file.FileException;
import io.ramshot.file.NewName;
import io.ramshot.text.Cause;
import io.ramshot.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where JMX clients may have files written. They need not be the JVM's user: so no name is taken
 * that somebody else than ramshot reads, and with a folder of the user's choice nothing outside it.
 */
public final class JmxTargets {
  private static final String SUFFIX = ".ramshot";

  /** What file systems take, in bytes. */
  private static final int LONGEST_NAME = 255;

  private final Optional<Path> folder;

  private JmxTargets(Optional<Path> folder) {
    this.folder = folder;
  }

  /** Anywhere, but only names that end in {@code .ramshot}. */
  public static JmxTargets anywhere() {
    return new JmxTargets(Optional.empty());
  }

  /**
   * Any name, but only in a folder and those in it.
   *
   * @param folder absolute
   */
  public static JmxTargets within(Path folder) {
    return new JmxTargets(Optional.of(folder));
  }

  /**
   * A file to write.
   *
   * @return the absolute path
   * @throws IllegalArgumentException if no snapshot can go there
   */
  Path image(String text) {
    Path target = path("path", text, "name the file to write");
    String resolved = resolved(target, text);
    if (Files.isDirectory(target)) {
      throw refused(resolved + " is a folder: give the name of a new file in it");
    }
    String name = target.getFileName().toString();
    if (name.length() > LONGEST_NAME) { // characters: no encoding makes fewer bytes of them
      throw refused(
          name.substring(0, 20)
              + "... is a name of more than "
              + LONGEST_NAME
              + " bytes: choose a shorter one");
    }
    if (folder.isEmpty() && !name.endsWith(SUFFIX)) {
      throw refused(
          resolved
              + " does not end in "
              + SUFFIX
              + ": choose a name that does, or allow any in a folder by jmx.folder=");
    }
    try {
      NewName.requireFolder(target);
      target = allowed(target);
      NewName.require(target);
    } catch (FileException e) {
      throw refused(resolved + " " + e.problem());
    }
    return target;
  }

  /**
   * A timeline's folder: a new one, or one in which nothing else suffers from it.
   *
   * @return the absolute path
   * @throws IllegalArgumentException if none can be there
   */
  Path folder(String text) {
    Path wanted = path("directory", text, "name the folder for the timeline");
    String resolved = resolved(wanted, text);
    try {
      if (!Files.isDirectory(wanted)) {
        NewName.requireFolder(wanted);
      }
    } catch (FileException e) {
      throw refused(resolved + " " + e.problem());
    }
    wanted = allowed(wanted);
    try {
      if (Files.isDirectory(wanted) && !new TimelineFolder(wanted).isFree()) {
        throw refused(
            resolved + " holds other files and no timeline: name a new folder, or an empty one");
      }
    } catch (TimelineException e) {
      throw refused(e.getMessage());
    }
    return wanted;
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(Printable.line(why));
  }

  private static Path path(String what, String text, String remedy) {
    if (text == null || text.isBlank()) {
      throw refused(what + " is empty: " + remedy);
    }
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw refused(PathText.problem(text, e));
    }
  }

  private static String resolved(Path path, String text) {
    return Path.of(text).isAbsolute()
        ? path.toString()
        : path + " (" + text + " in the working directory of the target JVM)";
  }

  /**
   * Where the option names a folder: the same file with no links on the way to it, so that none
   * leads out of that folder.
   *
   * @param path whose folder exists
   */
  private Path allowed(Path path) {
    if (folder.isEmpty()) {
      return path;
    }
    if (!Files.isDirectory(folder.get())) {
      throw refused("jmx.folder=" + folder.get() + " is no folder: create it");
    }
    try {
      Path real =
          Files.isDirectory(path)
              ? path.toRealPath()
              : path.getParent().toRealPath().resolve(path.getFileName());
      if (real.startsWith(folder.get().toRealPath())) {
        return real;
      }
    } catch (IOException e) {
      throw refused(
          path
              + " cannot be told to be in jmx.folder="
              + folder.get()
              + " ("
              + Cause.text(e)
              + "): choose another");
    }
    throw refused(path + " is not in jmx.folder=" + folder.get() + ": choose a name there");
  }
}
