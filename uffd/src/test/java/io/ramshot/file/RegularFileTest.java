package io.ramshot.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is no regular file is refused, and at once. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("once")
class RegularFileTest {
  @TempDir Path folder;

  private static void refused(Path path, String kind) {
    FileException e = assertThrows(FileException.class, () -> RegularFile.open(path));
    assertEquals(path + " is " + kind + ": name a regular file", e.getMessage());
  }

  @Test
  void aFifoIsRefused() throws Exception {
    Path fifo = folder.resolve("a.ramshot");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    refused(fifo, "a FIFO");
    refused(Files.createSymbolicLink(folder.resolve("link"), fifo), "a FIFO");
  }

  @Test
  void devicesFoldersAndSocketsAreRefused() throws Exception {
    refused(Path.of("/dev/zero"), "a device");
    refused(folder, "a folder");
    Path socket = folder.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      refused(socket, "a socket");
    }
  }

  @Test
  void whatIsNotThereIsToldAsEver() {
    assertThrows(NoSuchFileException.class, () -> RegularFile.open(folder.resolve("none")));
  }

  @Test
  void aLinkToAFileIsFollowedAndTheDescriptorIsThatFile() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "first");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    try (RegularFile open = RegularFile.open(link)) {
      Path descriptor = open.descriptor();
      Files.writeString(folder.resolve("newer"), "second");
      Files.delete(file);
      Files.move(folder.resolve("newer"), file);
      assertEquals("first", Files.readString(descriptor));
      ByteBuffer bytes = ByteBuffer.allocate(10);
      assertEquals(5, open.channel().read(bytes, 0));
      IOException e = assertThrows(FileException.class, open::descriptor);
      assertTrue(e.getMessage().contains("replaced while it was open"), e.getMessage());
    }
  }
}
