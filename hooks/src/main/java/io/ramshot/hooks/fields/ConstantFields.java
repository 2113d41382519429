package io.ramshot.hooks.fields;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/** Final fields that a class file gives their values, so that they are the same in every JVM. */
public final class ConstantFields {

  private ConstantFields() {}

  /** Their names; none where the class file cannot be found or read. */
  public static Set<String> of(Class<?> type) {
    Set<String> names = new HashSet<>();
    String file = type.getName().replace('.', '/') + ".class";
    ClassLoader loader = type.getClassLoader();
    try (InputStream in =
        loader == null
            ? ClassLoader.getSystemResourceAsStream(file)
            : loader.getResourceAsStream(file)) {
      if (in != null) {
        new ClassReader(in)
            .accept(
                new ClassVisitor(Opcodes.ASM9) {
                  @Override
                  public FieldVisitor visitField(
                      int access, String name, String descriptor, String signature, Object value) {
                    if (value != null) {
                      names.add(name);
                    }
                    return null;
                  }
                },
                ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
      }
    } catch (IOException | RuntimeException e) {
      return Set.of();
    }
    return names;
  }
}
