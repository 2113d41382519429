package io.ramshot.agent.cli;

import picocli.CommandLine.Option;

/** The option of commands that can speak to programs. */
final class JsonOption {

  @Option(names = "--json", description = "print JSON (docs/TOOLS.md) instead of text")
  private boolean json;

  boolean isSet() {
    return json;
  }
}
