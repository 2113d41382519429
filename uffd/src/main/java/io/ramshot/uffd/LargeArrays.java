package io.ramshot.uffd;

import java.util.List;

/**
 * The large arrays of a Java heap with those that refer to them.
 *
 * @param references to large primitive arrays, arrays of arrays and buffers, whatever their size
 * @param pieces small arrays, in groups
 * @param truncated whether there were more than could be looked at
 */
public record LargeArrays(
    List<HeapReference> references, List<HeapPieces> pieces, boolean truncated) {}
