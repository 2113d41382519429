/** Text for people to read, whoever wrote it. */
package io.ramshot.text;
