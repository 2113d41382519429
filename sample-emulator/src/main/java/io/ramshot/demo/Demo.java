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
  private final ReverseSummary reverseSummary = new ReverseSummary();
  private final Children children = new Children();
  private Workplace workplace;
  private Stage stage;

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
      printLastErrors();
    } catch (IOException | RuntimeException e) {
      story.print("");
      story.print("FAILED: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    story.print("");
    story.print(summaryLine());
    return status;
  }

  private void perform() throws DemoException, IOException, InterruptedException {
    Project project = Project.find();
    synchronized (this) {
      workplace =
          Workplace.open(
              options.keep(), goesBack() ? 0 : Stage.SNAPSHOTS, filesAtOnce(), options.memory());
    }
    Watchdog watchdog = new Watchdog(children, this::giveUp);
    stage = new Stage(project, options, story, summary, workplace, children, watchdog);
    switch (options.guest()) {
      case EDGE -> new EdgeDemo(stage).run();
      case UBOOT -> new UbootDemo(stage).run();
      case REVERSE -> new ReverseDemo(stage, reverseSummary).run();
    }
    if (workplace.keeps()) {
      story.say("The snapshots are in %s.", workplace.folder());
    }
  }

  private boolean goesBack() {
    return options.guest() == Options.Guest.REVERSE;
  }

  private int filesAtOnce() {
    return goesBack() ? ReverseDemo.FILES : options.keep() == null ? 1 : Stage.SNAPSHOTS;
  }

  private String summaryLine() {
    return goesBack() ? reverseSummary.line() : summary.line();
  }

  private void printLastErrors() {
    try {
      if (stage != null) {
        stage.lastErrors().forEach(line -> story.print("  " + line));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Called by the watchdog, while the main thread hangs. */
  private void giveUp() {
    story.print(summaryLine());
    cleanUp();
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
