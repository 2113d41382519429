/** What tests of several modules share. */
package io.ramshot.testing;
