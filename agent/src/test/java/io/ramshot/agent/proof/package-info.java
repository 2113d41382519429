/**
 * Proofs that the whole system keeps its promises: an image is one instant, the guest never pays,
 * and what cannot be done is said.
 */
package io.ramshot.agent.proof;
