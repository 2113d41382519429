package io.ramshot.agent.core;

/**
 * The module java.management, which a runtime made by jlink may lack, and a host that is a module
 * itself may not ask for. Classes that name types of it are in package {@code
 * io.ramshot.agent.jmx}, and none of them is loaded without it.
 */
final class Management {
  private static final String MODULE = "java.management";

  private Management() {}

  static boolean isPresent() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  /** Tells the host's user what it costs, where it is not there. */
  static boolean isPresent(Console console) {
    if (!isPresent()) {
      console.say(
          "this JVM runs without module "
              + MODULE
              + ", so no command and no JMX client reaches ramshot here: add it (--add-modules"
              + " jdk.management.agent, of java, or of jlink for a runtime that lacks it), or use"
              + " jmx=false and timeline=FOLDER");
    }
    return isPresent();
  }
}
