/** The command line of the sample emulator. */
package io.ramshot.sample;
