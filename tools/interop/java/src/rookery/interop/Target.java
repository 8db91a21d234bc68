package rookery.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the cases run against, with its own data and ports: one server, or an ensemble. In most cases clients read each
 * other's writes at once, which is promised by each server only, so they all talk to one of an ensemble, a follower.
 */
final class Target implements AutoCloseable {
  /** The digest of super:super. */
  private static final String SUPER = "super:gG7s8t3oDEtIqF6DM9LlI/R+9Ss=";
  /** What SERVERS says. */
  static final int SERVERS = Integer.getInteger("interop.servers");

  /** Of the server that the cases talk to. */
  final int port;
  final List<Server> servers = new ArrayList<>();
  /** What /zookeeper/config says, line by line: nothing for a server alone. */
  final List<String> configuration = new ArrayList<>();
  private final Path folder = Files.createTempDirectory("interop-java-");

  Target() throws Exception {
    if (SERVERS > 1) {
      for (int id = 1; id <= SERVERS; id++) {
        configuration.add("server." + id + "=127.0.0.1:" + freePort() + ":" + freePort() + ":participant");
      }
      configuration.add("version=0");
    }
    for (int id = 1; id <= SERVERS; id++) {
      Path own = Files.createDirectory(folder.resolve("" + id));
      Path data = Files.createDirectory(own.resolve("data"));
      int clients = freePort();
      List<String> lines = new ArrayList<>(List.of(
          "tickTime=500",
          "dataDir=" + data,
          "clientPort=" + clients,
          "clientPortAddress=127.0.0.1",
          "maxClientCnxns=0",
          "admin.enableServer=false",
          "4lw.commands.whitelist=*",
          "extendedTypesEnabled=true",
          "enforceQuota=true",
          "DigestAuthenticationProvider.superDigest=" + SUPER,
          "znode.container.checkIntervalMs=1000",
          "initLimit=20",
          "syncLimit=10"));
      configuration.stream().filter(line -> line.startsWith("server.")).forEach(lines::add);
      Files.write(own.resolve("zoo.cfg"), lines);
      Files.writeString(data.resolve("myid"), id + "\n");
      servers.add(new Server(own, clients));
    }
    start();
    port = servers.stream().filter(server -> !server.mode().equals("leader")).findFirst().orElseThrow().port;
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** All servers, as a client is told them. */
  String connectString() {
    return servers.stream().map(Server::address).collect(Collectors.joining(","));
  }

  void start() throws Exception {
    for (Server server : servers) {
      server.start();
    }
    for (Server server : servers) {
      server.untilServing();
    }
  }

  /** So that one case that ends the server does not fail all that follow; says what the server said last. */
  void startAgainIfEnded() throws Exception {
    for (Server server : servers) {
      if (!server.runs()) {
        System.out.println("    a server had ended with status " + server.exitValue() + ":");
        server.lastWords().forEach(line -> System.out.println("    | " + line));
        server.start();
      }
    }
    for (Server server : servers) {
      server.untilServing();
    }
  }

  /** SIGTERM to all, and their end awaited. */
  void stop() throws Exception {
    servers.forEach(Server::stop);
    for (Server server : servers) {
      server.untilEnded();
    }
  }

  /** SIGKILL. */
  void kill() throws Exception {
    for (Server server : servers) {
      server.kill();
    }
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

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
