package io.ramshot.uffd;

import io.ramshot.file.DiskError;
import java.nio.file.Path;
import java.util.List;

/** A failure of tracking, in words: what, where, and what to do about it. */
final class TrackFailure {
  private static final int EPERM = 1;
  private static final int EINVAL = 22;
  private static final long MIB = 1 << 20;

  /** {@code enum rs_track_step} in rs_track.h. */
  enum Step {
    NONE,
    MEMORY,
    OPEN_FILE,
    OPEN_UFFD,
    NEGOTIATE,
    REGISTER,
    PAGEMAP,
    PROTECT,
    ALIAS,
    SCAN,
    READ,
    MODIFIED,
    WRITE,
    DIVERGES,
    TOO_MUCH,
    STOPPED
  }

  private TrackFailure() {}

  /**
   * @param block index into {@code ranges}, or -1
   * @param file the image's
   * @param figures by {@link TrackFigure}
   */
  static String describe(
      Step step, int error, long block, List<Range> ranges, Path file, long[] figures) {
    String reason = " (" + Engine.rs_error_text(error) + ")";
    String where =
        block >= 0 && block < ranges.size()
            ? "block " + ranges.get((int) block).name()
            : ranges.size() == 1 ? "block " + ranges.get(0).name() : "mapped RAM";
    return switch (step) {
      case MEMORY -> "no memory to track " + where + reason + ": free some";
      case OPEN_FILE -> "cannot open " + file + reason + ": " + DiskError.remedy(error, file);
      case OPEN_UFFD -> "userfaultfd cannot be opened" + reason + ": " + Failure.openRemedy(error);
      case NEGOTIATE -> where + " cannot be tracked" + reason + ": use Linux 6.7 or newer";
      case REGISTER, PROTECT -> where + " cannot be tracked" + reason + ": " + remedy(error);
      case PAGEMAP ->
          "cannot find out which pages of "
              + where
              + " are written"
              + reason
              + ": is /proc mounted?";
      case ALIAS ->
          where
              + " is part of a file that this process has mapped a second time, where writes cannot"
              + " be seen: give that mapping up, or put the file on tmpfs";
      case SCAN ->
          "cannot find out which pages of "
              + where
              + " are written"
              + reason
              + ": was its memory unmapped or mapped anew behind ramshot's back?";
      case READ ->
          where
              + " cannot be read"
              + reason
              + ": was its file truncated, or its memory unmapped, behind ramshot's back?";
      case MODIFIED ->
          "the file behind "
              + where
              + " was written, truncated or punched by a system call while it was copied, which"
              + " leaves no trace in memory: let nobody but the guest's mapping write to it, or put"
              + " the file on tmpfs";
      case WRITE -> "cannot write " + file + reason + ": " + DiskError.remedy(error, file);
      case DIVERGES ->
          String.format(
              "%s is written faster than it can be copied (the last round found %d MiB written"
                  + " since the one before): put its file on tmpfs, or the image on a faster disk,"
                  + " or raise rate= if it is set",
              where, mib(figures, TrackFigure.PAGES_WRITTEN));
      case TOO_MUCH ->
          String.format(
              "%s had %d MiB written just before the freeze, more than the %d MiB that are copied"
                  + " in one: try again when the guest writes less, or put its file on tmpfs",
              where,
              mib(figures, TrackFigure.PAGES_FROZEN),
              mib(figures, TrackFigure.PAGES_STAGING));
      case STOPPED -> "cancelled";
      case NONE -> "tracking failed" + reason + ": please report this";
    };
  }

  /** Why neither protecting nor tracking will do. */
  static String refused(String name, int error) {
    return "block "
        + name
        + " can be neither write-protected nor tracked ("
        + Engine.rs_error_text(error)
        + "): "
        + remedy(error);
  }

  private static String remedy(int error) {
    return switch (error) {
      case EINVAL ->
          "a file mapped from an ordinary file system needs Linux 6.7 or newer; or put it on tmpfs"
              + " (/dev/shm)";
      case EPERM ->
          "it is mapped for reading only, and cannot be restored: leave it out of the guest's RAM";
      default -> "is its memory still mapped?";
    };
  }

  private static long mib(long[] figures, TrackFigure which) {
    return (figures[which.ordinal()] * Engine.rs_page_bytes() + MIB - 1) / MIB;
  }
}
