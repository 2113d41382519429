package io.ramshot.agent.options;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
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

  private final List<FileSystem> opened = new ArrayList<>();

  /**
   * The path of a file to read.
   *
   * @throws IllegalArgumentException if it makes no sense or no provider knows it, in one line
   */
  public Path existing(String text) {
    return path(text, Map.of());
  }

  /** The path of a file to write: a zip that does not exist is made. */
  public Path target(String text) {
    return path(text, Map.of("create", "true"));
  }

  private Path path(String text, Map<String, String> settings) {
    Matcher scheme = SCHEME.matcher(text);
    try {
      if (!scheme.matches() || Files.exists(Path.of(text))) {
        return Path.of(text);
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(text + " is not a path: " + e.getReason(), e);
    }
    requireProvider(text, scheme.group(1));
    try {
      return path(new URI(text), settings);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          text + " is not a URI (" + e.getReason() + "): write %20 for a space and the like", e);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(e.getMessage() + " does not exist: check the name", e);
    } catch (IOException | RuntimeException e) { // providers of others throw what they like
      throw new IllegalArgumentException(text + " cannot be reached (" + e + ")", e);
    }
  }

  private Path path(URI uri, Map<String, String> settings) throws IOException {
    try {
      return Path.of(uri);
    } catch (FileSystemNotFoundException e) {
      opened.add(FileSystems.newFileSystem(uri, settings));
      return Path.of(uri);
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

  /** Also writes what a zip was given. */
  @Override
  public void close() throws IOException {
    for (FileSystem system : opened) {
      system.close();
    }
    opened.clear();
  }
}
