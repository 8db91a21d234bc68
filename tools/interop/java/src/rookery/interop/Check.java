package rookery.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;

/** Named cases, each with a time limit, and the few assertions they use. */
final class Check {
  interface Body {
    void run() throws Exception;
  }

  interface Condition {
    boolean holds() throws Exception;
  }

  private static final long CASE_SECONDS = 60;

  private final String only;
  private final Body afterFailure;
  private final List<String> failed = new ArrayList<>();
  private int passed;

  Check(String only, Body afterFailure) {
    this.only = only;
    this.afterFailure = afterFailure;
  }

  void run(String name, Body body) {
    if (!name.contains(only)) {
      return;
    }
    ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
      Thread daemon = new Thread(task, name);
      daemon.setDaemon(true);
      return daemon;
    });
    Future<Void> done = thread.submit(() -> {
      body.run();
      return null;
    });
    try {
      done.get(CASE_SECONDS, TimeUnit.SECONDS);
      passed++;
      return;
    } catch (ExecutionException failure) {
      report(name, failure.getCause());
    } catch (TimeoutException timeout) {
      report(name, new AssertionError("not done after " + CASE_SECONDS + " s"));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      report(name, stopped);
    } finally {
      thread.shutdownNow();
    }
  }

  /** Prints the count; true when every case passed. */
  boolean summary() {
    failed.forEach(name -> System.out.println("FAIL: " + name));
    System.out.printf("java: %d of %d cases passed%n", passed, passed + failed.size());
    return failed.isEmpty() && passed > 0;
  }

  private void report(String name, Throwable why) {
    failed.add(name);
    System.out.println("FAIL: " + name + ": " + why);
    for (StackTraceElement frame : why.getStackTrace()) {
      if (frame.getClassName().startsWith("rookery.interop.") && !frame.getClassName().endsWith(".Check")) {
        System.out.println("    at " + frame);
      }
    }
    try {
      afterFailure.run();
    } catch (Exception failure) {
      System.out.println("    and then: " + failure);
    }
  }

  static void equal(Object expected, Object actual) {
    if (!Objects.deepEquals(expected, actual)) {
      throw new AssertionError("expected " + show(expected) + ", got " + show(actual));
    }
  }

  static void that(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("does not hold: " + what);
    }
  }

  static void fails(KeeperException.Code code, Body body) throws Exception {
    try {
      body.run();
    } catch (KeeperException error) {
      equal(code, error.code());
      return;
    }
    throw new AssertionError("expected " + code + ", got no error");
  }

  static void eventually(String what, Condition condition) throws Exception {
    eventually(what, 15_000, condition);
  }

  static void eventually(String what, long limitMs, Condition condition) throws Exception {
    long end = System.nanoTime() + limitMs * 1_000_000;
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + limitMs + " ms: " + what);
      }
      Thread.sleep(20);
    }
  }

  private static String show(Object value) {
    return value instanceof byte[] bytes ? "\"" + new String(bytes) + "\"" : String.valueOf(value);
  }
}
