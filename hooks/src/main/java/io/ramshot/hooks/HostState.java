package io.ramshot.hooks;

/** How the state of an object of the host becomes bytes, and bytes its state. */
interface HostState {

  /** Does before the freeze what need not be done in it. */
  void prepare(Object instance) throws Exception;

  /**
   * @param instance null for static methods
   */
  byte[] save(Object instance) throws Exception;

  void load(Object instance, byte[] state) throws Exception;
}
