/** Snapshots over JMX: the MXBean, what it shows, and when it is registered. */
package io.ramshot.agent.jmx;
