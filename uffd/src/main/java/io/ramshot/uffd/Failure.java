package io.ramshot.uffd;

import io.ramshot.file.DiskError;
import java.nio.file.Path;
import java.util.List;

/** A failure of the engine, in words: what, where, and what to do about it. */
final class Failure {
  private static final int EPERM = 1;
  private static final int ENOMEM = 12;
  private static final int EACCES = 13;
  private static final int EBUSY = 16;
  private static final int EEXIST = 17;
  private static final int EINVAL = 22;
  private static final int EMFILE = 24;
  private static final int ENOSYS = 38;
  private static final int EOPNOTSUPP = 95;

  private static final String HEAP_REMEDY =
      "the JVM gave part of its heap back to the system, so set -Xms to what -Xmx is, and start the"
          + " snapshot once more";
  private static final String HOST_REMEDY =
      "the host unmapped, discarded or truncated it while the snapshot ran, so start it once more"
          + " when the host does not";
  private static final String READ_REMEDY =
      "this process may not read it (mprotect), and this kernel reads it for nobody: boot without"
          + " proc_mem.force_override=never, leave it out of the guest's RAM, or have the host make"
          + " it readable while the snapshot runs";
  private static final String FETCH_REMEDY = "let the container's seccomp profile permit it";

  private Failure() {}

  /**
   * @param block index into {@code ranges}, or -1
   * @param file that was being written
   */
  static String describe(Step step, int error, long block, List<Range> ranges, Path file) {
    return describe(step, error, block, -1, ranges, file);
  }

  /**
   * @param block index into {@code ranges}, or -1
   * @param offset where in it, in bytes, if the step is about one place; or else anything
   * @param file that was being written
   */
  static String describe(
      Step step, int error, long block, long offset, List<Range> ranges, Path file) {
    String reason = error == 0 ? "" : " (" + Engine.rs_error_text(error) + ")";
    String where = block >= 0 && block < ranges.size() ? ranges.get((int) block).name() : "RAM";
    return switch (step) {
      case MEMORY -> "no memory for the copy pool" + reason + ": make it smaller with pool=";
      case OPEN_FILE -> "cannot open " + file + reason + ": " + DiskError.remedy(error, file);
      case OPEN_UFFD -> "userfaultfd cannot be opened" + reason + ": " + openRemedy(error);
      case NEGOTIATE ->
          "this kernel's userfaultfd cannot write-protect memory"
              + reason
              + ": use Linux 5.7 or newer (6.10 on aarch64) with CONFIG_USERFAULTFD";
      case REGISTER ->
          "block " + where + " cannot be write-protected" + reason + ": " + registerRemedy(error);
      case PAGEMAP, SCAN ->
          "cannot find out which pages of "
              + where
              + " are populated"
              + reason
              + ": is /proc mounted, and is the block's memory still mapped?";
      case THREADS ->
          "cannot start the engine's threads" + reason + ": raise the user's process limit";
      case ARM ->
          "block "
              + where
              + " could not be armed"
              + reason
              + ": was its memory unmapped behind ramshot's back?";
      case WRITE -> "cannot write " + file + reason + ": " + DiskError.remedy(error, file);
      case RELEASE, LOST, FETCH ->
          block < 0
              ? "guest RAM cannot be copied by process_vm_readv" + reason + ": " + FETCH_REMEDY
              : "memory of block "
                  + where
                  + " was taken away"
                  + reason
                  + " before it had been saved: "
                  + (ranges.get((int) block).onHeap() ? HEAP_REMEDY : HOST_REMEDY);
      case READ ->
          "block "
              + where
              + " cannot be read at offset 0x"
              + Long.toHexString(offset)
              + reason
              + ": "
              + READ_REMEDY;
      case PLACE ->
          "block " + where + " cannot be captured in place" + reason + ": " + place(error);
      case READ_FAULT -> "userfaultfd gave no more messages" + reason + ": please report this";
      case STALLED ->
          "a guest thread waited too long for a page of block "
              + where
              + ", because "
              + file
              + " is written too slowly or not at all: choose another device, enlarge pool=, raise rate="
              + " if it is set, or raise stall.limit=";
      case FREED -> "block " + where + " was freed before the freeze: start the snapshot once more";
      case NONE -> "the engine failed" + reason + ": please report this";
    };
  }

  static String openRemedy(int error) {
    return switch (error) {
      case EPERM, EACCES ->
          "give this user access to /dev/userfaultfd, or the JVM the capability CAP_SYS_PTRACE, or"
              + " set sysctl vm.unprivileged_userfaultfd=1";
      case ENOSYS -> "use a kernel with CONFIG_USERFAULTFD";
      case EMFILE -> "raise the limit of open files (ulimit -n)";
      case ENOMEM -> "free some memory";
      default -> "is userfaultfd forbidden by a container's seccomp profile?";
    };
  }

  private static String place(int error) {
    return switch (error) {
      case EEXIST -> "it overlaps another block; register each array once";
      case ENOMEM -> "free some memory";
      case EOPNOTSUPP ->
          "this JVM tells nobody where an array is; run it without -Xcheck:jni and on HotSpot";
      default -> registerRemedy(error);
    };
  }

  private static String registerRemedy(int error) {
    return switch (error) {
      case EBUSY -> "something else in this process uses userfaultfd on it";
      case EINVAL ->
          "it must be anonymous or shared memory, not a file mapped from an ordinary file system";
      default -> "is its memory still mapped?";
    };
  }
}
