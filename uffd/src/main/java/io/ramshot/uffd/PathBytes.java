package io.ramshot.uffd;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;

/**
 * A path as the kernel knows it, with a zero behind it: as a string it may have lost what the
 * locale cannot express, and a URI is the one place where Java shows the bytes.
 */
final class PathBytes {

  private PathBytes() {}

  static byte[] of(Path path) {
    String uri = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length() + 1);
    for (int i = 0; i < uri.length(); i++) {
      char c = uri.charAt(i);
      if (c == '%') {
        bytes.write(Integer.parseInt(uri.substring(i + 1, i + 3), 16));
        i += 2;
      } else if (c != '/' || i == 0 || i < uri.length() - 1) { // a folder's URI ends in one
        bytes.write(c);
      }
    }
    bytes.write(0);
    return bytes.toByteArray();
  }
}
