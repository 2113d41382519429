package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HookOptionsTest {

  @Test
  void nothingGivesTheDefaults() {
    assertEquals(HookOptions.DEFAULTS, HookOptions.parse(Map.of()));
    assertEquals(16 << 20, HookOptions.DEFAULTS.ramMin());
    assertEquals(Map.of(), HookOptions.DEFAULTS.toMap());
  }

  @Test
  void everyKeyIsReadAndPrintsItselfBack() {
    Map<String, String> values =
        Map.of(
            "gate",
            "a.Board::step(int,long[]),a.Board$Cpu::run;a.B::go() a.C::x",
            "state",
            "a.Board::save/load;fields:a.Cpu fields:a.Bus$Dma-bus-log",
            "adapter",
            "my-adapter.jar",
            "ram.by",
            "a.Memory,a.b.*,c.**",
            "ram.min",
            "8k",
            "ram",
            "a.Memory#address,a.Ram$#a$Ram$$bytes",
            "ram.native",
            "a.Engine::map(addr,size)/unmap;a.Engine::grow");
    HookOptions options = HookOptions.parse(values);
    assertEquals(
        List.of(
            new GateSpec("a.Board", "step", List.of("int", "long[]")),
            new GateSpec("a.Board$Cpu", "run", null),
            new GateSpec("a.B", "go", List.of()),
            new GateSpec("a.C", "x", null)),
        options.gates());
    assertEquals(
        List.of(
            new StateSpec("a.Board", "save", "load"),
            StateSpec.ofFields("a.Cpu", List.of()),
            StateSpec.ofFields("a.Bus$Dma", List.of("bus", "log"))),
        options.states());
    assertEquals("my-adapter.jar", options.adapter());
    assertEquals(8192, options.ramMin());
    assertEquals(
        List.of(new RamSpec("a.Memory", "address"), new RamSpec("a.Ram$", "a$Ram$$bytes")),
        options.ram());
    assertEquals(
        List.of(
            new NativeSpec("a.Engine", "map", List.of("addr", "size"), "unmap"),
            new NativeSpec("a.Engine", "grow", null, null)),
        options.ramNative());
    assertEquals(options, HookOptions.parse(options.toMap()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gates | x | unknown option gates: did you mean gate? (known: gate, state, ram, ram.by, ram.min, ram.native, freeze, pause, adapter)",
        "ram-min | 1m | unknown option ram-min: did you mean ram.min? (known: gate, state, ram, ram.by, ram.min, ram.native, freeze, pause, adapter)",
        "gate | a.Board.step | gate=a.Board.step names no method: write com.example.Board::step, or com.example.Board::step(int,long) for one overload",
        "state | a.Board::save | state=a.Board::save names no two methods: write com.example.Board::save/load, or fields:com.example.Board",
        "state | fields:a/b | state=fields:a/b names no class: write fields:com.example.Cpu, or fields:com.example.Cpu-bus to leave its field bus as it is",
        "ram.min | big | ram.min=big is no size: write bytes, or a number with k, m or g, as in 16m",
        "ram.min | 100 | ram.min=100 is less than a page: give at least 4096",
        "ram.min | 999999999999999g | ram.min=999999999999999g is more than memory can be: did you mean another suffix?",
        "ram.by | a.*.b | ram.by=a.*.b is no class or package: write com.example.Memory, com.example.* or com.example.**",
        "ram | a.Memory.bytes | ram=a.Memory.bytes names no field: write com.example.Memory#bytes, or none alone for a guest whose state is all in state=",
        "ram | a.Memory#b,none | ram=none names no field: write com.example.Memory#bytes, or none alone for a guest whose state is all in state=",
        "ram.native | a.Engine#map | ram.native=a.Engine#map names no method: write com.example.Engine::map, ::map(addr,size) to say which parameter has the bytes, or ::map/unmap if another method unmaps",
      })
  void badOptionIsRefusedWithARemedy(String key, String value, String message) {
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> HookOptions.parse(Map.of(key, value)))
            .getMessage());
  }

  @Test
  void guestsWithoutRamSaySo() {
    HookOptions options = HookOptions.parse(Map.of("ram", " none "));
    assertTrue(options.ramless());
    assertEquals(List.of(), options.ram());
    assertEquals(Map.of("ram", "none"), options.toMap());
    assertEquals(options, HookOptions.parse(options.toMap()));
    assertTrue(
        assertThrows(
                IllegalArgumentException.class,
                () -> HookOptions.parse(Map.of("ram", "none", "ram.by", "a.*")))
            .getMessage()
            .startsWith("ram=none says that the guest has no RAM"));
  }

  @Test
  void fieldsAreLeftNumbersAndAddresses() {
    StateSpec spec = StateSpec.parse("fields:a.Cpu-bus+pc-log@base");
    assertEquals(
        new StateSpec("a.Cpu", null, null, List.of("bus", "log"), List.of("pc"), List.of("base")),
        spec);
    assertEquals("fields:a.Cpu-bus-log+pc@base", spec.toString());
    assertEquals(spec, StateSpec.parse(spec.toString()));
    assertEquals("fields:a.Cpu-bus-log-pc@base", spec.leaving(List.of("pc")).toString());
    assertEquals("fields:a.Cpu-bus-log+pc+base", spec.withNumbers(List.of("base")).toString());
    assertEquals("fields:a.Cpu-bus-log@base@pc", spec.withAddresses(List.of("pc")).toString());
  }

  @Test
  void patternsMatchClassesPackagesAndSubpackages() {
    assertTrue(ClassPattern.parse("a.Memory").matches("a.Memory"));
    assertTrue(ClassPattern.parse("a.Memory").matches("a.Memory$1"));
    assertFalse(ClassPattern.parse("a.Memory").matches("a.MemoryMap"));
    assertTrue(ClassPattern.parse("a.*").matches("a.Memory"));
    assertFalse(ClassPattern.parse("a.*").matches("a.b.Memory"));
    assertFalse(ClassPattern.parse("a.*").matches("ab.Memory"));
    assertTrue(ClassPattern.parse("a.**").matches("a.b.Memory"));
    assertFalse(ClassPattern.parse("a.**").matches("ab.Memory"));
  }
}
