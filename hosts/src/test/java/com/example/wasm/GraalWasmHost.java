package com.example.wasm;

import java.io.IOException;
import java.util.List;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.ByteSequence;

/** Runs the edge guest on GraalWasm: {@code MEMORY PIECES [resumed]}. */
public final class GraalWasmHost {

  /** What can make GraalWasm keep memory in one way or another. */
  private enum Memory {
    /** {@code ByteArrayWasmMemory}: the default. */
    HEAP,
    /** {@code UnsafeWasmMemory}: a direct buffer. */
    DIRECT,
    /** {@code NativeWasmMemory}: allocateMemory and reallocateMemory. */
    NATIVE
  }

  private GraalWasmHost() {}

  public static void main(String[] args) throws IOException {
    Memory memory = Memory.valueOf(args[0].toUpperCase(java.util.Locale.ROOT));
    int pieces = Integer.parseInt(args[1]);
    Context.Builder builder =
        Context.newBuilder("wasm")
            .allowExperimentalOptions(true)
            .option("engine.WarnInterpreterOnly", "false");
    boolean newer = Runtime.version().feature() >= 21;
    boolean wide = false;
    int most = 4 * pieces;
    if (memory != Memory.HEAP) {
      builder.option("wasm.UseUnsafeMemory", "true");
    }
    if (newer) {
      if (memory == Memory.DIRECT) {
        builder.option("wasm.DirectByteBufferMemoryAccess", "true");
      } else {
        // Memory that can outgrow an array, else 25.x takes an array all the same.
        most = 0;
      }
    } else if (memory == Memory.NATIVE) {
      // 24.1.x takes it only for addresses of 64 bits.
      builder.option("wasm.Memory64", "true");
      wide = true;
      most = 1 << 16;
    }
    Context context = builder.build();
    byte[] module = EdgeModule.bytes(pieces, most, wide);
    Value evaluated =
        context.eval(Source.newBuilder("wasm", ByteSequence.create(module), "edge").build());
    Value exports =
        newer
            ? evaluated.newInstance().getMember("exports")
            : context.getBindings("wasm").getMember("edge");
    Value begin = exports.getMember("begin");
    Value step = exports.getMember("step");
    Value grow = exports.getMember("grow");
    WasmHost.run(
        new WasmHost.Exports() {
          @Override
          public void begin() {
            begin.execute();
          }

          @Override
          public void step(int pages) {
            step.execute(pages);
          }

          @Override
          public int grow(int more) {
            return grow.execute(more).asInt();
          }
        },
        List.of(args).contains("resumed"));
  }
}
