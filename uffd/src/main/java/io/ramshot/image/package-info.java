/** The image file ({@code .ramshot}): its layout, its writer, its distrustful reader. */
package io.ramshot.image;
