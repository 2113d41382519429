package io.ramshot.hooks;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Options that a host's author ships with the host, so that its users need none.
 *
 * @param source where it was found
 * @param values by the keys of {@link HookOptions}; checked
 */
public record HostProfile(URL source, Map<String, String> values) {

  /** What the author's jar holds: a properties file in ISO 8859-1. */
  public static final String RESOURCE = "META-INF/ramshot.properties";

  public HostProfile {
    values = Map.copyOf(values);
  }

  /** {@link #load(ClassLoader)} from the host's class path. */
  public static Optional<HostProfile> load() throws IOException {
    return load(ClassLoader.getSystemClassLoader());
  }

  /**
   * The first profile that a class loader finds.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if its options are bad; the message names the profile
   */
  public static Optional<HostProfile> load(ClassLoader loader) throws IOException {
    Enumeration<URL> urls = loader.getResources(RESOURCE);
    if (!urls.hasMoreElements()) {
      return Optional.empty();
    }
    URL url = urls.nextElement();
    URLConnection connection = url.openConnection();
    // A cached jar file would stay open, and be shared with the host.
    connection.setUseCaches(false);
    Properties properties = new Properties();
    try (InputStream in = connection.getInputStream()) {
      properties.load(in);
      HookOptions.parse(properties);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(url + ": " + e.getMessage(), e);
    }
    return Optional.of(new HostProfile(url, HookOptions.map(properties)));
  }

  /** This profile, overridden key by key. */
  public Map<String, String> overriddenBy(Map<String, String> userValues) {
    Map<String, String> merged = new LinkedHashMap<>(values);
    merged.putAll(userValues);
    return merged;
  }
}
