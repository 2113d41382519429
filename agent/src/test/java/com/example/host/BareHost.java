package com.example.host;

/** Looks for what it did not bring: prints every class and resource of its arguments it can see. */
public final class BareHost {

  private BareHost() {}

  public static void main(String[] args) {
    ClassLoader loader = BareHost.class.getClassLoader();
    for (String name : args) {
      String file = name.replace('.', '/') + ".class";
      if (loader.getResource(file) != null || loader.getResource(file + "data") != null) {
        System.out.println("resource " + name);
      }
      try {
        Class.forName(name, false, loader);
        System.out.println("class " + name);
      } catch (ClassNotFoundException e) {
        // As it should be.
      }
    }
    System.out.println("done");
  }
}
