package io.ramshot.hooks;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How to hook a known host: options that need not be given, and what they are for.
 *
 * <p>It is a properties file in UTF-8, shipped with ramshot, by the host's author as {@link
 * #RESOURCE}, or written by a user. Its keys are those of {@link HookOptions} and {@link #ABOUT}.
 *
 * @param source where it was found
 * @param about the values of {@link #ABOUT}; checked
 * @param values by the keys of {@link HookOptions}, in the order of {@link HookOptions#KEYS};
 *     checked
 */
public record HostProfile(String source, Map<String, String> about, Map<String, String> values) {

  /** What the author's jar holds. */
  public static final String RESOURCE = "META-INF/ramshot.properties";

  /** What the profile is called: letters, digits, dots, dashes. */
  public static final String NAME = "name";

  /** What the host is, and where it comes from. */
  public static final String HOST = "host";

  /** Classes, all of which are there where this host is. A list. */
  public static final String PRESENT = "present";

  /** Which Java it is for: {@code 22}, {@code 22+}, {@code 17-21}. Default: any. */
  public static final String JAVA = "java";

  /** What a user should know: limits, what is not saved. */
  public static final String NOTES = "notes";

  /** The keys that hook nothing, in the order in which they are printed. */
  public static final List<String> ABOUT = List.of(NAME, HOST, PRESENT, JAVA, NOTES);

  private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]*");
  private static final Pattern CLASSES = Pattern.compile("[\\w.$]+");
  private static final Pattern RANGE = Pattern.compile("(\\d{1,3})(?:(\\+)|\\s*-\\s*(\\d{1,3}))?");

  public HostProfile {
    about = new LinkedHashMap<>(about);
    values = new LinkedHashMap<>(values);
  }

  /**
   * The first profile of a host's author that a class loader finds.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it is bad; the message names the file and the key
   */
  public static Optional<HostProfile> load(ClassLoader loader) throws IOException {
    Enumeration<URL> urls = loader.getResources(RESOURCE);
    if (!urls.hasMoreElements()) {
      return Optional.empty();
    }
    return Optional.of(read(urls.nextElement()));
  }

  /** {@link #read(String, Reader)} of what a URL leads to. */
  public static HostProfile read(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    // A cached jar file would stay open, and be shared with the host.
    connection.setUseCaches(false);
    try (InputStream in = connection.getInputStream()) {
      return read(url.toString(), new InputStreamReader(in, StandardCharsets.UTF_8));
    }
  }

  /**
   * @param source for messages
   * @throws IllegalArgumentException if a key is unknown or given twice, or a value is bad; the
   *     message is one line that begins with the source
   */
  public static HostProfile read(String source, Reader text) throws IOException {
    Once properties = new Once();
    try {
      properties.load(text);
      properties.requireNoneTwice();
      return checked(source, HookOptions.map(properties));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
    }
  }

  private static HostProfile checked(String source, Map<String, String> all) {
    List<String> known = new ArrayList<>(HookOptions.KEYS);
    known.addAll(ABOUT);
    Map<String, String> about = new LinkedHashMap<>();
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : all.entrySet()) {
      if (!known.contains(entry.getKey())) {
        throw new IllegalArgumentException(
            "%s is no key of a profile: did you mean %s? (known: %s)"
                .formatted(
                    entry.getKey(),
                    Nearest.to(entry.getKey(), known, k -> k, 1).get(0),
                    String.join(", ", known)));
      }
      if (entry.getValue().isBlank()) {
        throw new IllegalArgumentException(
            entry.getKey() + "= is empty: give a value or leave it out");
      }
    }
    ABOUT.stream().filter(all::containsKey).forEach(k -> about.put(k, all.get(k).strip()));
    HookOptions.KEYS.stream().filter(all::containsKey).forEach(k -> values.put(k, all.get(k)));
    HookOptions.parse(values);
    check(about, NAME, NAMES, "letters, digits, dots and dashes, as in coffee-gb");
    check(about, JAVA, RANGE, "a version or a range of them, as in 22, 22+ or 17-21");
    HostProfile profile = new HostProfile(source, about, values);
    for (String name : profile.present()) {
      if (!CLASSES.matcher(name).matches()) {
        throw new IllegalArgumentException(
            PRESENT + "=" + name + " is no class: write com.example.Board");
      }
    }
    return profile;
  }

  private static void check(Map<String, String> about, String key, Pattern form, String wanted) {
    if (about.containsKey(key) && !form.matcher(about.get(key)).matches()) {
      throw new IllegalArgumentException(key + "=" + about.get(key) + ": write " + wanted);
    }
  }

  /** What it calls itself, or where it was found. */
  public String name() {
    return about.getOrDefault(NAME, source);
  }

  /** Classes that tell the host; maybe none. */
  public List<String> present() {
    String names = about.get(PRESENT);
    return names == null ? List.of() : List.of(names.split("[,;\\s]+"));
  }

  /**
   * Whether a class loader has the classes that tell the host. Only looks for their files: nothing
   * is loaded or initialised.
   */
  public boolean isPresent(ClassLoader loader) {
    return !present().isEmpty()
        && present().stream()
            .allMatch(name -> loader.getResource(name.replace('.', '/') + ".class") != null);
  }

  /**
   * Whether it is for this Java.
   *
   * @param feature the feature version, such as 17
   */
  public boolean fits(int feature) {
    Matcher range = RANGE.matcher(about.getOrDefault(JAVA, "0+"));
    if (!range.matches()) {
      throw new IllegalStateException(about.get(JAVA));
    }
    int least = Integer.parseInt(range.group(1));
    int most =
        range.group(2) != null
            ? Integer.MAX_VALUE
            : range.group(3) == null ? least : Integer.parseInt(range.group(3));
    return least <= feature && feature <= most;
  }

  /** Properties that remember which key came twice, as the last would win in silence. */
  private static final class Once extends Properties {
    private static final long serialVersionUID = 1L;
    private String twice;

    @Override
    public synchronized Object put(Object key, Object value) {
      Object old = super.put(key, value);
      if (old != null && twice == null) {
        twice = (String) key;
      }
      return old;
    }

    void requireNoneTwice() {
      if (twice != null) {
        throw new IllegalArgumentException(
            twice + " is given twice: give it once, its values separated by commas");
      }
    }
  }
}
