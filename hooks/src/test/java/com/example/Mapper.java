package com.example;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A host that has its RAM in a mapped file. */
public final class Mapper {

  private Mapper() {}

  public static MappedByteBuffer map(Path file, FileChannel.MapMode mode, long offset, long bytes)
      throws IOException {
    try (FileChannel channel = open(file)) {
      return channel.map(mode, offset, bytes);
    }
  }

  public static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Makes a file at least this long. */
  public static void grow(Path file, long bytes) throws IOException {
    try (FileChannel channel = open(file)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[1]), bytes - 1);
    }
  }
}
