/** The machine: a hart, RAM and devices, laid out like QEMU's {@code virt} board. */
package io.ramshot.sample.board;
