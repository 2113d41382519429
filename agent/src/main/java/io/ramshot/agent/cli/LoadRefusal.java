package io.ramshot.agent.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Why a JVM did not load the agent, and what to do. */
final class LoadRefusal {
  private static final String NO_JAR = "Agent JAR not found";
  private static final String FORBIDDEN = "dynamic agent loading";

  private LoadRefusal() {}

  /**
   * @param jar ramshot.jar, absolute
   * @param refusal what the JVM said
   */
  static CommandException of(long pid, File jar, String refusal) {
    String process = "process " + pid;
    String text = refusal == null ? "" : refusal;
    if (text.contains(NO_JAR)) {
      return new CommandException(process + unseen(pid, jar));
    }
    if (text.toLowerCase(Locale.ROOT).contains(FORBIDDEN)) {
      return new CommandException(
          process
              + " refuses to load ramshot ("
              + text
              + "): start it with -XX:+EnableDynamicAgentLoading or -javaagent:ramshot.jar");
    }
    if (RuntimeModules.named(text) != null) {
      return new CommandException(
          process
              + " runs on a Java runtime without module "
              + RuntimeModules.named(text)
              + ", which every agent needs: add it to that runtime (jlink --add-modules)");
    }
    return new CommandException(
        process + " does not load ramshot (" + text + "): see what it printed to stderr");
  }

  private static String unseen(long pid, File jar) {
    Path proc = Path.of("/proc", Long.toString(pid));
    Path root = proc.resolve("root");
    if (Files.isDirectory(root) && !Files.exists(root.resolve(jar.getPath().substring(1)))) {
      return " has no "
          + jar
          + " in its own file system (a container, or a private /tmp): put ramshot.jar where both"
          + " see it under one name, and run the command from there";
    }
    return ", which is user "
        + owner(proc)
        + "'s, cannot read "
        + jar
        + ": let that user read it (chmod a+r, and a+x for its folders), or copy it elsewhere";
  }

  private static String owner(Path proc) {
    try {
      return Files.getOwner(proc).getName();
    } catch (IOException e) {
      return "another";
    }
  }
}
