/**
 * Whatever is thrown or blocks in any step of ramshot's own: that snapshot ends, the next works.
 */
package io.ramshot.hooks.injection;
