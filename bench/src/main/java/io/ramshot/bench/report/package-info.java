/** What the bench prints and writes. */
package io.ramshot.bench.report;
