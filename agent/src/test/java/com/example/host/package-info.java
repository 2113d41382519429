/**
 * Hosts for forked JVMs. Their package is not ours, because the hooks pass over what ramshot itself
 * allocates.
 */
package com.example.host;
