package io.ramshot.hooks;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.jar.JarFile;
import net.bytebuddy.agent.ByteBuddyAgent;

/**
 * The JVM of {@link ForkedHostTest}: hooks behind a class loader of their own, a boot jar that is
 * appended while the JVM runs, and a host in the system loader.
 */
final class ForkedHost {

  private ForkedHost() {}

  /**
   * @param arguments the boot jar, and the class path of the hooks
   */
  public static void main(String[] arguments) throws Exception {
    Instrumentation instrumentation = ByteBuddyAgent.getInstrumentation();
    instrumentation.appendToBootstrapClassLoaderSearch(new JarFile(arguments[0]));
    String[] entries = arguments[1].split(File.pathSeparator);
    URL[] urls = new URL[entries.length];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = new File(entries[i]).toURI().toURL();
    }
    URLClassLoader own = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    own.loadClass("io.ramshot.hooks.ForkedHooks")
        .getDeclaredMethod("hook", Instrumentation.class)
        .invoke(null, instrumentation);
  }
}
