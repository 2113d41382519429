/**
 * Files as ramshot makes and reads them, in folders to which others may have access as well. Needs
 * no native code.
 */
package io.ramshot.file;
