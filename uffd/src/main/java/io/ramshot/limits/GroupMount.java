package io.ramshot.limits;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A mounted hierarchy of control groups. Source: proc_pid_mountinfo(5), cgroup_namespaces(7).
 *
 * @param root the group that the mount shows at its top, as this process's cgroup namespace names
 *     it: "/", a path below it, or "/.." and the like for one above it
 * @param folder where it is mounted
 * @param second whether it is of version 2
 */
record GroupMount(String root, Path folder, boolean second) {
  /** More are not looked at where a group's name is not known: it takes some ms. */
  private static final int MOST_GROUPS = 1000;

  private static final String UP = "/..";

  /**
   * The mounts in which memory may be limited, first mounted first.
   *
   * @param top of the file system, "/" but for tests
   */
  static List<GroupMount> read(Path top) {
    List<GroupMount> mounts = new ArrayList<>();
    for (String line : ProcText.lines(top.resolve("proc/self/mountinfo"))) {
      int dash = line.indexOf(" - ");
      String[] words = line.split(" ");
      String[] rest = dash < 0 ? new String[0] : line.substring(dash + 3).split(" ");
      if (words.length < 6 || rest.length < 1) {
        continue;
      }
      boolean second = rest[0].equals("cgroup2");
      boolean first =
          rest[0].equals("cgroup")
              && rest.length > 2
              && List.of(rest[2].split(",")).contains("memory");
      if (first || second) {
        Path folder = path(top, unescape(words[4]).substring(1));
        if (folder != null) {
          mounts.add(new GroupMount(unescape(words[3]), folder, second));
        }
      }
    }
    return mounts;
  }

  /** Blanks and the like are octal numbers in that file. */
  private static String unescape(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\\", i) && text.substring(i).matches("\\\\[0-7]{3}.*")) {
        out.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        out.append(text.charAt(i));
      }
    }
    return out.toString();
  }

  /**
   * The folders of a group and of all above it that can be seen here, the group's own first.
   *
   * @param path of the group, as /proc/self/cgroup has it
   * @param pid of a process in it
   */
  List<Path> levels(String path, long pid) {
    Path own = find(path, pid).orElse(folder);
    List<Path> levels = new ArrayList<>();
    for (Path level = own; level != null && level.startsWith(folder); level = level.getParent()) {
      levels.add(level);
    }
    return levels;
  }

  private Optional<Path> find(String path, long pid) {
    int rootUps = ups(root);
    int pathUps = ups(path);
    String rootRest = strip(root.substring(rootUps * UP.length()));
    String pathRest = strip(path.substring(pathUps * UP.length()));
    if (rootUps > pathUps) {
      /* The mount begins above this namespace, which does not tell the names in between. */
      int[] left = {MOST_GROUPS};
      return search(folder, rootUps - pathUps + depth(pathRest), pid, left);
    }
    if (rootUps == pathUps && isWithin(rootRest, pathRest)) {
      return existing(pathRest.substring(rootRest.length()));
    }
    /* Moved since it was mounted, or mounted from elsewhere: by its whole name, if at all. */
    return existing(pathRest);
  }

  private Optional<Path> existing(String name) {
    Path group = path(folder, strip(name));
    return group != null && group.startsWith(folder) && Files.isDirectory(group)
        ? Optional.of(group)
        : Optional.empty();
  }

  /** Null for a name that is not to be had in this JVM's locale. */
  private static Path path(Path folder, String name) {
    try {
      return folder.resolve(name).normalize();
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static Optional<Path> search(Path group, int depth, long pid, int[] left) {
    if (depth == 0) {
      return ProcText.lines(group.resolve("cgroup.procs")).contains(Long.toString(pid))
          ? Optional.of(group)
          : Optional.empty();
    }
    try (Stream<Path> children = Files.list(group)) {
      for (Path child : children.filter(Files::isDirectory).sorted().toList()) {
        if (left[0]-- <= 0) {
          break;
        }
        Optional<Path> found = search(child, depth - 1, pid, left);
        if (found.isPresent()) {
          return found;
        }
      }
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty(); /* not ours to read */
    }
    return Optional.empty();
  }

  /** How many levels above the namespace's own a name begins. */
  private static int ups(String name) {
    int ups = 0;
    String rest = name;
    while (rest.equals(UP) || rest.startsWith(UP + "/")) {
      rest = rest.substring(UP.length());
      ups++;
    }
    return ups;
  }

  private static String strip(String name) {
    return name.replaceAll("^/+|/+$", "");
  }

  private static int depth(String name) {
    return name.isEmpty() ? 0 : name.split("/+").length;
  }

  private static boolean isWithin(String root, String path) {
    return root.isEmpty() || path.equals(root) || path.startsWith(root + "/");
  }
}
