package com.example.host;

import java.lang.reflect.Field;
import java.lang.reflect.Method;

/**
 * Uses the JNA, Byte Buddy and picocli that it brings, by reflection: which ones, the class path
 * decides.
 */
public final class LibraryHost {

  private LibraryHost() {}

  public static void main(String[] args) throws Exception {
    Class<?> jna = Class.forName("com.sun.jna.Native");
    Field version = jna.getField("VERSION");
    version.setAccessible(true); // it is declared by an interface that is not public
    print("jna", jna, version.get(null));
    Class<?> function = Class.forName("com.sun.jna.Function");
    Object getpid =
        function.getMethod("getFunction", String.class, String.class).invoke(null, "c", "getpid");
    Method invokeInt = function.getMethod("invokeInt", Object[].class);
    System.out.println("pid " + invokeInt.invoke(getpid, (Object) new Object[0]));

    Class<?> byteBuddy = Class.forName("net.bytebuddy.ByteBuddy");
    Object builder =
        byteBuddy
            .getMethod("subclass", Class.class)
            .invoke(byteBuddy.getConstructor().newInstance(), Object.class);
    Object made =
        Class.forName("net.bytebuddy.dynamic.DynamicType$Builder")
            .getMethod("make")
            .invoke(builder);
    byte[] bytes =
        (byte[])
            Class.forName("net.bytebuddy.dynamic.DynamicType").getMethod("getBytes").invoke(made);
    print("byte-buddy", byteBuddy, bytes.length > 0);

    Class<?> picocli = Class.forName("picocli.CommandLine");
    print("picocli", picocli, picocli.getField("VERSION").get(null));
    Thread.sleep(4_000); // Long enough for the agent to register its bean beside all that.
    System.out.println("property " + System.getProperty("jna.nosys"));
    System.out.println("done");
  }

  private static void print(String name, Class<?> type, Object what) {
    System.out.println(
        name + " " + what + " " + type.getProtectionDomain().getCodeSource().getLocation());
  }
}
