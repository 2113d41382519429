package io.ramshot.hooks;

import io.ramshot.image.BlockKind;

/**
 * Who allocates, as the stack tells it.
 *
 * @param className gives blocks their name: the class that {@code ram.by} named, else the first one
 *     outside the JDK
 * @param guestRam whether the filter takes it for guest RAM
 * @param kind through what the host asked for the memory
 */
record AllocationSite(String className, boolean guestRam, BlockKind kind) {}
