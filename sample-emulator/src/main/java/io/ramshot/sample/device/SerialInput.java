package io.ramshot.sample.device;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes on their way from the host to the serial port, in a bounded queue.
 *
 * <p>One host thread puts, the machine's thread takes.
 */
public final class SerialInput {

  private final byte[] ring;
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private int head;

  // Read without the lock by the guest's polling loops.
  private volatile int size;

  /**
   * @param capacity in bytes
   */
  public SerialInput(int capacity) {
    ring = new byte[capacity];
  }

  /** Adds {@code length} bytes of {@code bytes}, waiting for room while the queue is full. */
  public void put(byte[] bytes, int length) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      for (int i = 0; i < length; i++) {
        while (size == ring.length) {
          changed.await();
        }
        append(bytes[i]);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void append(byte value) {
    ring[(head + size) % ring.length] = value;
    size = size + 1;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Returns the next byte, or -1 if there is none. */
  int take() {
    if (size == 0) {
      return -1;
    }
    lock.lock();
    try {
      byte value = ring[head];
      head = (head + 1) % ring.length;
      size = size - 1;
      changed.signalAll();
      return value & 0xff;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there is a byte to take, or {@code nanos} ns have passed. */
  public void await(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (size == 0) {
        changed.await(nanos, TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns all bytes not taken yet. */
  byte[] contents() {
    lock.lock();
    try {
      byte[] bytes = new byte[size];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = ring[(head + i) % ring.length];
      }
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@code length} bytes fit. */
  boolean holds(int length) {
    return length <= ring.length;
  }

  /** Replaces whatever was not taken yet. */
  void replace(byte[] bytes) {
    lock.lock();
    try {
      head = 0;
      size = 0;
      for (byte value : bytes) {
        append(value);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
