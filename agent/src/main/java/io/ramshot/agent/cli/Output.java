package io.ramshot.agent.cli;

import java.nio.file.Path;

/**
 * A file that a command is to write, on any provider.
 *
 * @param text what the user wrote
 */
record Output(Path path, String text) {}
