package io.ramshot.agent;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Renames what our copies of JNA, Byte Buddy and zstd-jni would share with the host, in their class
 * files.
 *
 * <ul>
 *   <li>System properties: where JNA reads {@code jna.tmpdir}, ours reads {@code
 *       ramshot.jna.tmpdir}, and so on. A host sets {@code jna.boot.library.path}, {@code
 *       jna.nosys} or {@code jna.noclasspath} for the JNA that it brings; ours would take the
 *       host's native library then, of another version, and refuse to work. Hiding the properties
 *       while ours initialises would be a race with host threads.
 *   <li>Likewise {@code net.bytebuddy.safe}: we want Byte Buddy without sun.misc.Unsafe, whose use
 *       JDK 24 and later warn of, but leave the host's Byte Buddy as it is.
 *   <li>Likewise {@code ZstdNativePath} and {@code ZstdTempFolder}, which a host sets for its own
 *       zstd-jni.
 *   <li>java.util.logging: JNA has loggers in static fields, which would initialise logging before
 *       the host could install its own log manager.
 * </ul>
 */
final class LibraryNames {
  private static final String OWN_PREFIX = "ramshot.";
  private static final String JNA_CLASSES = "com.sun.jna.";
  private static final String JNA_PREFIX = "jna.";
  private static final String BYTE_BUDDY_CLASSES = "net.bytebuddy.dynamic.loading.ClassInjector";
  private static final String BYTE_BUDDY_SAFE = "net.bytebuddy.safe";
  private static final String ZSTD_CLASS = "com.github.luben.zstd.util.Native";
  private static final Set<String> ZSTD_PROPERTIES = Set.of("ZstdNativePath", "ZstdTempFolder");
  private static final String LOGGING = "java/util/logging/";
  private static final String OWN_LOGGING = "io/ramshot/agent/log/";

  private LibraryNames() {}

  /** Before a class of the libraries is loaded. */
  static void setProperties() {
    System.setProperty(OWN_PREFIX + BYTE_BUDDY_SAFE, "true");
  }

  /** The class file as it shall be defined. */
  static byte[] rename(String className, byte[] classFile) {
    if (className.startsWith(JNA_CLASSES)) {
      return rename(classFile, LibraryNames::renameInJna);
    }
    if (className.startsWith(BYTE_BUDDY_CLASSES)) {
      return rename(
          classFile, text -> text.equals(BYTE_BUDDY_SAFE) ? OWN_PREFIX + BYTE_BUDDY_SAFE : text);
    }
    if (className.equals(ZSTD_CLASS)) {
      return rename(classFile, text -> ZSTD_PROPERTIES.contains(text) ? OWN_PREFIX + text : text);
    }
    return classFile;
  }

  private static String renameInJna(String text) {
    return text.startsWith(JNA_PREFIX) ? OWN_PREFIX + text : text.replace(LOGGING, OWN_LOGGING);
  }

  /** The class file with all texts of its constant pool, names and descriptors too, replaced. */
  static byte[] rename(byte[] classFile, UnaryOperator<String> renaming) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(classFile.length + 256);
      DataOutputStream out = new DataOutputStream(bytes);
      out.write(in.readNBytes(8)); // magic, version
      int count = in.readUnsignedShort();
      out.writeShort(count);
      for (int i = 1; i < count; i++) {
        int tag = in.readUnsignedByte();
        out.writeByte(tag);
        switch (tag) { // JVMS 4.4
          case 1: // Utf8
            out.writeUTF(renaming.apply(in.readUTF()));
            break;
          case 5: // Long
          case 6: // Double
            out.write(in.readNBytes(8));
            i++; // takes two entries
            break;
          case 15: // MethodHandle
            out.write(in.readNBytes(3));
            break;
          case 7: // Class
          case 8: // String
          case 16: // MethodType
          case 19: // Module
          case 20: // Package
            out.write(in.readNBytes(2));
            break;
          case 3: // Integer
          case 4: // Float
          case 9: // Fieldref
          case 10: // Methodref
          case 11: // InterfaceMethodref
          case 12: // NameAndType
          case 17: // Dynamic
          case 18: // InvokeDynamic
            out.write(in.readNBytes(4));
            break;
          default:
            return classFile;
        }
      }
      in.transferTo(out);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
