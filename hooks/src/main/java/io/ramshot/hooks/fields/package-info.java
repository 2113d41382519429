/**
 * What fields of a host may hold, and what it is in an image: values, containers of the JDK, native
 * handles, constants.
 *
 * <p>Rules here: run no code of the host, and take no lock that a stopped thread may hold.
 */
package io.ramshot.hooks.fields;
