/** What follows {@code -javaagent:ramshot.jar=}. */
package io.ramshot.agent.options;
