package io.ramshot.agent;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Gives our copy of JNA system properties of its own: it reads {@code ramshot.jna.tmpdir} where JNA
 * reads {@code jna.tmpdir}, and so on.
 *
 * <p>A host sets {@code jna.boot.library.path}, {@code jna.nosys} or {@code jna.noclasspath} for
 * the JNA that it brings. Ours would take the host's native library then, of another version, and
 * refuse to work. Hiding the properties while ours initialises would be a race with host threads;
 * so its class files ask for other names instead.
 */
final class JnaProperties {
  private static final String PREFIX = "jna.";
  private static final String OWN_PREFIX = "ramshot.";

  private JnaProperties() {}

  /** The class file with every constant {@code jna.*} renamed to {@code ramshot.jna.*}. */
  static byte[] rename(byte[] classFile) {
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
            String text = in.readUTF();
            out.writeUTF(text.startsWith(PREFIX) ? OWN_PREFIX + text : text);
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
