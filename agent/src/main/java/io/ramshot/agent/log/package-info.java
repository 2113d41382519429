/**
 * Stands in for java.util.logging where our copy of JNA would log: its class files name these types
 * instead, see {@code io.ramshot.agent.LibraryNames}.
 */
package io.ramshot.agent.log;
