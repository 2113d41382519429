/**
 * What advice that is inlined into JDK and host classes may call: the only ramshot classes in the
 * boot loader.
 *
 * <p>Rules here: the JDK only, no lambdas, no logging, no waiting except at a closed gate. These
 * methods run in any host thread, inside static initialisers and under any lock of the host.
 */
package io.ramshot.boot;
