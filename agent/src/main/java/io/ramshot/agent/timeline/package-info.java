/** A timeline: a folder that holds the last checkpoints of a guest, one every so often. */
package io.ramshot.agent.timeline;
