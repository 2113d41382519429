/**
 * Watches an unknown host and writes a profile for it: where its guest RAM may be, where its vCPUs
 * can be frozen, what may hold its state.
 *
 * <p>Rules here: change nothing of the host, take back what was put in, bound what it costs, and
 * say what is not certain.
 */
package io.ramshot.hooks.discover;
