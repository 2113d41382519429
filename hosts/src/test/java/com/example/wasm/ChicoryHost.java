package com.example.wasm;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ByteBufferMemory;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.Parser;
import java.util.List;

/** Runs the edge guest on Chicory: {@code array|buffer PIECES [resumed]}. */
public final class ChicoryHost {
  private ChicoryHost() {}

  public static void main(String[] args) {
    int pieces = Integer.parseInt(args[1]);
    Instance instance =
        Instance.builder(Parser.parse(EdgeModule.bytes(pieces, 4 * pieces, false)))
            .withMemoryFactory(
                args[0].equals("array") ? ByteArrayMemory::new : ByteBufferMemory::new)
            .build();
    ExportFunction begin = instance.export("begin");
    ExportFunction step = instance.export("step");
    ExportFunction grow = instance.export("grow");
    WasmHost.run(
        new WasmHost.Exports() {
          @Override
          public void begin() {
            begin.apply();
          }

          @Override
          public void step(int pages) {
            step.apply(pages);
          }

          @Override
          public int grow(int more) {
            return (int) grow.apply(more)[0];
          }
        },
        List.of(args).contains("resumed"));
  }
}
