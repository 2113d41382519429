package io.ramshot.agent.profiles;

import io.ramshot.agent.options.OptionException;
import io.ramshot.agent.options.PathText;
import io.ramshot.file.FileException;
import io.ramshot.file.RegularFile;
import io.ramshot.hooks.HookOptions;
import io.ramshot.hooks.HostProfile;
import io.ramshot.hooks.Nearest;
import io.ramshot.text.Cause;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which profile a host gets, and why. */
public final class ProfileChoice {

  /** The value of {@code profile=} for the profile of a host that is recognised. */
  public static final String AUTO = "auto";

  /** The value of {@code profile=} for no profile at all. */
  public static final String NONE = "none";

  /** Options that name what is in the host. */
  private static final List<String> NAMING =
      List.of(
          HookOptions.GATE,
          HookOptions.STATE,
          HookOptions.RAM,
          HookOptions.RAM_NATIVE,
          HookOptions.PAUSE,
          HookOptions.ADAPTER);

  /** Between the values of a list, but not between parameter types. */
  private static final Pattern SEPARATOR = Pattern.compile("[,;\\s]+(?![^()]*\\))");

  private static final String SUFFIX = ".properties";

  private final HostProfile profile;
  private final String why;
  private final boolean shipped;
  private final String doubt;

  /** Names of classes, methods and fields that came from it. */
  private final List<String> names;

  private ProfileChoice(HostProfile profile, String why, boolean shipped, String doubt) {
    this(profile, why, shipped, doubt, List.of());
  }

  private ProfileChoice(
      HostProfile profile, String why, boolean shipped, String doubt, List<String> names) {
    this.profile = profile;
    this.why = why;
    this.shipped = shipped;
    this.doubt = doubt;
    this.names = names;
  }

  /** With the names that are its own: the rest is the user's. */
  private ProfileChoice beside(Map<String, String> given) {
    List<String> own = new ArrayList<>();
    for (String key : NAMING) {
      if (values().containsKey(key) && !given.containsKey(key)) {
        own.addAll(List.of(SEPARATOR.split(values().get(key).strip())));
      }
    }
    return new ProfileChoice(profile, why, shipped, doubt, own);
  }

  /** No profile. */
  public static ProfileChoice none() {
    return new ProfileChoice(null, "", false, "");
  }

  /**
   * Chooses:
   *
   * <ul>
   *   <li>a name or a file that the user gave;
   *   <li>else the profile of the host's author;
   *   <li>else the shipped one whose classes are present, if the user asked for {@link #AUTO} or
   *       gave no option about the host, and if there is exactly one.
   * </ul>
   *
   * @param wanted the value of {@code profile=}, or null
   * @param given the user's options
   * @param host where the host's classes are looked for
   * @throws OptionException if a profile that was asked for is missing or bad
   */
  public static ProfileChoice of(String wanted, Map<String, String> given, ClassLoader host)
      throws OptionException, IOException {
    return choose(wanted, given, host).beside(given);
  }

  private static ProfileChoice choose(String wanted, Map<String, String> given, ClassLoader host)
      throws OptionException, IOException {
    if (NONE.equals(wanted)) {
      return none();
    }
    try {
      if (wanted != null && !AUTO.equals(wanted)) {
        return asked(wanted);
      }
      Optional<HostProfile> authors = HostProfile.load(host);
      if (authors.isPresent()) {
        return new ProfileChoice(authors.get(), "shipped by the host's author", false, "");
      }
    } catch (IllegalArgumentException e) {
      throw new OptionException(e.getMessage());
    }
    return AUTO.equals(wanted) || Collections.disjoint(given.keySet(), HookOptions.KEYS)
        ? recognised(host)
        : none();
  }

  private static ProfileChoice asked(String wanted) throws OptionException, IOException {
    boolean file = isFile(wanted);
    if (!file && !ShippedProfiles.names().contains(wanted)) {
      throw new OptionException(
          "profile="
              + wanted
              + " is no profile: did you mean "
              + Nearest.to(wanted, ShippedProfiles.names(), n -> n, 1).get(0)
              + "? A file's name ends in .properties; profiles lists those that ramshot brings");
    }
    HostProfile profile = file ? file(wanted) : ShippedProfiles.read(wanted);
    int java = Runtime.version().feature();
    String doubt =
        profile.fits(java)
            ? ""
            : "profile="
                + wanted
                + " is for Java "
                + profile.about().get(HostProfile.JAVA)
                + ", this is "
                + java
                + ": what it names may not be there";
    return new ProfileChoice(profile, "asked for by profile=" + wanted, !file, doubt);
  }

  /** Whether a value of {@code profile=} is a path. */
  public static boolean isFile(String wanted) {
    return wanted.endsWith(SUFFIX) || wanted.contains("/");
  }

  private static HostProfile file(String name) throws OptionException {
    Path path;
    try {
      path = Path.of(name).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new OptionException("profile=" + PathText.problem(name, e));
    }
    try (RegularFile file = RegularFile.open(path)) {
      Reader text = Channels.newReader(file.channel(), StandardCharsets.UTF_8.newDecoder(), -1);
      return HostProfile.read(name, new BufferedReader(text));
    } catch (MalformedInputException e) {
      throw new OptionException("profile=" + name + " is no text in UTF-8: write it in that");
    } catch (FileException e) {
      throw new OptionException("profile=" + name + " " + e.problem());
    } catch (IOException e) {
      throw new OptionException(
          "profile=" + name + " cannot be read: name a readable file (" + Cause.text(e) + ")");
    }
  }

  private static ProfileChoice recognised(ClassLoader host) throws IOException {
    List<HostProfile> fitting = new ArrayList<>();
    int java = Runtime.version().feature();
    for (HostProfile profile : ShippedProfiles.all()) {
      if (profile.fits(java) && profile.isPresent(host)) {
        fitting.add(profile);
      }
    }
    if (fitting.size() == 1) {
      HostProfile profile = fitting.get(0);
      return new ProfileChoice(
          profile, "recognised by class " + profile.present().get(0), true, "");
    }
    String doubt =
        fitting.isEmpty()
            ? ""
            : fitting.stream().map(HostProfile::name).collect(Collectors.joining(" and "))
                + " are both here: say which one is the guest's host by profile=";
    return new ProfileChoice(null, "", false, doubt);
  }

  /** The options it gives, by key; none without a profile. */
  public Map<String, String> values() {
    return profile == null ? Map.of() : profile.values();
  }

  /** Whether nobody asked for this profile and the user should hear of it. */
  public boolean isRecognised() {
    return profile != null && why.startsWith("recognised");
  }

  /** What the user should be told, in one line; empty if nothing. */
  public String doubt() {
    return doubt;
  }

  /**
   * A message about the host, which names the profile if it is about a class, method or field that
   * the profile named: its user did not write that, and must know where it is.
   */
  public String tell(String message) {
    return names.stream().anyMatch(message::contains) ? place() + ": " + message : message;
  }

  /** Its name, and its file where that is not named after it. */
  private String place() {
    return profile.source().equals(profile.name()) || shipped
        ? "profile " + profile.name()
        : "profile " + profile.name() + " (" + profile.source() + ")";
  }

  /** What it is called; empty without a profile. */
  public String name() {
    return profile == null ? "" : profile.name();
  }

  /** Name and reason, in one line; {@code none} without a profile. */
  @Override
  public String toString() {
    return profile == null
        ? NONE
        : profile.name() + ", " + (shipped ? "shipped with ramshot, " : "") + why;
  }
}
