package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.MappingEngine;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native methods as gates, and as calls that map RAM. */
class NativeMethodTest extends HookedTest {

  private static final String ENGINE = "com.example.NativeEngine";
  private static final String[] OPTIONS = {
    "ram.min",
    "1m",
    "ram.native",
    ENGINE + "::map(addr,size,flags)",
    "gate",
    ENGINE + "::run," + ENGINE + "::stop"
  };

  @TempDir Path folder;

  /** Loads the engine afresh, as a library belongs to one loader. */
  private static final class Loader extends ClassLoader {
    Loader() {
      super(NativeMethodTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals(ENGINE)) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      try (InputStream in = getResourceAsStream(ENGINE.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (java.io.IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  @BeforeEach
  void compile() throws Exception {
    Path library = folder.resolve("libengine.so");
    Path include = Path.of(System.getProperty("java.home"), "include");
    Process cc =
        new ProcessBuilder(
                "cc",
                "-shared",
                "-fPIC",
                "-I" + include,
                "-I" + include.resolve("linux"),
                "-o",
                library.toString(),
                "src/test/c/native_engine.c")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("cc.txt").toFile())
            .start();
    assertTrue(cc.waitFor(15, TimeUnit.SECONDS));
    assertEquals(0, cc.exitValue(), Files.readString(folder.resolve("cc.txt")));
    System.setProperty("ramshot.test.engine", library.toString());
  }

  @AfterEach
  void forget() {
    System.clearProperty("ramshot.test.engine");
  }

  private static Object call(Object engine, String name, Class<?>[] types, Object... arguments)
      throws Exception {
    Method method = engine.getClass().getMethod(name, types);
    return method.invoke(engine, arguments);
  }

  private static void use(Object engine) throws Exception {
    call(
        engine,
        "map",
        new Class<?>[] {long.class, long.class, Object[].class},
        0L,
        3L << 20,
        new Object[0]);
    Class<?>[] types = {long.class, double.class, int[].class};
    assertEquals(10, call(engine, "run", types, 3L, 2.5, new int[3]));
    assertEquals("stopped", call(engine, "stopNow", new Class<?>[0]));
  }

  @Test
  void nativeMethodsOfAClassStillToBeLoadedAreHooked() throws Exception {
    install(OPTIONS);
    Object engine = new Loader().loadClass(ENGINE).getDeclaredConstructor().newInstance();
    use(engine);
    assertEquals(Set.of(ENGINE + ".map#1"), guest.blocks().keySet());
    assertEquals(3L << 20, guest.blocks().get(ENGINE + ".map#1").length());
    assertEquals(2, hooks.gates().stream().filter(GateInfo::called).count());
    assertEquals(List.of(), guest.warnings());

    hooks.close();
    use(engine);
    assertEquals(Set.of(), guest.blocks().keySet(), "nothing is hooked any more");

    install(OPTIONS);
    use(engine);
    assertEquals(Set.of(ENGINE + ".map#1"), guest.blocks().keySet(), "it can be hooked again");
    assertEquals(2, hooks.gates().stream().filter(GateInfo::called).count());
  }

  @Test
  void nativeMethodsOfAClassThatIsLoadedAreSaidToBe() {
    String engine = new MappingEngine().getClass().getName();
    install("ram.native", engine + "::nativeMap", "gate", engine + "::nativeMap");
    String remedy = "start the JVM with -javaagent, or name a Java method that calls it";
    assertEquals(2, guest.warnings().size(), () -> "" + guest.warnings());
    guest.warnings().forEach(w -> assertTrue(w.endsWith(remedy), w));
    assertTrue(hooks.uncalledGates().endsWith(remedy), hooks::uncalledGates);
    assertTrue(hooks.unusedRam().get(0).endsWith(remedy), () -> "" + hooks.unusedRam());
  }
}
