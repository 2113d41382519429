package io.ramshot.hooks;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import net.bytebuddy.utility.OpenedClassReader;

/**
 * Gives a class's native methods Java code that hooks can be put into: each gets another name, and
 * a Java method of its old name and signature that calls it. The JVM knows the prefix, and finds
 * native code by the name without it, whether it looks the function up or is told it by {@code
 * RegisterNatives}.
 */
final class NativeWrapper {

  static final String PREFIX = "ramshot$native$";

  private static final String JNA = "com/sun/jna/Native";

  private static final int NOT_OF_NATIVE =
      Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED | Opcodes.ACC_FINAL | Opcodes.ACC_VARARGS;

  private final Set<String> names;

  private boolean any;

  private NativeWrapper(Set<String> names) {
    this.names = names;
  }

  /**
   * @param names of the methods, all overloads of which are meant
   * @return null if the class has no such native method, or they have been wrapped already
   */
  static byte[] wrap(byte[] classFile, Set<String> names) {
    if (isBoundByJna(classFile)) {
      return null;
    }
    NativeWrapper wrapper = new NativeWrapper(names);
    ClassReader reader = OpenedClassReader.of(classFile);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(wrapper.visitor(writer), 0);
    return wrapper.any ? writer.toByteArray() : null;
  }

  /** JNA looks native methods up by reflection, and would look for functions of the new names. */
  private static boolean isBoundByJna(byte[] classFile) {
    return new String(classFile, StandardCharsets.ISO_8859_1).contains(JNA);
  }

  private ClassVisitor visitor(ClassWriter writer) {
    return new ClassVisitor(OpenedClassReader.ASM_API, writer) {
      private String owner;

      @Override
      public void visit(
          int version, int access, String name, String sig, String parent, String[] interfaces) {
        owner = name;
        super.visit(version, access, name, sig, parent, interfaces);
      }

      @Override
      public MethodVisitor visitMethod(
          int access, String name, String descriptor, String signature, String[] exceptions) {
        if ((access & Opcodes.ACC_NATIVE) == 0 || !names.contains(name)) {
          return super.visitMethod(access, name, descriptor, signature, exceptions);
        }
        any = true;
        int hidden = access & ~NOT_OF_NATIVE | Opcodes.ACC_PRIVATE | Opcodes.ACC_SYNTHETIC;
        super.visitMethod(hidden, PREFIX + name, descriptor, null, exceptions).visitEnd();
        // The monitor of a synchronized method is the native one's: nobody waits with it at a gate.
        int visible = access & ~(Opcodes.ACC_NATIVE | Opcodes.ACC_SYNCHRONIZED);
        MethodVisitor method = super.visitMethod(visible, name, descriptor, signature, exceptions);
        return new MethodVisitor(OpenedClassReader.ASM_API, method) {
          @Override
          public void visitEnd() {
            call(mv, owner, PREFIX + name, descriptor, (access & Opcodes.ACC_STATIC) != 0);
            super.visitEnd();
          }
        };
      }
    };
  }

  private static void call(
      MethodVisitor code, String owner, String name, String descriptor, boolean isStatic) {
    code.visitCode();
    int local = 0;
    if (!isStatic) {
      code.visitVarInsn(Opcodes.ALOAD, local++);
    }
    for (Type type : Type.getArgumentTypes(descriptor)) {
      code.visitVarInsn(type.getOpcode(Opcodes.ILOAD), local);
      local += type.getSize();
    }
    // A private method of the class itself.
    int invoke = isStatic ? Opcodes.INVOKESTATIC : Opcodes.INVOKESPECIAL;
    code.visitMethodInsn(invoke, owner, name, descriptor, false);
    Type result = Type.getReturnType(descriptor);
    code.visitInsn(result.getOpcode(Opcodes.IRETURN));
    code.visitMaxs(Math.max(local, result.getSize()), local);
  }
}
