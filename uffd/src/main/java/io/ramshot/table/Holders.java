package io.ramshot.table;

/** Objects in a table that each have a piece of guest RAM in a field. */
public interface Holders {

  /** Whether this is such an object. Takes no lock. */
  boolean isHolder(Object object);

  /** What its field holds just now. Takes no lock. */
  Object get(Object holder);

  /** Puts RAM into its field. */
  void set(Object holder, Object ram);

  /** What its field can hold. */
  Class<?> type(Object holder);
}
