/** {@code java -jar ramshot.jar}: takes and inspects snapshots from outside of the target JVM. */
package io.ramshot.agent.cli;
