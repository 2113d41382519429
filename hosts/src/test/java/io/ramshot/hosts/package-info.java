/**
 * Proofs that ramshot.jar takes right checkpoints of emulators that others wrote and that know
 * nothing of it.
 */
package io.ramshot.hosts;
