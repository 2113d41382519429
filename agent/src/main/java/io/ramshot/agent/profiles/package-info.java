/** Profiles of known hosts: those shipped with ramshot, and which one a host gets. */
package io.ramshot.agent.profiles;
