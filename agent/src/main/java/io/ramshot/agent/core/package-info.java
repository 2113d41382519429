/** How the agent starts in a host. */
package io.ramshot.agent.core;
