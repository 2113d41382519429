/** The bytes a machine is saved to and loaded from. */
package io.ramshot.sample.state;
