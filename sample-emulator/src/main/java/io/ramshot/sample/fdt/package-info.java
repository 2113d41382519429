/** Flattened device trees. */
package io.ramshot.sample.fdt;
