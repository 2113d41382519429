package io.ramshot.agent.profiles;

import io.ramshot.hooks.HostProfile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The profiles that lie in ramshot.jar: {@code NAME.properties}, and an index of their names. */
public final class ShippedProfiles {
  private static final String INDEX = "index";

  private ShippedProfiles() {}

  /** In the order of the index, which is alphabetical. */
  public static List<String> names() throws IOException {
    return text(INDEX).lines().filter(line -> !line.isBlank()).collect(Collectors.toList());
  }

  public static List<HostProfile> all() throws IOException {
    List<HostProfile> profiles = new ArrayList<>();
    for (String name : names()) {
      profiles.add(read(name));
    }
    return profiles;
  }

  /**
   * @param name one of {@link #names}
   */
  static HostProfile read(String name) throws IOException {
    return HostProfile.read(url(name + ".properties"));
  }

  /**
   * A profile as its author wrote it, comments included.
   *
   * @param name one of {@link #names}
   */
  public static String source(String name) throws IOException {
    return text(name + ".properties");
  }

  private static URL url(String file) throws IOException {
    URL url = ShippedProfiles.class.getResource(file);
    if (url == null) {
      throw new IOException("profiles/" + file + " is missing from ramshot.jar: download it again");
    }
    return url;
  }

  private static String text(String file) throws IOException {
    var connection = url(file).openConnection();
    connection.setUseCaches(false);
    try (InputStream in = connection.getInputStream();
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().collect(Collectors.joining("\n"));
    }
  }
}
