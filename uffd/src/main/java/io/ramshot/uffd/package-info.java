/**
 * The native engine seen from Java: loading it, calling it, reading its figures, and turning its
 * error numbers into sentences.
 */
package io.ramshot.uffd;
