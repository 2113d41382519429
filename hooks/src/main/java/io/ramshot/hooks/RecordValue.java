package io.ramshot.hooks;

import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/** Stands in an object stream for a record whose author did not make it serializable. */
final class RecordValue implements Serializable {

  private static final long serialVersionUID = 1L;

  private final Class<?> type;

  /** Whether they are serializable is seen when they are written. */
  @SuppressWarnings("serial")
  private final Object[] components;

  private RecordValue(Class<?> type, Object[] components) {
    this.type = type;
    this.components = components;
  }

  static RecordValue of(Object instance) throws InvalidObjectException {
    Class<?> type = instance.getClass();
    RecordComponent[] described = type.getRecordComponents();
    Object[] components = new Object[described.length];
    try {
      for (int i = 0; i < components.length; i++) {
        described[i].getAccessor().setAccessible(true);
        components[i] = described[i].getAccessor().invoke(instance);
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw invalid(type, "cannot be read", e);
    }
    return new RecordValue(type, components);
  }

  /** By the canonical constructor, which may check. */
  Object readResolve() throws ObjectStreamException {
    if (type == null || !type.isRecord() || components == null) {
      throw new InvalidObjectException("the image has no record where one should be");
    }
    try {
      Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(components);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw invalid(type, "cannot be made of what the image has", e);
    }
  }

  private static InvalidObjectException invalid(Class<?> type, String what, Exception cause) {
    InvalidObjectException e =
        new InvalidObjectException("record " + type.getName() + " " + what + ": " + cause);
    e.initCause(cause);
    return e;
  }
}
