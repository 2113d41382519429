package io.ramshot.hooks;

/**
 * A place in guest RAM outside the heap.
 *
 * @param block its name
 * @param offset in bytes
 */
record RamPlace(String block, long offset) {}
