/** The sample emulator as a guest: a whole JVM with the agent, seen from outside. */
package io.ramshot.bench.emulator;
