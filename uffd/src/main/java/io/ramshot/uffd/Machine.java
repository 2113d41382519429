package io.ramshot.uffd;

/** What the engine needs to know of this machine. */
public final class Machine {

  private Machine() {}

  /** Whether hashing pages takes no time beside reading them. */
  public static boolean hashesFast() throws EngineException {
    Engine.load();
    return Engine.rs_hashes_fast() != 0;
  }

  /** The size of a page, in bytes. */
  public static int pageBytes() throws EngineException {
    Engine.load();
    return Engine.rs_page_bytes();
  }
}
