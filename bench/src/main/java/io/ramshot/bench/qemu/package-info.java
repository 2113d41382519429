/** QEMU's own background snapshot as a contender: its guest, its control protocol, its figures. */
package io.ramshot.bench.qemu;
