/**
 * Guest RAM in tables of the host: many arrays on the heap that hang from arrays, lists, maps and
 * objects, and come into being while the guest runs.
 *
 * <p>An image has the table's {@linkplain io.ramshot.table.Form form}, so that a restore can make
 * the arrays that a fresh host does not have yet, and take away those that it should not have.
 */
package io.ramshot.table;
