package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A channel has one position, whoever reads. */
class ChannelBytesTest {

  /** Every byte is its offset, modulo 256; others get a turn between a move and a read. */
  private static final class Slow implements SeekableByteChannel {
    private volatile long position;

    @Override
    public int read(ByteBuffer to) throws IOException {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      to.put((byte) position);
      return 1;
    }

    @Override
    public SeekableByteChannel position(long value) {
      position = value;
      return this;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public long size() {
      return 1000;
    }

    @Override
    public int write(ByteBuffer from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void readersTakeTurns() throws Exception {
    ChannelBytes bytes = new ChannelBytes(new Slow());
    List<Callable<Void>> readers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int first = 100 * i;
      readers.add(
          () -> {
            for (int offset = first; offset < first + 20; offset++) {
              ByteBuffer to = ByteBuffer.allocate(1);
              bytes.read(to, offset);
              assertEquals((byte) offset, to.get(0));
            }
            return null;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<Void> done : threads.invokeAll(readers)) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
  }
}
