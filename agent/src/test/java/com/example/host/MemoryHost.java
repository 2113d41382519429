package com.example.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A host whose memory is moved by hand: it does what it reads from stdin, and answers each line
 * with {@code begin LINE} and {@code end LINE}.
 *
 * <ul>
 *   <li>{@code direct NAME MIB SEED}, {@code unsafe NAME MIB SEED}: allocate memory and fill it;
 *   <li>{@code fill NAME SEED}: fill it again;
 *   <li>{@code read NAME FILE}: have the kernel read a file into it, all of it;
 *   <li>{@code check NAME SEED}: print {@code same} or {@code differs};
 *   <li>{@code free NAME}.
 * </ul>
 */
public final class MemoryHost {
  private static final int MIB = 1 << 20;
  private static final int PIECE = 64 << 10;

  // Reflection, because javac warns of sun.misc.Unsafe and cannot be told not to.
  private static final Object UNSAFE;
  private static final Method ALLOCATE;
  private static final Method FREE;
  private static final Method COPY;
  private static final long ARRAY_BASE;

  static {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field instance = type.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      UNSAFE = instance.get(null);
      ALLOCATE = type.getMethod("allocateMemory", long.class);
      FREE = type.getMethod("freeMemory", long.class);
      COPY =
          type.getMethod(
              "copyMemory", Object.class, long.class, Object.class, long.class, long.class);
      ARRAY_BASE = type.getField("ARRAY_BYTE_BASE_OFFSET").getInt(null);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Memory that holds {@link MemoryHost#word} at each multiple of 8. */
  private abstract static class Memory {
    final int bytes;

    Memory(int bytes) {
      this.bytes = bytes;
    }

    abstract void put(int offset, byte[] piece);

    void fill(long seed) {
      for (int at = 0; at < bytes; at += PIECE) {
        put(at, piece(seed, at));
      }
    }
  }

  private static final class Direct extends Memory {
    final ByteBuffer buffer;

    Direct(int bytes) {
      super(bytes);
      buffer = ByteBuffer.allocateDirect(bytes);
    }

    @Override
    void put(int offset, byte[] piece) {
      buffer.put(offset, piece);
    }
  }

  private static final class Unowned extends Memory {
    final long address;

    Unowned(int bytes) {
      super(bytes);
      address = (Long) invoke(ALLOCATE, (long) bytes);
    }

    @Override
    void put(int offset, byte[] piece) {
      invoke(COPY, piece, ARRAY_BASE, null, address + offset, (long) piece.length);
    }
  }

  private final Map<String, Memory> memories = new HashMap<>();

  private MemoryHost() {}

  public static void main(String[] args) throws IOException {
    MemoryHost host = new MemoryHost();
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("ready");
      for (String line; (line = in.readLine()) != null; ) {
        System.out.println("begin " + line);
        host.obey(line.split(" "));
        System.out.println("end " + line);
      }
    }
  }

  private void obey(String[] words) throws IOException {
    String name = words[1];
    switch (words[0]) {
      case "direct" -> add(name, new Direct(Integer.parseInt(words[2]) * MIB), words[3]);
      case "unsafe" -> add(name, new Unowned(Integer.parseInt(words[2]) * MIB), words[3]);
      case "fill" -> memories.get(name).fill(Long.parseLong(words[2]));
      case "read" -> read(((Direct) memories.get(name)).buffer, Path.of(words[2]));
      case "check" -> check(((Direct) memories.get(name)).buffer, Long.parseLong(words[2]));
      case "free" -> invoke(FREE, ((Unowned) memories.remove(name)).address);
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private void add(String name, Memory memory, String seed) {
    memory.fill(Long.parseLong(seed));
    memories.put(name, memory);
  }

  private static void read(ByteBuffer buffer, Path file) throws IOException {
    ByteBuffer whole = buffer.duplicate().clear();
    try (FileChannel channel = FileChannel.open(file)) {
      while (whole.hasRemaining() && channel.read(whole) >= 0) {
        // The kernel may read less than is asked for.
      }
    }
    if (whole.hasRemaining()) {
      throw new IOException(file + " is too short by " + whole.remaining());
    }
  }

  private static void check(ByteBuffer buffer, long seed) {
    System.out.println(holds(buffer, seed) ? "same" : "differs");
  }

  /** Whether memory is just as it was filled. */
  public static boolean holds(ByteBuffer memory, long seed) {
    for (int at = 0; at < memory.capacity(); at += PIECE) {
      if (!memory.slice(at, PIECE).equals(ByteBuffer.wrap(piece(seed, at)))) {
        return false;
      }
    }
    return true;
  }

  /** What a memory filled with that seed holds from this offset on. */
  public static byte[] piece(long seed, int offset) {
    ByteBuffer piece = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < PIECE; i += Long.BYTES) {
      piece.putLong(i, word(seed, offset + i));
    }
    return piece.array();
  }

  private static long word(long seed, long offset) {
    long z = (seed * 0x9e3779b97f4a7c15L) ^ (offset + 1);
    z = (z ^ (z >>> 32)) * 0xd6e8feb86659fd93L;
    return z ^ (z >>> 32);
  }

  private static Object invoke(Method method, Object... arguments) {
    try {
      return method.invoke(UNSAFE, arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
