package rookery.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One server of the kind TARGET names, with its own data and port. */
final class Target implements AutoCloseable {
  /** The digest of super:super. */
  private static final String SUPER = "super:gG7s8t3oDEtIqF6DM9LlI/R+9Ss=";

  final int port = freePort();
  private final Path folder = Files.createTempDirectory("interop-java-");
  private final Path config = folder.resolve("zoo.cfg");
  private final Path log = folder.resolve("log");
  private volatile Process process;

  Target() throws Exception {
    // Also when a case runs out of time, or somebody stops the suite.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      if (process != null) {
        process.destroyForcibly();
      }
    }));
    Files.createDirectory(folder.resolve("data"));
    Files.writeString(config, String.join("\n",
        "tickTime=500",
        "dataDir=" + folder.resolve("data"),
        "clientPort=" + port,
        "clientPortAddress=127.0.0.1",
        "maxClientCnxns=0",
        "admin.enableServer=false",
        "4lw.commands.whitelist=*",
        "extendedTypesEnabled=true",
        "enforceQuota=true",
        "DigestAuthenticationProvider.superDigest=" + SUPER,
        "znode.container.checkIntervalMs=1000",
        ""));
    start();
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  void start() throws Exception {
    process = new ProcessBuilder(System.getProperty("interop.serve"), config.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!listens()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        stop();
        throw new IOException("the server did not start:\n" + Files.readString(log));
      }
      Thread.sleep(50);
    }
  }

  /** So that one case that ends the server does not fail all that follow; says what the server said last. */
  void startAgainIfEnded() throws Exception {
    if (process.isAlive()) {
      return;
    }
    System.out.println("    the server had ended with status " + process.exitValue() + ":");
    List<String> said = Files.readAllLines(log);
    said.stream().skip(Math.max(0, said.size() - 15)).forEach(line -> System.out.println("    | " + line));
    start();
  }

  /** SIGTERM, and its end awaited. */
  void stop() throws Exception {
    process.destroy();
    if (!process.waitFor(15, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError("the server was still running 15 s after SIGTERM");
    }
  }

  /** SIGKILL. */
  void kill() throws Exception {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws Exception {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
      socket.getOutputStream().write("ruok".getBytes());
      return socket.getInputStream().read() == 'i';
    } catch (IOException notYet) {
      return false;
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
