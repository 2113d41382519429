package io.ramshot.demo;

import java.io.IOException;

/** The demo's start and its end: nothing that it made outlives it, except what is to be kept. */
public final class Demo {
  private static final int HELD = 0;
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private final Options options;
  private final Story story;
  private final Summary summary = new Summary();
  private final Children children = new Children();
  private Workplace workplace;

  private Demo(Options options) {
    this.options = options;
    this.story = new Story(System.out, options.verbose());
  }

  /**
   * @param arguments see {@link Options#HELP}
   */
  public static void main(String[] arguments) {
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (UsageException e) {
      System.err.println("demo: " + e.getMessage());
      System.exit(USAGE);
      return;
    }
    if (options.help()) {
      System.out.print(Options.HELP);
      return;
    }
    System.exit(new Demo(options).run());
  }

  private int run() {
    // Ctrl-C ends the JVM; its end must take along what it has started.
    Runtime.getRuntime().addShutdownHook(new Thread(this::cleanUp, "clean-up"));
    int status = FAILED;
    try {
      perform();
      status = HELD;
    } catch (DemoException e) {
      story.print("");
      story.print("FAILED: " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      story.print("");
      story.print("FAILED: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    story.print("");
    story.print(summary.line());
    return status;
  }

  private void perform() throws DemoException, IOException, InterruptedException {
    Project project = Project.find();
    synchronized (this) {
      workplace = Workplace.open(options.keep(), Stage.SNAPSHOTS, options.memory());
    }
    Watchdog watchdog = new Watchdog(children, this::cleanUp);
    Stage stage = new Stage(project, options, story, summary, workplace, children, watchdog);
    switch (options.guest()) {
      case EDGE -> new EdgeDemo(stage).run();
      case UBOOT -> new UbootDemo(stage).run();
    }
    if (workplace.keeps()) {
      story.say("The snapshots are in %s.", workplace.folder());
    }
  }

  private void cleanUp() {
    story.end();
    children.close();
    synchronized (this) {
      if (workplace != null) {
        workplace.close();
      }
    }
  }
}
