/** Live, point-in-time checkpoints of guest RAM: the entry point for embedders. */
package io.ramshot;
