package io.ramshot.agent.timeline;

import io.ramshot.agent.options.TimelinePlan;
import java.time.Duration;
import java.time.Instant;

/**
 * How a timeline is doing.
 *
 * @param running whether checkpoints are still taken
 * @param checkpoints how many are in the folder
 * @param newest the number of the newest, -1 for none
 * @param oldestTime when the oldest was frozen, or null
 * @param newestTime when the newest was frozen, or null
 * @param taken checkpoints that this timeline has taken
 * @param increments how many of them are increments
 * @param merged checkpoints that gave way to newer ones
 * @param failed attempts that came to nothing
 * @param skipped ticks that came while a snapshot, or the work of the tick before, was under way
 * @param message what failed last; empty since the last checkpoint that did not
 * @param lastFailure what failed last, also if checkpoints have been taken since; or empty
 * @param lastFailureTime when that was, or null
 * @param nextTime when the next checkpoint is due; null if none is
 * @param doing what it does just now; empty while it waits for the next checkpoint
 * @param doingFor how long it has been doing that
 */
public record TimelineStatus(
    TimelinePlan plan,
    boolean running,
    int checkpoints,
    long newest,
    Instant oldestTime,
    Instant newestTime,
    long taken,
    long increments,
    long merged,
    long failed,
    long skipped,
    String message,
    String lastFailure,
    Instant lastFailureTime,
    Instant nextTime,
    String doing,
    Duration doingFor) {}
