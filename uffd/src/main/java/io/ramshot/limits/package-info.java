/**
 * How much memory this process may still use: by the system, by its control groups and by its own
 * limits.
 */
package io.ramshot.limits;
