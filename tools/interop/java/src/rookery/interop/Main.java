package rookery.interop;

/** Runs every case against one target, and the cases about restarts and failovers against targets of their own. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    boolean passed;
    try (Target target = new Target()) {
      Check check = new Check(arguments.length == 0 ? "" : arguments[0], target::startAgainIfEnded);
      Shell.cases(check, target);
      Nodes.cases(check, target);
      Watches.cases(check, target);
      Sessions.cases(check, target);
      Recipes.cases(check, target);
      if (Target.SERVERS > 1) {
        Failover.cases(check);
      }
      passed = check.summary();
    }
    // The clients' threads of a case that failed may still run.
    System.exit(passed ? 0 : 1);
  }
}
