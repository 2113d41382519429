package io.ramshot.agent.cli;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.AttachOperationFailedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.Properties;

/**
 * Another JVM of this machine that this process is attached to. Needs the module jdk.attach: see
 * {@link RuntimeModules}.
 */
final class Attachment implements AutoCloseable {
  private static final String CONNECTOR = "com.sun.management.jmxremote.localConnectorAddress";

  private final long pid;
  private final VirtualMachine vm;

  private Attachment(long pid, VirtualMachine vm) {
    this.pid = pid;
    this.vm = vm;
  }

  /**
   * Attaches, once the process runs and listens: a stopped one does not answer, and the signal that
   * asks it to would make it print all threads when it goes on.
   */
  static Attachment open(long pid, TargetWatch watch) throws CommandException {
    while (true) {
      watch.awaitRunning();
      TargetProcess.awaitListening(pid, watch);
      int stops = watch.stops();
      try {
        return new Attachment(pid, VirtualMachine.attach(Long.toString(pid)));
      } catch (AttachNotSupportedException | IOException e) {
        if (!watch.isStopped() && watch.stops() == stops) {
          throw new CommandException(
              "cannot attach to process "
                  + pid
                  + " ("
                  + e.getMessage()
                  + "): is it responsive, and does it still run?");
        }
        // It was stopped in the middle of it.
      }
    }
  }

  Properties systemProperties() throws CommandException {
    try {
      return vm.getSystemProperties();
    } catch (IOException e) {
      throw silent(e);
    }
  }

  /** Where the JVM's own JMX clients connect; starts what serves them. */
  String connectorAddress() throws CommandException {
    try {
      String address = vm.getAgentProperties().getProperty(CONNECTOR);
      return address == null ? vm.startLocalManagementAgent() : address;
    } catch (AttachOperationFailedException e) {
      String module = RuntimeModules.named(e.getMessage());
      throw new CommandException(
          module == null
              ? "process "
                  + pid
                  + " cannot start its JMX connector ("
                  + e.getMessage()
                  + "): give it the memory or the rights that it lacks"
              : "process "
                  + pid
                  + " runs on a Java runtime without module "
                  + module
                  + ", so no command reaches ramshot in it: add it to that runtime (jlink"
                  + " --add-modules), or start the JVM with timeline=FOLDER in ramshot's options");
    } catch (IOException e) {
      throw silent(e);
    }
  }

  /**
   * Loads ramshot.
   *
   * @param options the agent's; may be empty
   */
  void load(String options) throws CommandException {
    File jar = ownJar().getAbsoluteFile();
    try {
      vm.loadAgent(jar.getPath(), options.isEmpty() ? null : options);
    } catch (AgentLoadException e) {
      throw LoadRefusal.of(pid, jar, e.getMessage());
    } catch (AgentInitializationException e) {
      throw new CommandException(
          "ramshot cannot start in process "
              + pid
              + ": see what it printed ("
              + e.getMessage()
              + ")");
    } catch (IOException e) {
      throw silent(e);
    }
  }

  private static File ownJar() {
    try {
      return new File(Attachment.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private CommandException silent(IOException e) {
    return new CommandException(
        "process "
            + pid
            + " does not answer any more ("
            + e.getMessage()
            + "): does it still run?");
  }

  @Override
  public void close() {
    try {
      vm.detach();
    } catch (IOException e) {
      // It is gone; whoever asks it next will say so.
    }
  }
}
