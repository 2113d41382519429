/** The bench's command line. */
package io.ramshot.bench;
