package com.example.wasm;

import static com.example.wasm.WasmCode.BR_IF;
import static com.example.wasm.WasmCode.END;
import static com.example.wasm.WasmCode.FUNCTION;
import static com.example.wasm.WasmCode.I32;
import static com.example.wasm.WasmCode.I64;
import static com.example.wasm.WasmCode.IF;
import static com.example.wasm.WasmCode.LOOP;
import static com.example.wasm.WasmCode.NOTHING;
import static com.example.wasm.WasmCode.RETURN;

/**
 * A WebAssembly guest that increments one byte in every page of 4 KiB, in order, for ever, and
 * keeps all that it knows in its memory. Little-endian, in the first page:
 *
 * <pre>
 *  0  i64  magic, once it is ready
 *  8  i64  cursor: the address that is incremented next
 * 16  i64  limit: the pages from the second one up to here are incremented
 * 24  i64  passes done
 * </pre>
 *
 * It exports {@code begin()}, {@code step(n)}, which does n pages, and {@code grow(n)}, which asks
 * for n more times 64 KiB and goes on over them too.
 */
public final class EdgeModule {
  /** {@code EDGE-W\0\0} as a little-endian word. */
  public static final long MAGIC = 0x0000_572d_4547_4445L;

  public static final int PAGE = 4096;

  private static final int CURSOR_AT = 8;
  private static final int LIMIT_AT = 16;
  private static final int PASSES_AT = 24;

  private static final int I32_LOAD8_U = 0x2d;
  private static final int I32_STORE8 = 0x3a;
  private static final int I64_LOAD = 0x29;
  private static final int I64_STORE = 0x37;
  private static final int I32_EQ = 0x46;
  private static final int I64_EQ = 0x51;
  private static final int I64_GE_U = 0x5a;
  private static final int I64_LT_U = 0x54;
  private static final int I32_ADD = 0x6a;
  private static final int I32_SUB = 0x6b;
  private static final int I64_ADD = 0x7c;
  private static final int I64_SHL = 0x86;
  private static final int I32_WRAP_I64 = 0xa7;
  private static final int I64_EXTEND_I32_U = 0xad;
  private static final int MEMORY_SIZE = 0x3f;
  private static final int MEMORY_GROW = 0x40;

  private final boolean wide;

  private EdgeModule(boolean wide) {
    this.wide = wide;
  }

  /**
   * The module in its binary form.
   *
   * @param least memory at the start, times 64 KiB
   * @param most what it may grow to, times 64 KiB; 0 for no limit
   * @param wide whether addresses have 64 bits
   */
  public static byte[] bytes(int least, int most, boolean wide) {
    return new EdgeModule(wide).module(least, most);
  }

  private byte[] module(int least, int most) {
    WasmCode types =
        new WasmCode()
            .number(3)
            .raw(FUNCTION, 0, 0)
            .raw(FUNCTION, 1, I32, 0)
            .raw(FUNCTION, 1, I32, 1, I32);
    WasmCode functions = new WasmCode().number(3).raw(0, 1, 2);
    WasmCode memory = new WasmCode().number(1).raw((most > 0 ? 1 : 0) | (wide ? 4 : 0));
    memory.number(least);
    if (most > 0) {
      memory.number(most);
    }
    WasmCode exports = new WasmCode().number(4);
    exports.name("begin").raw(0, 0).name("step").raw(0, 1).name("grow").raw(0, 2);
    exports.name("memory").raw(2, 0);
    WasmCode code = new WasmCode().number(3);
    code.sized(begin().bytes()).sized(step().bytes()).sized(grow().bytes());
    return new WasmCode()
        .raw(0, 'a', 's', 'm', 1, 0, 0, 0)
        .section(1, types)
        .section(3, functions)
        .section(5, memory)
        .section(7, exports)
        .section(10, code)
        .bytes();
  }

  /** An address is on the stack as a number of 64 bits. */
  private WasmCode address(WasmCode code) {
    return wide ? code : code.raw(I32_WRAP_I64);
  }

  private WasmCode zero(WasmCode code) {
    return wide ? code.i64(0) : code.i32(0);
  }

  private WasmCode load(WasmCode code, int at) {
    return zero(code).memory(I64_LOAD, at);
  }

  private WasmCode memorySize(WasmCode code) {
    code.raw(MEMORY_SIZE, 0);
    if (!wide) {
      code.raw(I64_EXTEND_I32_U);
    }
    return code.i64(16).raw(I64_SHL);
  }

  private WasmCode begin() {
    WasmCode code = new WasmCode().number(0);
    zero(code).i64(PAGE).memory(I64_STORE, CURSOR_AT);
    memorySize(zero(code)).memory(I64_STORE, LIMIT_AT);
    return zero(code).i64(MAGIC).memory(I64_STORE, 0).raw(END);
  }

  /** Parameter 0: pages to do. Local 1: cursor. */
  private WasmCode step() {
    WasmCode code = new WasmCode().number(1).number(1).raw(I64);
    load(code, CURSOR_AT).set(1);
    code.raw(LOOP, NOTHING);
    address(code.get(1));
    address(code.get(1)).memory(I32_LOAD8_U, 0).i32(1).raw(I32_ADD).memory(I32_STORE8, 0);
    code.get(1).i64(PAGE).raw(I64_ADD).tee(1);
    load(code, LIMIT_AT).raw(I64_GE_U).raw(IF, NOTHING);
    code.i64(PAGE).set(1);
    load(zero(code), PASSES_AT).i64(1).raw(I64_ADD).memory(I64_STORE, PASSES_AT).raw(END);
    code.get(0).i32(1).raw(I32_SUB).tee(0).raw(BR_IF, 0).raw(END);
    return zero(code).get(1).memory(I64_STORE, CURSOR_AT).raw(END);
  }

  /**
   * Parameter 0: how much more. Local 1: the old size or -1. Local 2: a new page. Local 3: the byte
   * of the last old page, which all new pages get: a page that was not reached in this pass.
   */
  private WasmCode grow() {
    WasmCode code = new WasmCode().number(2).number(2).raw(I64).number(1).raw(I32);
    code.get(0);
    if (wide) {
      code.raw(I64_EXTEND_I32_U).raw(MEMORY_GROW, 0).tee(1).i64(-1).raw(I64_EQ);
    } else {
      code.raw(MEMORY_GROW, 0).raw(I64_EXTEND_I32_U).tee(1).raw(I32_WRAP_I64).i32(-1).raw(I32_EQ);
    }
    code.raw(IF, NOTHING).i32(-1).raw(RETURN).raw(END);
    load(code, LIMIT_AT).set(2);
    address(code.get(2).i64(-PAGE).raw(I64_ADD)).memory(I32_LOAD8_U, 0).set(3);
    code.raw(LOOP, NOTHING);
    address(code.get(2)).get(3).memory(I32_STORE8, 0);
    memorySize(code.get(2).i64(PAGE).raw(I64_ADD).tee(2)).raw(I64_LT_U).raw(BR_IF, 0).raw(END);
    memorySize(zero(code)).memory(I64_STORE, LIMIT_AT);
    return code.get(1).raw(I32_WRAP_I64, END);
  }
}
