/** Restores: how an image becomes a running guest, by ramshot and by what else there is. */
package io.ramshot.bench.restore;
