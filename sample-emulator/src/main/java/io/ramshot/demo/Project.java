package io.ramshot.demo;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where things are in the project's folder. */
record Project(Path root) {

  /** Set by the script {@code demo}. */
  private static final String ROOT = "ramshot.demo.root";

  static Project find() throws DemoException {
    Project project = new Project(Path.of(System.getProperty(ROOT, "")).toAbsolutePath());
    for (Path needed : new Path[] {project.agentJar(), project.machineJar()}) {
      DemoException.require(
          Files.isReadable(needed), "%s is missing: start the demo by ./demo", needed);
    }
    return project;
  }

  Path agentJar() {
    return root.resolve("agent/target/ramshot.jar");
  }

  Path machineJar() {
    return root.resolve("sample-emulator/target/sample-emulator.jar");
  }

  Path firmware() {
    return root.resolve("sample-emulator/target/firmware");
  }

  Path fetchFirmware() {
    return root.resolve("sample-emulator/scripts/fetch-firmware");
  }

  Path ramLoop() {
    return root.resolve("sample-emulator/src/guest/uboot/ram-loop.txt");
  }
}
