package com.example.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** WebAssembly in its binary form, as far as {@link EdgeModule} needs it. */
final class WasmCode {
  static final int I32 = 0x7f;
  static final int I64 = 0x7e;
  static final int FUNCTION = 0x60;

  static final int LOOP = 0x03;
  static final int IF = 0x04;
  static final int END = 0x0b;
  static final int BR_IF = 0x0d;
  static final int RETURN = 0x0f;
  static final int GET = 0x20;
  static final int SET = 0x21;
  static final int TEE = 0x22;
  static final int CONST_I32 = 0x41;
  static final int CONST_I64 = 0x42;

  /** The type of a block that leaves nothing on the stack. */
  static final int NOTHING = 0x40;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Opcodes and other single bytes. */
  WasmCode raw(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  WasmCode raw(byte[] values) {
    bytes.writeBytes(values);
    return this;
  }

  /** An unsigned number in LEB128. */
  WasmCode number(long value) {
    long rest = value;
    while (rest >= 0x80) {
      bytes.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
    return this;
  }

  /** A signed number in LEB128, as constants have them. */
  WasmCode signed(long value) {
    long rest = value;
    while (rest < -0x40 || rest >= 0x40) {
      bytes.write((int) (rest & 0x7f | 0x80));
      rest >>= 7;
    }
    bytes.write((int) (rest & 0x7f));
    return this;
  }

  WasmCode get(int local) {
    return raw(GET).number(local);
  }

  WasmCode set(int local) {
    return raw(SET).number(local);
  }

  WasmCode tee(int local) {
    return raw(TEE).number(local);
  }

  WasmCode i32(int value) {
    return raw(CONST_I32).signed(value);
  }

  WasmCode i64(long value) {
    return raw(CONST_I64).signed(value);
  }

  /** A load or a store with no promise of alignment. */
  WasmCode memory(int opcode, int offset) {
    return raw(opcode, 0).number(offset);
  }

  WasmCode name(String text) {
    return sized(text.getBytes(StandardCharsets.UTF_8));
  }

  WasmCode sized(byte[] content) {
    return number(content.length).raw(content);
  }

  WasmCode section(int id, WasmCode content) {
    return raw(id).sized(content.bytes());
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }
}
