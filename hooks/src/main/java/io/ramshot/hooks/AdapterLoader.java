package io.ramshot.hooks;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.Set;

/** Loads an adapter, which sees the host's classes, ramshot's API, and nothing else of ramshot. */
final class AdapterLoader extends URLClassLoader {

  static {
    registerAsParallelCapable();
  }

  private static final Set<String> API_PACKAGES = Set.of("io.ramshot", "io.ramshot.image");

  private final ClassLoader host;

  /**
   * @param host null for the boot loader
   */
  AdapterLoader(URL jar, ClassLoader host) {
    super("ramshot-adapter", new URL[] {jar}, ClassLoader.getPlatformClassLoader());
    this.host = host;
  }

  /** The jar's own before the host's: an adapter may bring a library in another version. */
  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (isApi(name)) {
      return Class.forName(name, false, AdapterLoader.class.getClassLoader());
    }
    try {
      return super.findClass(name);
    } catch (ClassNotFoundException e) {
      return Class.forName(name, false, host);
    }
  }

  private static boolean isApi(String name) {
    return name.equals(Adapter.class.getName())
        || API_PACKAGES.contains(name.substring(0, Math.max(name.lastIndexOf('.'), 0)));
  }
}
