/** Runs cells: forks the JVMs, gives contenders their turns, keeps what they measured. */
package io.ramshot.bench.driver;
