/** What was measured: figures, one contender's sample of them, and guest speed over time. */
package io.ramshot.bench.figures;
