package io.ramshot.agent.jmx;

import java.util.List;

/** What the bean tells of the host's hooks besides blocks; asked whenever a client asks. */
public interface HostView {

  /** The gates, and what became of each, a line each. */
  List<String> gates();

  /** The profile in use, why, and what of it matched, in one line. */
  String profile();

  /** What matched nothing in the host so far, and what to do about it, a line each. */
  List<String> unmatched();

  /** The configured places of RAM that this host does not use, as far as is known, a line each. */
  List<String> unusedRam();

  /** Why a snapshot failed, with the profile that named what it is about, if one did. */
  String tell(String message);
}
