/**
 * The JVM that holds the guest: its RAM, its threads and the contenders that save it, one cell
 * long.
 */
package io.ramshot.bench.worker;
