package io.ramshot.uffd;

/**
 * Many small arrays of one length that objects of one class refer to.
 *
 * @param owner the class of the referring objects
 * @param type the arrays' class
 * @param length of each, in elements
 * @param count how many references there are
 */
public record HeapPieces(Class<?> owner, Class<?> type, int length, long count) {}
