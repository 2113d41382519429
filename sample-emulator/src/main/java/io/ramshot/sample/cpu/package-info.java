/** One RV64GC hart: decoder, interpreter, control registers, address translation. */
package io.ramshot.sample.cpu;
