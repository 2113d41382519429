/**
 * Live, point-in-time checkpoints of guest RAM, for programs that embed ramshot.
 *
 * <p>{@link io.ramshot.Guest} is the entry point: register {@linkplain io.ramshot.Block blocks},
 * say where vCPUs {@linkplain io.ramshot.Vcpus run} and which {@linkplain io.ramshot.Participant
 * state} belongs to a checkpoint besides RAM, and take a {@link io.ramshot.Snapshot}.
 */
package io.ramshot;
