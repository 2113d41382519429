/** Where devices answer in the physical address space. */
package io.ramshot.sample.bus;
