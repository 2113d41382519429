package io.ramshot.uffd;

/**
 * One reference to an object that {@link HeapSearch#arrays} found.
 *
 * @param referrer the object whose field, or the array whose element, it is; the class for a static
 *     field; or null where only a stack, native code or the JVM itself refers to it
 * @param referee an array, or a buffer
 */
public record HeapReference(Object referrer, Object referee) {}
