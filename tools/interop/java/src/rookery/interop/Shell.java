package rookery.interop;

import static rookery.interop.Check.equal;
import static rookery.interop.Check.that;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** zkCli: Apache's shell as its own process, told commands on its standard input. */
final class Shell implements AutoCloseable {
  private final Process process;
  private final PrintWriter input;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private int commands;

  private Shell(Target target) throws IOException {
    process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1",
        "-cp", System.getProperty("java.class.path"), "org.apache.zookeeper.ZooKeeperMain",
        "-waitforconnection", "-server", target.address())
        .redirectErrorStream(true).start();
    input = new PrintWriter(process.getOutputStream(), true);
    Thread reader = new Thread(() -> {
      try (BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          lines.add(line);
        }
      } catch (IOException gone) {
        // The shell has ended.
      }
    });
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * What one command prints: events as `&lt;type> &lt;path>`, the rest as it is. The shell prints no prompt when its
   * input is not a terminal, so a second command whose answer is known marks the end.
   */
  private List<String> ask(String command) throws InterruptedException {
    String end = "/end-of-command-" + ++commands;
    input.println(command);
    input.println("stat " + end);
    List<String> said = new ArrayList<>();
    while (true) {
      String line = lines.poll(20, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("no answer to: " + command + "; so far: " + said);
      }
      if (line.equals("Node does not exist: " + end)) {
        return said;
      }
      if (line.startsWith("WatchedEvent state:SyncConnected type:")) {
        said.add(line.replaceFirst(".*type:(\\S+) path:(\\S+) .*", "$1 $2"));
      } else if (!line.isEmpty() && !line.equals("WATCHER::")) {
        said.add(line);
      }
    }
  }

  private void says(String command, String... expected) throws InterruptedException {
    List<String> said = ask(command);
    if (!said.equals(List.of(expected))) {
      throw new AssertionError("`" + command + "` says " + said + ", expected " + List.of(expected));
    }
  }

  /** The events may come before or after the answer. */
  private void saysInAnyOrder(String command, String... expected) throws InterruptedException {
    List<String> said = ask(command);
    equal(List.of(expected).stream().sorted().toList(), said.stream().sorted().toList());
  }

  /** The lines `name = value` of a Stat, of which only some have values known beforehand. */
  private void stat(String command, List<String> before, String... expected) throws InterruptedException {
    List<String> said = ask(command);
    equal(before, said.subList(0, before.size()));
    List<String> names = said.subList(before.size(), said.size()).stream()
        .map(line -> line.split(" = ")[0]).toList();
    equal(List.of("cZxid", "ctime", "mZxid", "mtime", "pZxid", "cversion", "dataVersion", "aclVersion",
        "ephemeralOwner", "dataLength", "numChildren"), names);
    for (String line : expected) {
      that(said.contains(line), "`" + command + "` has a line " + line + ", not " + said);
    }
  }

  @Override
  public void close() throws Exception {
    input.println("quit");
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the shell does not quit");
    }
  }

  static void cases(Check check, Target target) {
    check.run("zkCli: create of every kind", () -> {
      try (Shell shell = new Shell(target)) {
        creates(shell);
      }
    });
    check.run("zkCli: get, set, ls, stat, delete, deleteall", () -> {
      try (Shell shell = new Shell(target)) {
        reads(shell);
      }
    });
    check.run("zkCli: getAcl, setAcl, addauth, whoami", () -> {
      try (Shell shell = new Shell(target)) {
        acls(shell);
      }
    });
    check.run("zkCli: addWatch, removewatches", () -> {
      try (Shell shell = new Shell(target)) {
        watches(shell);
      }
    });
    check.run("zkCli: setquota, listquota, delquota", () -> {
      try (Shell shell = new Shell(target)) {
        quotas(shell);
      }
    });
    check.run("zkCli: sync, getEphemerals, getAllChildrenNumber, config, close, connect", () -> {
      try (Shell shell = new Shell(target)) {
        rest(shell, target);
      }
    });
  }

  private static void creates(Shell shell) throws Exception {
    // The first answer comes after the greeting.
    shell.ask("ls /");
    shell.says("create /cli persistent", "Created /cli");
    shell.says("create /cli", "Node already exists: /cli");
    shell.says("create -s /cli/s- seq", "Created /cli/s-0000000000");
    shell.says("create -e /cli/e eph", "Created /cli/e");
    shell.says("create -e -s /cli/es- both", "Created /cli/es-0000000002");
    shell.says("create -c /cli/c container", "Created /cli/c");
    shell.says("create -t 600000 /cli/t ttl", "Created /cli/t");
    shell.says("create -s -t 600000 /cli/ts- ttl", "Created /cli/ts-0000000005");
    shell.says("create -e /cli/e/child x", "Ephemerals cannot have children: /cli/e/child");
    shell.says("create /nowhere/a x", "Node does not exist: /nowhere/a");
    shell.says("ls /cli", "[c, e, es-0000000002, s-0000000000, t, ts-0000000005]");
    shell.stat("stat /cli", List.of(), "cversion = 6", "numChildren = 6", "ephemeralOwner = 0x0");
    shell.stat("stat /cli/c", List.of(), "ephemeralOwner = 0x0");
    shell.stat("stat /cli/t", List.of(), "ephemeralOwner = 0x0");
  }

  private static void reads(Shell shell) throws Exception {
    shell.ask("ls /");
    shell.says("create /cli-read one", "Created /cli-read");
    shell.says("get /cli-read", "one");
    shell.stat("get -s -w /cli-read", List.of("one"), "dataLength = 3", "dataVersion = 0");
    shell.says("set /cli-read changed", "NodeDataChanged /cli-read");
    shell.stat("set -s -v 1 /cli-read again", List.of(), "dataVersion = 2", "dataLength = 5");
    shell.says("set -v 9 /cli-read never", "version No is not valid : /cli-read");
    shell.says("get -b /cli-read", "YWdhaW4=");
    shell.says("get /nowhere", "Node does not exist: /nowhere");
    shell.says("create /cli-read/a 1", "Created /cli-read/a");
    shell.says("create /cli-read/a/b 1", "Created /cli-read/a/b");
    shell.says("ls -R -w /cli-read", "/cli-read", "/cli-read/a", "/cli-read/a/b");
    shell.says("ls -w /cli-read", "[a]");
    shell.saysInAnyOrder("create /cli-read/c 1", "NodeChildrenChanged /cli-read", "Created /cli-read/c");
    shell.stat("ls -s /cli-read", List.of("[a, c]"), "numChildren = 2", "cversion = 2");
    shell.stat("stat -w /cli-read/c", List.of(), "dataLength = 1");
    shell.says("delete -v 5 /cli-read/c", "version No is not valid : /cli-read/c");
    shell.says("delete /cli-read/c", "NodeDeleted /cli-read/c");
    shell.says("delete /cli-read", "Node not empty: /cli-read");
    shell.says("deleteall /cli-read", "NodeDeleted /cli-read/a/b", "NodeChildrenChanged /cli-read/a",
        "NodeDeleted /cli-read");
    shell.says("stat /cli-read", "Node does not exist: /cli-read");
  }

  private static void acls(Shell shell) throws Exception {
    shell.ask("ls /");
    shell.says("create /cli-acl x", "Created /cli-acl");
    shell.says("getAcl /cli-acl", "'world,'anyone", ": cdrwa");
    shell.stat("getAcl -s /cli-acl", List.of("'world,'anyone", ": cdrwa"), "aclVersion = 0");
    shell.says("addauth digest alice:secret");
    // The server keeps them in a set.
    shell.saysInAnyOrder("whoami", "Auth scheme: User", "digest: alice", "ip: 127.0.0.1");
    shell.says("create /cli-acl/mine x auth:alice:cdrwa", "Created /cli-acl/mine");
    shell.says("getAcl /cli-acl/mine", "'digest,'alice:aYXlLOpEooaV1cRAvUL1fp9Qt7E=", ": cdrwa");
    shell.stat("setAcl -s /cli-acl/mine auth::rw", List.of(), "aclVersion = 1", "dataVersion = 0");
    shell.says("setAcl -v 7 /cli-acl/mine auth::rw", "Insufficient permission : /cli-acl/mine");
    shell.says("create /cli-acl/read x world:anyone:ra", "Created /cli-acl/read");
    shell.says("set /cli-acl/read y", "Insufficient permission : /cli-acl/read");
    shell.says("setAcl -v 7 /cli-acl/read world:anyone:r", "version No is not valid : /cli-acl/read");
    shell.says("setAcl -R /cli-acl/read world:anyone:r");
    shell.says("setAcl /cli-acl/read world:anyone:cdrwa", "Insufficient permission : /cli-acl/read");
  }

  private static void watches(Shell shell) throws Exception {
    shell.ask("ls /");
    shell.says("create /cli-watch x", "Created /cli-watch");
    shell.says("addWatch -m PERSISTENT /cli-watch/p");
    shell.says("addWatch -m PERSISTENT_RECURSIVE /cli-watch/r");
    shell.saysInAnyOrder("create /cli-watch/p 1", "NodeCreated /cli-watch/p", "Created /cli-watch/p");
    shell.says("set /cli-watch/p 2", "NodeDataChanged /cli-watch/p");
    shell.says("set /cli-watch/p 3", "NodeDataChanged /cli-watch/p");
    shell.saysInAnyOrder("create /cli-watch/p/a 1", "NodeChildrenChanged /cli-watch/p", "Created /cli-watch/p/a");
    shell.saysInAnyOrder("create /cli-watch/r 1", "NodeCreated /cli-watch/r", "Created /cli-watch/r");
    shell.saysInAnyOrder("create /cli-watch/r/a 1", "NodeCreated /cli-watch/r/a", "Created /cli-watch/r/a");
    shell.says("set /cli-watch/r/a 2", "NodeDataChanged /cli-watch/r/a");
    shell.says("removewatches /cli-watch/p -a", "PersistentWatchRemoved /cli-watch/p");
    shell.says("removewatches /cli-watch/p -a", "KeeperErrorCode = No such watcher for /cli-watch/p");
    shell.says("set /cli-watch/p 4");
    shell.says("removewatches /cli-watch/r -a", "PersistentWatchRemoved /cli-watch/r");
    shell.says("set /cli-watch/r/a 3");
  }

  private static void quotas(Shell shell) throws Exception {
    shell.ask("ls /");
    shell.says("create /cli-quota x", "Created /cli-quota");
    shell.says("listquota /cli-quota", "absolute path is /zookeeper/quota/cli-quota/zookeeper_limits",
        "quota for /cli-quota does not exist.");
    shell.says("setquota -N 2 /cli-quota");
    shell.says("setquota -n 9 /cli-quota");
    shell.says("listquota /cli-quota", "absolute path is /zookeeper/quota/cli-quota/zookeeper_limits",
        "Output quota for /cli-quota count=9,bytes=-1=;byteHardLimit=-1;countHardLimit=2",
        "Output stat for /cli-quota count=1,bytes=1");
    shell.says("create /cli-quota/a 1", "Created /cli-quota/a");
    shell.says("create /cli-quota/b 1", "Quota has exceeded : /cli-quota/b");
    shell.says("delquota -N /cli-quota");
    shell.says("create /cli-quota/b 12", "Created /cli-quota/b");
    shell.says("listquota /cli-quota", "absolute path is /zookeeper/quota/cli-quota/zookeeper_limits",
        "Output quota for /cli-quota count=9,bytes=-1=;byteHardLimit=-1;countHardLimit=-1",
        "Output stat for /cli-quota count=3,bytes=4");
    shell.says("delquota /cli-quota");
    shell.says("listquota /cli-quota", "absolute path is /zookeeper/quota/cli-quota/zookeeper_limits",
        "quota for /cli-quota does not exist.");
  }

  private static void rest(Shell shell, Target target) throws Exception {
    shell.ask("ls /");
    shell.says("create /cli-rest x", "Created /cli-rest");
    shell.says("create -e /cli-rest/e x", "Created /cli-rest/e");
    shell.says("sync /cli-rest", "Sync is OK");
    shell.says("getEphemerals", "[/cli-rest/e]");
    shell.says("getEphemerals /cli-rest", "[/cli-rest/e]");
    shell.says("getEphemerals /nowhere", "[]");
    shell.says("getAllChildrenNumber /cli-rest", "1");
    String[] configuration = target.configuration.toArray(String[]::new);
    shell.says("config", configuration);
    shell.says("get /zookeeper/config", configuration);
    shell.input.println("close");
    shell.input.println("ls /cli-rest");
    String line;
    do {
      line = shell.lines.poll(20, TimeUnit.SECONDS);
    } while (line != null && !line.equals("Not connected"));
    equal("Not connected", line);
    shell.input.println("connect " + target.address());
    shell.ask("sync /cli-rest");
    shell.says("ls /cli-rest", "[]");
  }
}
