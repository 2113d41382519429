/**
 * Finds guest RAM, vCPUs and state in a host that knows nothing of ramshot, with advice that Byte
 * Buddy inlines into JDK and host classes.
 *
 * <p>{@link io.ramshot.hooks.Hooks} is the entry point, {@link io.ramshot.hooks.HookOptions} says
 * what to look for, and {@link io.ramshot.hooks.HostProfile} is what a host's author can ship.
 */
package io.ramshot.hooks;
