package io.ramshot.demo;

import java.util.List;

/** The command line of U-Boot, behind a machine's serial port. */
final class Prompt {
  private static final String CTRL_C = "\u0003";

  /** Only at the start of a line: {@code crc32} prints an arrow like it in the middle of one. */
  private static final String PROMPT = "\n=> ";

  private final Machine machine;

  Prompt(Machine machine) {
    this.machine = machine;
  }

  /** Stops the countdown that would boot from a disk. */
  void stopAutoboot() throws DemoException, InterruptedException {
    machine.uart().await("Hit any key to stop autoboot", 0);
    int from = machine.uart().length();
    machine.type("\r");
    machine.uart().await(PROMPT, from);
  }

  /** Types a command, and returns what it prints until the prompt is back. */
  List<String> run(String command) throws DemoException, InterruptedException {
    int from = machine.uart().length();
    start(command);
    return answer(from);
  }

  /** Types a command that does not end by itself. */
  void start(String command) throws DemoException {
    machine.type(command + "\r");
  }

  /** Interrupts the command that runs. */
  void interrupt() throws DemoException, InterruptedException {
    int from = machine.uart().length();
    machine.type(CTRL_C);
    answer(from);
  }

  /** Without the echo of the command, which is the first line, and the prompt. */
  private List<String> answer(int from) throws DemoException, InterruptedException {
    String text = machine.uart().await(PROMPT, from).replace("\r", "");
    List<String> lines = List.of(text.split("\n"));
    return lines.subList(1, lines.size() - 1);
  }
}
