package io.ramshot.image;

/** An image file, open for reading. */
public final class Image {}
