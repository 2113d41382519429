/** The devices of the board: interrupt controllers, serial port, power switch, boot ROM. */
package io.ramshot.sample.device;
