/**
 * What the host's system class loader sees of ramshot: the two entry points, and the class loader
 * that holds all the rest.
 *
 * <p>The jar has three layers. This package lies open in it. {@code io.ramshot.boot}, what code
 * woven into the host may call, is appended to the boot class path. Everything else, with its
 * libraries, lies under {@code inner/} and belongs to {@link io.ramshot.agent.AgentClassLoader},
 * whose parent is the platform loader: a host may bring its own JNA, Byte Buddy or picocli, in any
 * version, and neither sees the other's.
 *
 * <p>Classes of this package must not name a class of any other package of ramshot.
 */
package io.ramshot.agent;
