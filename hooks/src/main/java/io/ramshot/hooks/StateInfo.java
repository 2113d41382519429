package io.ramshot.hooks;

/**
 * What became of a configured class with state.
 *
 * @param state as configured
 * @param loaded whether the class has been loaded
 * @param found whether the class has both methods, in forms that are supported
 * @param participants objects that belong to the next checkpoint; at most one if the methods are
 *     static
 */
public record StateInfo(StateSpec state, boolean loaded, boolean found, int participants) {}
