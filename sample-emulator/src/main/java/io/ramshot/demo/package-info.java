/**
 * The demo: checkpoints a running machine, kills it and restores it, and checks every step.
 *
 * <p>It knows ramshot only from outside: the MXBean's name, the command line of {@code ramshot.jar}
 * and the file format of docs/FORMAT.md. It watches the guest through its serial port and through
 * {@code /proc/PID/mem}.
 */
package io.ramshot.demo;
