package io.ramshot.hooks;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Makes blocks of the memory that a field of constructed objects holds. */
final class Holder {

  private final HolderSpec spec;
  private final GuestRam ram;
  private final Access access;
  private final Consumer<String> warnings;

  /** One object with unknown memory tells it all. */
  private final AtomicBoolean warned = new AtomicBoolean();

  Holder(HolderSpec spec, GuestRam ram, Access access, Consumer<String> warnings) {
    this.spec = spec;
    this.ram = ram;
    this.access = access;
    this.warnings = warnings;
  }

  void constructed(Object instance) {
    try {
      Class<?> type = Access.declaring(instance, spec.className());
      Field field = find(type);
      if (field == null) {
        return;
      }
      long address = address(field, instance);
      String site = spec.className() + "." + spec.field();
      if (!ram.hold(address, site) && !isDelegating() && !warned.getAndSet(true)) {
        warnings.accept(
            "ram.holder="
                + spec
                + (address == 0
                    ? " holds nothing when its constructor is over"
                    : String.format(
                        " holds 0x%x, which is in no allocation that ramshot knows: it may be"
                            + " smaller than ram.min, or not from Unsafe or allocateDirect",
                        address)));
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      warnings.accept("ram.holder=" + spec + " cannot be read: " + e);
    }
  }

  private Field find(Class<?> type) {
    Field field;
    try {
      field = type.getDeclaredField(spec.field());
    } catch (NoSuchFieldException e) {
      List<String> names = Arrays.stream(type.getDeclaredFields()).map(Field::getName).toList();
      warnings.accept(
          "ram.holder="
              + spec
              + ": "
              + spec.className()
              + " has no field "
              + spec.field()
              + (names.isEmpty()
                  ? ""
                  : "; nearest: " + String.join(", ", Nearest.to(spec.field(), names, n -> n, 3))));
      return null;
    }
    Class<?> fieldType = field.getType();
    if (Modifier.isStatic(field.getModifiers())
        || !(fieldType == long.class || Buffer.class.isAssignableFrom(fieldType))) {
      warnings.accept(
          "ram.holder="
              + spec
              + ": "
              + Modifier.toString(field.getModifiers())
              + " "
              + fieldType.getTypeName()
              + " "
              + spec.field()
              + " cannot hold guest RAM: name an instance field that is a long or a ByteBuffer");
      return null;
    }
    return access.to(field, type);
  }

  private long address(Field field, Object instance) throws ReflectiveOperationException {
    if (field.getType() == long.class) {
      return field.getLong(instance);
    }
    Buffer buffer = (Buffer) field.get(instance);
    // MemorySegment.ofBuffer would tell it too, from JDK 22.
    return buffer == null || !buffer.isDirect()
        ? 0
        : access.to(Buffer.class.getDeclaredField("address"), Buffer.class).getLong(buffer);
  }

  /** Whether another constructor of the class goes on after this one, and may set the field. */
  private boolean isDelegating() {
    return StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .filter(
                            f ->
                                f.getMethodName().equals("<init>")
                                    && f.getClassName().equals(spec.className()))
                        .limit(2)
                        .collect(Collectors.counting()))
        > 1;
  }
}
