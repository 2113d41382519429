package io.ramshot.hooks;

import io.ramshot.image.BlockKind;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;

/** Tells whose memory a direct buffer is over. */
final class DirectBuffers {

  private static final String TYPE = "java.nio.DirectByteBuffer";

  private final Access access;

  DirectBuffers(Access access) {
    this.access = access;
  }

  /** The buffer that owns the memory of this one, which may be a view of it. */
  ByteBuffer root(Buffer buffer) {
    Object at = buffer;
    try {
      for (Object next; (next = get(at.getClass(), "att", at)) instanceof Buffer; ) {
        at = next;
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM's direct buffers are unknown", e);
    }
    return at instanceof ByteBuffer whole ? whole : null;
  }

  /** How the root of a direct buffer came by its memory; null if a segment owns it. */
  BlockKind kind(Buffer buffer) {
    ByteBuffer root = root(buffer);
    if (root == null) {
      return null;
    }
    try {
      Class<?> type = Class.forName(TYPE);
      if (get(MappedByteBuffer.class, "fd", root) != null) {
        return BlockKind.MAPPED;
      }
      if (get(type, "cleaner", root) != null) {
        return BlockKind.DIRECT;
      }
      return get(type, "att", root) != null || get(Buffer.class, "segment", root) != null
          ? null
          : BlockKind.NATIVE;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM's direct buffers are unknown", e);
    }
  }

  /** The field may be a parent's: those of read-only buffers and of views are. */
  private Object get(Class<?> type, String name, Object object)
      throws ReflectiveOperationException {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          return access.to(field, at).get(object);
        }
      }
    }
    return null;
  }
}
