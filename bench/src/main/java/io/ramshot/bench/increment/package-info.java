/** Increments: what an image costs that stores only what changed since another. */
package io.ramshot.bench.increment;
