package io.ramshot.agent;

import java.lang.reflect.InvocationTargetException;

/** Where {@code java -jar ramshot.jar} enters: hands over to the command line behind the loader. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws Throwable {
    // The system loader as parent: it alone knows the module jdk.attach, and no host shares it
    // here.
    ClassLoader loader =
        new AgentClassLoader(AgentClassLoader.ownJar(), ClassLoader.getSystemClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    try {
      Class.forName("io.ramshot.agent.cli.CommandLineMain", true, loader)
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
