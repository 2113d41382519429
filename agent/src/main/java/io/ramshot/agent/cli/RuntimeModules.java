package io.ramshot.agent.cli;

import java.util.List;
import java.util.stream.Stream;

/**
 * The modules of the Java runtime that runs the command. A JRE, or a runtime made by jlink, lacks
 * those that reach other JVMs; commands for files do without.
 */
final class RuntimeModules {

  /** Attaching alone. */
  static final List<String> ATTACH = List.of("jdk.attach");

  /** Attaching, and JMX on top of it. */
  static final List<String> BEAN = List.of("jdk.attach", "java.management", "java.management.rmi");

  private RuntimeModules() {}

  /** Refuses a command in words before classes are missed that only these modules have. */
  static void require(List<String> wanted) throws CommandException {
    List<String> missing =
        wanted.stream().filter(name -> ModuleLayer.boot().findModule(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new CommandException(
          "this Java runtime, "
              + System.getProperty("java.home")
              + ", has no module "
              + String.join(", ", missing)
              + " and cannot reach other JVMs: run this command with a JDK's java; without one,"
              + " give the JVM timeline=FOLDER, or ask its MXBean by another JMX client");
    }
  }

  /**
   * The module that a refusal of the JVM's is about, such as "Module jdk.management.agent not
   * found" or "Module java.instrument may be missing from runtime image".
   *
   * @return null if it is about none of those that a command needs there
   */
  static String named(String refusal) {
    return Stream.of("jdk.management.agent", "java.management", "java.instrument")
        .filter(name -> refusal != null && refusal.contains(name))
        .findFirst()
        .orElse(null);
  }
}
