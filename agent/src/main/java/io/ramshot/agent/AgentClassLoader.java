package io.ramshot.agent;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Loads what lies under {@code inner/} in ramshot.jar, where class files end in {@code .classdata}:
 * nobody else finds it there.
 *
 * <p>Resources are answered with {@code jar:} URLs, so that JNA can unpack its native library; a
 * request for {@code X.class} is answered with the class data, because Byte Buddy reads its advice
 * that way.
 */
public final class AgentClassLoader extends ClassLoader {
  private static final String PREFIX = "inner/";

  static {
    registerAsParallelCapable();
  }

  private final JarFile jar;
  private final URI location;
  private final ProtectionDomain domain;
  private final String version;

  /**
   * @param jar ramshot.jar; stays open as long as the loader lives, which is as long as the JVM
   */
  public AgentClassLoader(File jar, ClassLoader parent) throws IOException {
    super("ramshot", parent);
    this.jar = new JarFile(jar, false);
    this.location = jar.toURI();
    this.domain =
        new ProtectionDomain(
            new CodeSource(location.toURL(), (Certificate[]) null), null, this, null);
    this.version =
        this.jar.getManifest().getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
  }

  /** The jar that this class was loaded from. */
  static File ownJar() throws URISyntaxException {
    CodeSource source = AgentClassLoader.class.getProtectionDomain().getCodeSource();
    return new File(source.getLocation().toURI());
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    JarEntry entry = entry(name.replace('.', '/') + ".class");
    if (entry == null) {
      throw new ClassNotFoundException(name);
    }
    byte[] bytes;
    try (InputStream in = jar.getInputStream(entry)) {
      bytes = in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name + " cannot be read from " + location, e);
    }
    bytes = LibraryNames.rename(name, bytes);
    definePackageOf(name);
    return defineClass(name, bytes, 0, bytes.length, domain);
  }

  /** Our packages carry our version, which images and the command line print. */
  private void definePackageOf(String className) {
    String name = className.substring(0, Math.max(className.lastIndexOf('.'), 0));
    if (!name.startsWith("io.ramshot") || getDefinedPackage(name) != null) {
      return;
    }
    try {
      definePackage(name, null, null, null, "ramshot", version, null, null);
    } catch (IllegalArgumentException e) {
      // Another thread was faster.
    }
  }

  @Override
  protected URL findResource(String name) {
    JarEntry entry = entry(name);
    try {
      return entry == null ? null : new URL("jar:" + location + "!/" + entry.getName());
    } catch (MalformedURLException e) {
      return null;
    }
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    URL url = findResource(name);
    return url == null
        ? Collections.emptyEnumeration()
        : Collections.enumeration(Collections.singleton(url));
  }

  private JarEntry entry(String name) {
    return jar.getJarEntry(PREFIX + (name.endsWith(".class") ? name + "data" : name));
  }
}
