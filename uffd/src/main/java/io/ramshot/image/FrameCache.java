package io.ramshot.image;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of the frames that were used last. A frame is unpacked by the thread that wants it
 * first; others that want it wait for that thread, and for nothing else.
 */
final class FrameCache {

  /** Fills a buffer from index 0 with a frame's content. */
  interface Source {
    void unpack(int frame, ByteBuffer to) throws ImageException;
  }

  private enum State {
    PENDING,
    READY,
    FAILED
  }

  /** A frame's content, as long as somebody uses it. */
  static final class Content {
    private final int frame;
    private final ByteBuffer bytes;
    private int users;
    private State state = State.PENDING;

    private Content(int frame, ByteBuffer bytes) {
      this.frame = frame;
      this.bytes = bytes;
    }

    /** A view from index 0. */
    ByteBuffer bytes() {
      return bytes.duplicate().clear();
    }
  }

  private final Source source;
  private final int capacity;
  private final int contentLength;
  private final Map<Integer, Content> contents = new LinkedHashMap<>(16, 0.75f, true);
  private final Deque<ByteBuffer> spare = new ArrayDeque<>();

  /**
   * @param capacity frames to keep; more while more are in use at once
   * @param contentLength of the longest frame, in bytes
   */
  FrameCache(Source source, int capacity, int contentLength) {
    this.source = source;
    this.capacity = capacity;
    this.contentLength = contentLength;
  }

  /**
   * @return to be given back by {@link #release}
   */
  Content acquire(int frame) throws ImageException {
    while (true) {
      Content content;
      boolean mine;
      synchronized (this) {
        content = contents.get(frame);
        mine = content == null;
        if (mine) {
          content = new Content(frame, buffer());
          contents.put(frame, content);
        }
        content.users++;
      }
      if (mine) {
        unpack(content);
        return content;
      }
      if (await(content)) {
        return content;
      }
      // Whoever was first has failed, and says so to his caller; this thread must find out itself.
    }
  }

  private void unpack(Content content) throws ImageException {
    boolean ready = false;
    try {
      source.unpack(content.frame, content.bytes);
      ready = true;
    } finally {
      synchronized (this) {
        content.state = ready ? State.READY : State.FAILED;
        if (!ready) {
          contents.remove(content.frame);
        }
        notifyAll();
      }
    }
  }

  private synchronized boolean await(Content content) {
    boolean interrupted = false;
    while (content.state == State.PENDING) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return content.state == State.READY;
  }

  synchronized void release(Content content) {
    content.users--;
    for (Iterator<Content> all = contents.values().iterator();
        contents.size() > capacity && all.hasNext(); ) {
      Content eldest = all.next();
      if (eldest.users == 0) {
        all.remove();
        spare.push(eldest.bytes);
      }
    }
  }

  synchronized boolean has(int frame) {
    return contents.containsKey(frame);
  }

  private ByteBuffer buffer() {
    ByteBuffer used = spare.poll();
    return used != null ? used : ByteBuffer.allocateDirect(contentLength);
  }
}
