/** What guest RAM is made of. */
package io.ramshot.sample.memory;
