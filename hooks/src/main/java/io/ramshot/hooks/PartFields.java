package io.ramshot.hooks;

import io.ramshot.table.Holders;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;

/**
 * The objects in a table that have the guest's RAM in a field, which {@code ram=Class#table.field}
 * names. Takes no lock, because a thread that the freeze has stopped may hold that.
 */
final class PartFields implements Holders {

  private final String name;
  private final Access access;

  /** Replaced as a whole; null for a class without the field. */
  private volatile Map<Class<?>, Field> known = Map.of();

  PartFields(String name, Access access) {
    this.name = name;
    this.access = access;
  }

  @Override
  public boolean isHolder(Object object) {
    return field(object.getClass()) != null;
  }

  private Field field(Class<?> type) {
    Map<Class<?>, Field> now = known;
    if (now.containsKey(type)) {
      return now.get(type);
    }
    Field field = find(type);
    Map<Class<?>, Field> more = new HashMap<>(now);
    more.put(type, field);
    known = more;
    return field;
  }

  /** Not one of the JDK's own. */
  private Field find(Class<?> type) {
    for (Class<?> at = type; at != null && at.getClassLoader() != null; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (field.getName().equals(name) && !field.getType().isPrimitive()) {
          return access.to(field, at);
        }
      }
    }
    return null;
  }

  @Override
  public Object get(Object holder) {
    try {
      return field(holder.getClass()).get(holder);
    } catch (IllegalAccessException e) {
      throw unreadable(holder, e);
    }
  }

  @Override
  public void set(Object holder, Object ram) {
    try {
      field(holder.getClass()).set(holder, ram);
    } catch (IllegalAccessException e) {
      throw unreadable(holder, e);
    }
  }

  @Override
  public Class<?> type(Object holder) {
    return field(holder.getClass()).getType();
  }

  private IllegalStateException unreadable(Object holder, IllegalAccessException e) {
    return new IllegalStateException(
        "field " + name + " of " + holder.getClass().getName() + " cannot be used: " + e, e);
  }
}
