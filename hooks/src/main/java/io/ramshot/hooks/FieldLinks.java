package io.ramshot.hooks;

/** What a field may hold that is saved elsewhere, and so is saved as a name. */
interface FieldLinks {

  /** The participant that saves this object, or null. */
  String participantOf(Object object);

  /** The object that a participant saves, or null. */
  Object participant(String name);

  /** Takes notice of guest RAM on the heap that was made or replaced. */
  void refresh();

  /** The name of guest RAM on the heap, or of a piece of it; null for any other array. */
  String ramOf(Object array);

  /** The guest's array of that name, or null. */
  Object ram(String name);

  /** Where in guest RAM outside the heap an address is, or null. Takes no lock. */
  RamPlace placeOf(long address);

  /** Where guest RAM of this name begins, or null if it has no address. */
  Long addressOf(String ram);
}
