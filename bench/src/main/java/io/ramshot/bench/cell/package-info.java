/** What is measured: a guest, its RAM, where the image goes, and who takes part. */
package io.ramshot.bench.cell;
