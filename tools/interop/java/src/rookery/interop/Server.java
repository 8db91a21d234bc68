package rookery.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.client.FourLetterWordMain;

/** One server process of the kind TARGET names, with its zoo.cfg. */
final class Server {
  final int port;
  private final Path config;
  private final Path log;
  private volatile Process process;

  /** @param folder - Must hold zoo.cfg; takes the log. */
  Server(Path folder, int port) {
    this.port = port;
    this.config = folder.resolve("zoo.cfg");
    this.log = folder.resolve("log");
    // Also when a case runs out of time, or somebody stops the suite.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      if (process != null) {
        process.destroyForcibly();
      }
    }));
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** Does not wait until it serves: a server of an ensemble cannot before there are others. */
  void start() throws IOException {
    process = new ProcessBuilder(System.getProperty("interop.serve"), config.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  /** Until it has said what it is: standalone, leader or follower. Before that it takes no client. */
  void untilServing() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (mode().isEmpty()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        kill();
        throw new IOException("the server did not start:\n" + Files.readString(log));
      }
      Thread.sleep(50);
    }
  }

  /** What srvr says: "standalone", "leader", "follower"; empty while it does not serve. */
  String mode() {
    for (String line : word("srvr").lines().toList()) {
      if (line.startsWith("Mode: ")) {
        return line.substring("Mode: ".length());
      }
    }
    return "";
  }

  /** Empty if there is no answer. */
  String word(String word) {
    try {
      return FourLetterWordMain.send4LetterWord("127.0.0.1", port, word);
    } catch (Exception notYet) {
      return "";
    }
  }

  boolean runs() {
    return process.isAlive();
  }

  /** What it said last, for a server that ended by itself. */
  List<String> lastWords() throws IOException {
    List<String> said = Files.readAllLines(log);
    return said.subList(Math.max(0, said.size() - 15), said.size());
  }

  int exitValue() {
    return process.exitValue();
  }

  /** SIGTERM. */
  void stop() {
    process.destroy();
  }

  void untilEnded() throws Exception {
    if (!process.waitFor(15, TimeUnit.SECONDS)) {
      kill();
      throw new AssertionError("the server was still running 15 s after SIGTERM");
    }
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
