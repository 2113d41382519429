package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Board;
import com.example.FastBoard;
import com.example.FastCpu;
import io.ramshot.SnapshotException;
import io.ramshot.boot.Gate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GateTest extends HookedTest {

  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final AtomicBoolean stop = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();
  private final Board board = new Board();

  private Thread vcpu(String name, Runnable quantum) {
    Thread thread =
        new Thread(
            () -> {
              while (!stop.get()) {
                quantum.run();
              }
            },
            name);
    threads.add(thread);
    thread.start();
    return thread;
  }

  @AfterEach
  void stop() throws InterruptedException {
    stop.set(true);
    Gate.reset();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void noThreadIsInsideWhileFrozenAndAllRunAfterwards() throws Exception {
    install("gate", "com.example.Board::step");
    AtomicInteger inside = new AtomicInteger();
    AtomicLong[] quanta = new AtomicLong[4];
    for (int i = 0; i < quanta.length; i++) {
      AtomicLong mine = quanta[i] = new AtomicLong();
      vcpu(
          "cpu-" + i,
          () ->
              board.step(
                  () -> {
                    inside.incrementAndGet();
                    mine.incrementAndGet();
                    inside.decrementAndGet();
                  }));
    }
    for (int round = 0; round < 300; round++) {
      hooks.vcpus().freeze(LONG);
      assertEquals(0, inside.get());
      long before = 0;
      for (AtomicLong q : quanta) {
        before += q.get();
      }
      if (round % 10 == 0) {
        LockSupport.parkNanos(1_000_000);
      }
      long after = 0;
      for (AtomicLong q : quanta) {
        after += q.get();
      }
      assertEquals(before, after);
      hooks.vcpus().thaw();
      if (round % 50 == 0) {
        for (AtomicLong q : quanta) {
          long start = q.get();
          while (q.get() == start) {
            Thread.onSpinWait();
          }
        }
      }
    }
  }

  @Test
  void quantumMayCallGatedMethods() throws Exception {
    install("gate", "com.example.Board::step, com.example.Board::run(int,long[])");
    CountDownLatch entered = new CountDownLatch(1);
    AtomicBoolean frozen = new AtomicBoolean();
    AtomicBoolean leftWhileFrozen = new AtomicBoolean();
    Thread cpu =
        new Thread(
            () ->
                board.step(
                    () -> {
                      entered.countDown();
                      LockSupport.parkNanos(20_000_000);
                      // The freeze has begun: still this must get through, or it never ends.
                      board.run(1, null);
                      board.step(() -> {});
                      leftWhileFrozen.set(frozen.get());
                    }));
    cpu.start();
    await(entered);
    hooks.vcpus().freeze(LONG);
    frozen.set(true);
    assertFalse(leftWhileFrozen.get());
    assertEquals(1, board.quanta.get());
    hooks.vcpus().thaw();
    cpu.join();
  }

  @Test
  void quantumThatThrowsIsOver() throws Exception {
    install("gate", "com.example.Board::step");
    IllegalStateException thrown = new IllegalStateException("trap");
    vcpu(
        "cpu",
        () -> {
          try {
            board.step(
                () -> {
                  throw thrown;
                });
          } catch (IllegalStateException e) {
            board.quanta.incrementAndGet();
          }
        });
    while (board.quanta.get() < 100) {
      Thread.onSpinWait();
    }
    hooks.vcpus().freeze(LONG);
    hooks.vcpus().thaw();
  }

  @Test
  void freezeThatTimesOutNamesTheThreadAndItsStackAndOpensTheGates() throws Exception {
    install("gate", "com.example.Board::step");
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread slow =
        new Thread(
            () ->
                board.step(
                    () -> {
                      entered.countDown();
                      await(leave);
                    }),
            "slow-cpu");
    slow.start();
    await(entered);
    AtomicLong quanta = new AtomicLong();
    vcpu("cpu", () -> board.step(quanta::incrementAndGet));
    SnapshotException e = assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(SHORT));
    assertTrue(
        e.getMessage().startsWith("vCPU thread \"slow-cpu\" did not end its quantum within 50 ms"),
        e.getMessage());
    assertTrue(e.getMessage().contains("CountDownLatch.await"), e.getMessage());
    long before = quanta.get();
    while (quanta.get() == before) {
      Thread.onSpinWait();
    }
    leave.countDown();
    slow.join();
    hooks.vcpus().freeze(LONG);
  }

  @Test
  void freezingThreadMayPassAndOthersMayNot() throws Exception {
    install("gate", "com.example.Board::step");
    hooks.vcpus().freeze(LONG);
    board.step();
    assertEquals(1, board.quanta.get());
    Thread cpu = new Thread(board::step);
    cpu.start();
    cpu.join(30);
    assertEquals(1, board.quanta.get());
    hooks.vcpus().thaw();
    cpu.join();
    assertEquals(2, board.quanta.get());
  }

  @Test
  void secondFreezeIsRefusedAndSecondThawIsHarmless() throws Exception {
    install("gate", "com.example.Board::step");
    hooks.vcpus().freeze(LONG);
    assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(SHORT));
    hooks.vcpus().thaw();
    hooks.vcpus().thaw();
    hooks.vcpus().freeze(SHORT);
  }

  @Test
  void interruptOfAWaitingThreadIsKeptForTheHost() throws Exception {
    install("gate", "com.example.Board::step");
    AtomicBoolean interrupted = new AtomicBoolean();
    hooks.vcpus().freeze(LONG);
    Thread cpu = new Thread(() -> board.step(() -> interrupted.set(Thread.interrupted())));
    cpu.start();
    cpu.interrupt();
    cpu.join(30);
    assertTrue(cpu.isAlive());
    hooks.vcpus().thaw();
    cpu.join();
    assertTrue(interrupted.get());
  }

  @Test
  void threadInsideSinceBeforeTheHooksIsWaitedFor() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread early =
        new Thread(
            () ->
                board.step(
                    () -> {
                      entered.countDown();
                      await(leave);
                    }),
            "early-cpu");
    early.start();
    await(entered);
    install("gate", "com.example.Board::step");
    SnapshotException e = assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(SHORT));
    assertTrue(e.getMessage().startsWith("thread \"early-cpu\" has been in"), e.getMessage());
    leave.countDown();
    hooks.vcpus().freeze(LONG);
    early.join();
  }

  @Test
  void threadInAnOverloadThatIsNotGatedIsNotWaitedFor() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread loop =
        new Thread(
            () ->
                board.step(
                    () -> {
                      entered.countDown();
                      await(leave);
                    }));
    loop.start();
    await(entered);
    install("gate", "com.example.Board::step()");
    hooks.vcpus().freeze(SHORT);
    leave.countDown();
    loop.join();
  }

  @Test
  void actionBeforeTheFirstQuantumRunsOnceWhileAllAreHeld() throws Exception {
    install("gate", "com.example.Board::step");
    AtomicInteger runs = new AtomicInteger();
    AtomicLong seen = new AtomicLong(-1);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    hooks.beforeFirstQuantum(
        () -> {
          runs.incrementAndGet();
          running.countDown();
          await(finish);
          seen.set(board.quanta.get());
        });
    for (int i = 0; i < 4; i++) {
      vcpu("cpu-" + i, board::step);
    }
    await(running);
    SnapshotException e = assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(SHORT));
    assertTrue(e.getMessage().contains("not started"), e.getMessage());
    finish.countDown();
    while (board.quanta.get() < 1000) {
      Thread.onSpinWait();
    }
    assertEquals(1, runs.get());
    assertEquals(0, seen.get());
    hooks.vcpus().freeze(LONG);
    assertThrows(IllegalStateException.class, () -> hooks.beforeFirstQuantum(() -> {}));
  }

  @Test
  void actionThatFailsKeepsTheGuestFromRunning() throws Exception {
    install("gate", "com.example.Board::step");
    hooks.beforeFirstQuantum(
        () -> {
          throw new IllegalStateException("page 3 is damaged");
        });
    Thread cpu = vcpu("cpu", board::step);
    while (guest.warnings().isEmpty()) {
      Thread.onSpinWait();
    }
    cpu.join(50);
    assertEquals(0, board.quanta.get());
    assertEquals(1, guest.warnings().size());
    assertTrue(guest.warnings().get(0).contains("page 3 is damaged"), guest.warnings()::toString);
    hooks.close();
  }

  @Test
  void closeOpensTheGates() throws Exception {
    install("gate", "com.example.Board::step");
    hooks.vcpus().freeze(LONG);
    Thread cpu = new Thread(board::step);
    cpu.start();
    cpu.join(20);
    hooks.close();
    cpu.join();
    assertEquals(1, board.quanta.get());
    hooks.vcpus().freeze(LONG);
    hooks.vcpus().thaw();
  }

  @Test
  void quantumOfOneGateInsideAnotherIsOverWithTheOuterOne() throws Exception {
    install("gate", "com.example.Board::step(Runnable), com.example.Cpu::step");
    FastCpu inner = new FastCpu();
    CountDownLatch innerOver = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread cpu =
        new Thread(
            () ->
                board.step(
                    () -> {
                      inner.step(() -> {});
                      innerOver.countDown();
                      await(leave);
                    }),
            "outer-cpu");
    cpu.start();
    await(innerOver);
    SnapshotException e = assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(SHORT));
    assertTrue(e.getMessage().contains("\"outer-cpu\""), e.getMessage());
    leave.countDown();
    cpu.join();
    hooks.vcpus().freeze(SHORT);
  }

  @Test
  void innerQuantumThatThrowsLeavesTheThreadInTheOuterOne() throws Exception {
    install("gate", "com.example.Board::step(Runnable), com.example.Cpu::step");
    FastCpu inner = new FastCpu();
    CountDownLatch thrown = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread cpu =
        new Thread(
            () ->
                board.step(
                    () -> {
                      try {
                        inner.step(
                            () -> {
                              throw new IllegalStateException("trap");
                            });
                      } catch (IllegalStateException e) {
                        thrown.countDown();
                      }
                      await(leave);
                    }));
    cpu.start();
    await(thrown);
    assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(SHORT));
    leave.countDown();
    cpu.join();
    hooks.vcpus().freeze(SHORT);
  }

  @Test
  void oneObjectsQuantaOnTwoThreadsAreBothWaitedFor() throws Exception {
    install("gate", "com.example.Board::step");
    CountDownLatch entered = new CountDownLatch(2);
    CountDownLatch[] leave = {new CountDownLatch(1), new CountDownLatch(1)};
    for (CountDownLatch mine : leave) {
      new Thread(
              () ->
                  board.step(
                      () -> {
                        entered.countDown();
                        await(mine);
                      }))
          .start();
    }
    await(entered);
    assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(SHORT));
    leave[0].countDown();
    assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(SHORT));
    leave[1].countDown();
    hooks.vcpus().freeze(LONG);
  }

  /** As a debugger leaves it that has a method return, past what is at its end. */
  @Test
  void threadThatIsNoLongerInsideIsFoundOut() throws Exception {
    install("gate", "com.example.Board::step");
    CountDownLatch left = new CountDownLatch(1);
    CountDownLatch again = new CountDownLatch(1);
    Thread cpu =
        new Thread(
            () -> {
              board.step();
              Gate.cell(0).depth = 1;
              left.countDown();
              await(again);
              board.step(board::step);
            });
    cpu.start();
    await(left);
    hooks.vcpus().freeze(LONG);
    assertFalse(Gate.isInside(cpu));
    again.countDown();
    cpu.join(30);
    assertEquals(1, board.quanta.get(), "it ran in a freeze");
    hooks.vcpus().thaw();
    cpu.join();
    assertEquals(2, board.quanta.get());
    hooks.vcpus().freeze(LONG);
  }

  @Test
  void threadInAQuantumIsNeverTakenForOneThatIsNot() throws Exception {
    install("gate", "com.example.Board::step");
    AtomicBoolean frozen = new AtomicBoolean();
    AtomicLong wrong = new AtomicLong();
    // Longer than the freezer goes without a doubt, with gates in it that it is doubted at.
    vcpu(
        "cpu",
        () ->
            board.step(
                () -> {
                  long until = System.nanoTime() + 70_000_000;
                  while (System.nanoTime() - until < 0) {
                    board.step();
                    if (frozen.get()) {
                      wrong.incrementAndGet();
                    }
                  }
                }));
    for (int i = 0; i < 10; i++) {
      hooks.vcpus().freeze(LONG);
      frozen.set(true);
      LockSupport.parkNanos(1_000_000);
      frozen.set(false);
      hooks.vcpus().thaw();
      LockSupport.parkNanos(1_000_000);
    }
    assertEquals(0, wrong.get());
  }

  @Test
  void defaultMethodOfAnInterfaceIsAGate() throws Exception {
    install("gate", "com.example.Cpu::step");
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    FastCpu fast = new FastCpu();
    Thread cpu =
        new Thread(
            () ->
                fast.step(
                    () -> {
                      entered.countDown();
                      await(leave);
                    }));
    cpu.start();
    await(entered);
    assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(SHORT));
    leave.countDown();
    hooks.vcpus().freeze(LONG);
    cpu.join();
  }

  @Test
  void abstractMethodIsAWarningThatNamesWhoImplementsIt() throws Exception {
    install("gate", "com.example.Cpu::cycle");
    new FastCpu().cycle();
    assertEquals(
        List.of(
            "gate=com.example.Cpu::cycle: cycle of com.example.Cpu is abstract and has no code to"
                + " gate: name the class that implements it"),
        guest.warnings());
    hooks.vcpus().freeze(SHORT);
    assertEquals(
        "no vCPU has come to a gate yet, so the freeze stops nobody: com.example.Cpu::cycle was not"
            + " found, but write gate=com.example.FastCpu::cycle",
        guest.warnings().get(1));
  }

  @Test
  void infosTellWhatBecameOfEachGate() throws Exception {
    install("gate", "com.example.Board::step(Runnable),com.example.Nowhere::run");
    GateInfo gate = hooks.gates().get(0);
    assertEquals(List.of("step(java.lang.Runnable)"), gate.methods());
    assertTrue(gate.loaded());
    assertFalse(gate.called());
    board.step();
    assertFalse(hooks.gates().get(0).called());
    hooks.vcpus().freeze(LONG);
    assertEquals(
        List.of(
            "no vCPU has come to a gate yet, so the freeze stops nobody:"
                + " com.example.Board::step(Runnable) was never called,"
                + " com.example.Nowhere::run is in a class not loaded yet"),
        guest.warnings());
    hooks.vcpus().thaw();
    board.step(() -> {});
    assertTrue(hooks.gates().get(0).called());
    assertFalse(hooks.gates().get(1).loaded());
    assertFalse(hooks.gates().get(1).found());
  }

  @Test
  void missingMethodIsAWarningWithTheNearest() {
    install("gate", "com.example.Board::stepp");
    String warning = guest.warnings().get(0);
    assertTrue(
        warning.startsWith(
            "gate=com.example.Board::stepp: com.example.Board has no method stepp; nearest: void"
                + " step("),
        warning);
  }

  @Test
  void inheritedMethodIsAWarningThatNamesItsClass() {
    install("gate", "com.example.FastBoard::step()");
    new FastBoard().step();
    assertEquals(
        List.of(
            "gate=com.example.FastBoard::step(): com.example.FastBoard inherits step(): write"
                + " gate=com.example.Board::step()"),
        guest.warnings());
  }

  /**
   * Its snapshot was ended by somebody else: it has no pass any more, and passes no later freeze.
   */
  @Test
  void whoeverFrozeHasNoPassOnceSomebodyElseHasThawed() throws Exception {
    install("gate", "com.example.Board::step");
    CountDownLatch frozen = new CountDownLatch(1);
    CountDownLatch frozenAgain = new CountDownLatch(1);
    CountDownLatch passed = new CountDownLatch(1);
    Thread leftBehind =
        new Thread(
            () -> {
              try {
                hooks.vcpus().freeze(LONG);
              } catch (SnapshotException e) {
                throw new IllegalStateException(e);
              }
              frozen.countDown();
              await(frozenAgain);
              board.step(passed::countDown);
            },
            "left behind");
    threads.add(leftBehind);
    leftBehind.start();
    await(frozen);
    hooks.vcpus().thaw();
    hooks.vcpus().freeze(LONG);
    frozenAgain.countDown();
    assertFalse(passed.await(300, TimeUnit.MILLISECONDS), "it passed a gate that is closed");
    hooks.vcpus().thaw();
    await(passed);
  }
}
