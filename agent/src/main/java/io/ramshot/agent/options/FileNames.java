package io.ramshot.agent.options;

import io.ramshot.file.FileException;
import io.ramshot.file.NewFile;
import io.ramshot.text.Cause;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns what a user wrote into a path: the name of a file, or a URI like {@code s3://bucket/key} or
 * {@code jar:file:/x.zip!/a.ramshot.zst} for a file system provider on the class path. Closes the
 * file systems that it opened for that.
 */
public final class FileNames implements AutoCloseable {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):.+");

  /** The part that names the zip itself, on this machine. */
  private static final Pattern ZIP = Pattern.compile("jar:(file:.+?)(?:!.*)?");

  /** An end-of-central-directory record alone. */
  private static final byte[] EMPTY_ZIP = {
    'P', 'K', 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private final List<FileSystem> opened = new ArrayList<>();

  /** Zips that are to be written. */
  private final List<Path> made = new ArrayList<>();

  /**
   * The path of a file to read.
   *
   * @throws IllegalArgumentException if it makes no sense or no provider knows it, in one line
   */
  public Path existing(String text) {
    return path(text, false);
  }

  /** The path of a file to write: a zip that does not exist is made. */
  public Path target(String text) {
    return path(text, true);
  }

  private Path path(String text, boolean toWrite) {
    Matcher scheme = SCHEME.matcher(text);
    try {
      Path plain = Path.of(text);
      if (!scheme.matches() || Files.exists(plain)) {
        if (!plain.isAbsolute()) {
          PathText.requireWorkingFolder();
        }
        return plain;
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(PathText.problem(text, e), e);
    }
    requireProvider(text, scheme.group(1));
    try {
      return path(new URI(text), toWrite);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          text + " is not a URI (" + e.getReason() + "): write %20 for a space and the like", e);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(e.getMessage() + " does not exist: check the name", e);
    } catch (FileException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (IOException | RuntimeException e) { // providers of others throw what they like
      throw new IllegalArgumentException(text + " cannot be reached (" + Cause.text(e) + ")", e);
    }
  }

  private Path path(URI uri, boolean toWrite) throws IOException {
    try {
      return Path.of(uri);
    } catch (FileSystemNotFoundException e) {
      if (toWrite) {
        makeZip(uri);
      }
      opened.add(FileSystems.newFileSystem(uri, Map.of()));
      return Path.of(uri);
    }
  }

  /** By itself the provider would make one that others may read; it keeps the rights of this. */
  private void makeZip(URI uri) throws IOException {
    Matcher zip = ZIP.matcher(uri.toString());
    if (zip.matches()) {
      Path file = Path.of(URI.create(zip.group(1)));
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        NewFile.write(file, EMPTY_ZIP);
        made.add(file);
      }
    }
  }

  private static void requireProvider(String text, String scheme) {
    TreeSet<String> known = new TreeSet<>();
    for (FileSystemProvider provider : FileSystemProvider.installedProviders()) {
      if (provider.getScheme().equalsIgnoreCase(scheme)) {
        return;
      }
      known.add(provider.getScheme());
    }
    throw new IllegalArgumentException(
        String.format(
            "%s needs a file system provider for %s:, and only %s are there: put one on the class"
                + " path (java -cp ramshot.jar:PROVIDER.jar io.ramshot.agent.Main), or write ./%s"
                + " for a file of that name",
            text, scheme, String.join(", ", known), text));
  }

  /** Also writes what zips were given, and removes new ones that were given nothing. */
  @Override
  public void close() throws IOException {
    for (FileSystem system : opened) {
      system.close();
    }
    opened.clear();
    for (Path zip : made) {
      if (Files.size(zip) == EMPTY_ZIP.length) {
        Files.delete(zip);
      }
    }
    made.clear();
  }
}
