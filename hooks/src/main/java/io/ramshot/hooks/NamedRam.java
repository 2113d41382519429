package io.ramshot.hooks;

import io.ramshot.RamSource;
import io.ramshot.SnapshotException;
import io.ramshot.boot.Missed;
import io.ramshot.text.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * All RAM that options name, in fields and in native memory: decides whether an option that finds
 * none is a mistake.
 *
 * <p>Profiles name every place where a host may have its RAM, of which a host uses one. So an
 * option that finds nothing is an alternative where any RAM was found, unless it is the only one.
 */
final class NamedRam implements RamSource {

  private final RamFields fields;
  private final NativeMemory natives;
  private final GuestView guest;
  private final boolean adapted;
  private final LoadedClasses classes;
  private final Consumer<String> warnings;
  private final AtomicBoolean warned = new AtomicBoolean();

  /**
   * @param adapted whether an adapter may know RAM that no option names
   */
  NamedRam(
      RamFields fields,
      NativeMemory natives,
      GuestView guest,
      boolean adapted,
      LoadedClasses classes,
      Consumer<String> warnings) {
    this.fields = fields;
    this.natives = natives;
    this.guest = guest;
    this.adapted = adapted;
    this.classes = classes;
    this.warnings = warnings;
  }

  /**
   * @throws SnapshotException if RAM that was named cannot be told, or the guest has none at all
   */
  @Override
  public void prepare() throws SnapshotException {
    warnOfMissed();
    natives.prepare();
    fields.prepare();
    List<MissingRam> missing = missing();
    if (missing.isEmpty()) {
      return;
    }
    int named = natives.count() + fields.count();
    if (missing.size() == named && !adapted && !fields.anyTable() && !guest.hasRam()) {
      throw new SnapshotException(
          messages(missing)
              + ": ramshot discover "
              + ProcessHandle.current().pid()
              + " tells where this host has its RAM");
    }
    // To look for what a misspelt name may mean takes time, and nobody reads it twice.
    if (named == 1 && !warned.getAndSet(true)) {
      warnings.accept(messages(missing));
    }
  }

  private String messages(List<MissingRam> missing) {
    return Listing.of(missing.stream().map(m -> m.message(classes)).toList(), "; ");
  }

  private List<MissingRam> missing() {
    List<MissingRam> missing = new ArrayList<>(natives.missing());
    missing.addAll(fields.missing());
    return missing;
  }

  private void warnOfMissed() {
    if (Missed.bytes != 0) {
      tellMissed("memory of " + Missed.bytes + " bytes was allocated");
    }
    if (Missed.call) {
      tellMissed("a method of ram.native= was called");
    }
    if (Missed.object) {
      tellMissed("an object that has state or guest RAM was made");
    }
  }

  private void tellMissed(String what) {
    warnings.accept(
        what
            + " when there was no stack or memory left to take account of it, so checkpoints may lack"
            + " a part of this guest: give the JVM more with -Xss or -Xmx");
  }

  /** What options find nothing just now, for a user who may have misspelt one; or nothing. */
  String missingText() {
    return messages(missing());
  }

  /** A line for each option that finds nothing just now. */
  List<String> unused() {
    return missing().stream().map(MissingRam::toString).toList();
  }

  /** Takes no lock, and loads no class once {@link #prepare} has been there. */
  @Override
  public Map<String, Object> find() throws SnapshotException {
    return fields.find();
  }
}
