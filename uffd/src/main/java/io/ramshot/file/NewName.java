package io.ramshot.file;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A name that a new file is to have: whether its folder takes one, and why not, in the same words
 * for whoever asks.
 */
public final class NewName {
  /** What the kernel shows as files; a user's file can be in none of these. */
  private static final Set<String> PSEUDO =
      Set.of(
          "proc",
          "sysfs",
          "cgroup",
          "cgroup2",
          "debugfs",
          "tracefs",
          "securityfs",
          "configfs",
          "devpts",
          "pstore",
          "bpf",
          "fusectl",
          "mqueue",
          "hugetlbfs",
          "efivarfs",
          "binfmt_misc",
          "selinuxfs",
          "nsfs");

  private NewName() {}

  /**
   * Refuses a name that no new file can have, before anything is made.
   *
   * @param target on this machine's own file systems
   */
  public static void require(Path target) throws FileException {
    if (target.getFileName() == null || Files.isDirectory(target)) {
      throw new FileException(target, "is a folder: give the name of a new file in it");
    }
    Optional<String> refusal = refusal(target);
    if (refusal.isPresent()) {
      throw new FileException(target, refusal.get());
    }
    requireFree(target);
  }

  /**
   * Refuses a name whose folder is not there, without a look at what else is in it.
   *
   * @param target on this machine's own file systems
   */
  public static void requireFolder(Path target) throws FileException {
    Optional<String> missing = missing(target.toAbsolutePath().getParent());
    if (missing.isPresent()) {
      throw new FileException(target, missing.get());
    }
  }

  private static void requireFree(Path target) throws FileException {
    try {
      FileIdentity.of(target, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw FileException.notMade(target, e);
    }
    throw FileException.exists(target);
  }

  /** Why a file's folder takes no new one, what to do about it included; nothing if it does. */
  static Optional<String> refusal(Path target) {
    Path folder = target.toAbsolutePath().getParent();
    Optional<String> missing = missing(folder);
    if (missing.isPresent()) {
      return missing;
    }
    try {
      FileStore system = Files.getFileStore(folder);
      if (PSEUDO.contains(system.type())) {
        return refused(
            "folder "
                + folder
                + " is on "
                + system.type()
                + ", where there are no users' files: choose a folder on a disk");
      }
      if (system.isReadOnly()) {
        return refused(
            "the file system of folder " + folder + " is read-only: choose a folder on another");
      }
    } catch (IOException | RuntimeException e) {
      /* It does not tell: whoever makes the file will see. */
    }
    if (!Files.isWritable(folder)) {
      return refused(
          "user "
              + System.getProperty("user.name")
              + " may not write to folder "
              + folder
              + ": choose another");
    }
    return Optional.empty();
  }

  private static Optional<String> missing(Path folder) {
    if (Files.isDirectory(folder)) {
      return Optional.empty();
    }
    return refused(
        Files.exists(folder)
            ? folder + " is no folder: choose another"
            : "folder " + folder + " does not exist: create it first");
  }

  private static Optional<String> refused(String why) {
    return Optional.of("cannot be made, because " + why);
  }
}
