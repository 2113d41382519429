package io.ramshot.hooks;

/** What the bytes of a state are; a state is loaded by a method for the same. */
enum StateEncoding {
  /** The host's own. */
  BYTES,
  /** What the host wrote to an object stream of ours. */
  OBJECTS,
  /** One object in an object stream of ours. */
  OBJECT
}
