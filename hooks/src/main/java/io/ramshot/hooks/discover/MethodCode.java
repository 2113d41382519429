package io.ramshot.hooks.discover;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.utility.OpenedClassReader;

/**
 * The byte code of one method, as far as it tells whether the method may be a gate.
 *
 * @param calls what it calls, each once, in order
 * @param fields whether it writes fields by itself
 * @param memory whether it writes arrays or buffers by itself
 * @param loops whether it jumps back
 * @param isNative whether it has no byte code, but native code
 * @param instructions field accesses, calls and array stores
 */
record MethodCode(
    List<Call> calls,
    boolean fields,
    boolean memory,
    boolean loops,
    boolean isNative,
    int instructions) {

  /**
   * A call as the class file has it.
   *
   * @param owner binary name of the class that it names, which need not be the receiver's
   */
  record Call(String owner, String name) {}

  /** A loop around a CPU has fewer instructions that matter; an interpreter has hundreds. */
  private static final int SHORT = 60;

  /** Methods of the JDK that write for their caller begin so. */
  private static final List<String> JDK_WRITES =
      List.of("put", "set", "fill", "arraycopy", "copy", "clear", "store", "getAndSet", "add");

  private static final Set<String> JDK_MEMORY =
      Set.of(
          "java/nio/",
          "java/lang/System",
          "java/lang/invoke/",
          "java/lang/foreign/",
          "java/util/",
          "sun/misc/");

  /** Whether it changes nothing and calls nobody: a getter is no quantum. */
  boolean isGetter() {
    return !fields && !memory && !loops && !isNative && calls.isEmpty();
  }

  /** Whether its work is in what it calls: it counts rounds at most. */
  boolean onlyCalls() {
    return !memory && (!fields || instructions <= SHORT);
  }

  private static MethodCode both(MethodCode one, MethodCode other) {
    List<Call> calls = new ArrayList<>(one.calls);
    other.calls.stream().filter(c -> !calls.contains(c)).forEach(calls::add);
    return new MethodCode(
        calls,
        one.fields || other.fields,
        one.memory || other.memory,
        one.loops || other.loops,
        one.isNative || other.isNative,
        one.instructions + other.instructions);
  }

  /**
   * The methods that a class declares, by name, overloads together, for stacks do not tell them
   * apart; empty if its class file cannot be read.
   */
  static Map<String, MethodCode> of(Class<?> type) {
    Map<String, MethodCode> methods = new HashMap<>();
    try (ClassFileLocator locator = ClassFileLocator.ForClassLoader.of(type.getClassLoader())) {
      ClassFileLocator.Resolution file = locator.locate(type.getName());
      if (file.isResolved()) {
        OpenedClassReader.of(file.resolve())
            .accept(new Reader(methods), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
      }
    } catch (IOException | RuntimeException e) {
      return Map.of(); // Made by the host itself, or newer than this version reads.
    }
    return methods;
  }

  private static final class Reader extends ClassVisitor {
    private final Map<String, MethodCode> methods;

    Reader(Map<String, MethodCode> methods) {
      super(OpenedClassReader.ASM_API);
      this.methods = methods;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new Body(
          name, (access & Opcodes.ACC_NATIVE) != 0, m -> methods.merge(name, m, MethodCode::both));
    }
  }

  private static final class Body extends MethodVisitor {
    private final String name;
    private final boolean isNative;
    private final Consumer<MethodCode> sink;
    private final List<Call> calls = new ArrayList<>();
    private final Set<Label> passed = new HashSet<>();
    private boolean fields;
    private boolean memory;
    private int instructions;
    private boolean loops;

    Body(String name, boolean isNative, Consumer<MethodCode> sink) {
      super(OpenedClassReader.ASM_API);
      this.name = name;
      this.isNative = isNative;
      this.sink = sink;
    }

    @Override
    public void visitInsn(int opcode) {
      if (opcode >= Opcodes.IASTORE && opcode <= Opcodes.SASTORE) {
        memory = true;
        instructions++;
      }
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String field, String descriptor) {
      instructions++;
      fields |= opcode == Opcodes.PUTFIELD || opcode == Opcodes.PUTSTATIC;
    }

    @Override
    public void visitLabel(Label label) {
      passed.add(label);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      loops |= passed.contains(label);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String called, String descriptor, boolean isInterface) {
      if (JDK_MEMORY.stream().anyMatch(owner::startsWith)) {
        memory |= JDK_WRITES.stream().anyMatch(called::startsWith);
      }
      instructions++;
      Call call = new Call(owner.replace('/', '.'), called);
      if (!called.startsWith("<") && !calls.contains(call)) {
        calls.add(call);
      }
    }

    @Override
    public void visitEnd() {
      if (!name.startsWith("<")) {
        sink.accept(new MethodCode(calls, fields, memory, loops, isNative, instructions));
      }
    }
  }
}
