package rookery.interop;

import static rookery.interop.Check.equal;
import static rookery.interop.Check.eventually;
import static rookery.interop.Check.fails;
import static rookery.interop.Check.that;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.StatsTrack;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.cli.DelQuotaCommand;
import org.apache.zookeeper.cli.SetQuotaCommand;
import org.apache.zookeeper.client.FourLetterWordMain;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.ClientInfo;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/** Znodes through Apache's Java client: kinds, versions, transactions, ACLs, limits. */
final class Nodes {
  private Nodes() {}

  static void cases(Check check, Target target) {
    check.run("create: every kind, with its Stat", () -> kinds(target));
    check.run("create: sequence numbers are the parent's child count", () -> sequence(target));
    check.run("create and delete: errors", () -> errors(target));
    check.run("set: versions", () -> versions(target));
    check.run("data: null, empty, unicode path", () -> data(target));
    check.run("children, getEphemerals, getAllChildrenNumber, sync", () -> listings(target));
    check.run("multi: success", () -> multi(target));
    check.run("multi: failure applies nothing and names the culprit", () -> multiFailure(target));
    check.run("multi: reads", () -> multiRead(target));
    check.run("async: 1000 requests answered in their order", () -> pipeline(target));
    check.run("ACL: world, digest, auth, ip, super", () -> acl(target));
    check.run("ACL: refused lists and versions", () -> aclErrors(target));
    check.run("1 MB: the longest request passes, a longer one loses the connection", () -> limit(target));
    check.run("quota: hard limits are enforced", () -> quota(target));
    check.run("containers and TTL nodes are collected", () -> collected(target));
    check.run("whoami, config, reconfig of a standalone server", () -> server(target));
    check.run("four-letter words", () -> words(target));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String create(ZooKeeper zk, String path, CreateMode mode) throws Exception {
    return zk.create(path, bytes("x"), Ids.OPEN_ACL_UNSAFE, mode);
  }

  static String create(ZooKeeper zk, String path) throws Exception {
    return create(zk, path, CreateMode.PERSISTENT);
  }

  private static void kinds(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/kinds");
      long session = zk.getSessionId();
      for (CreateMode mode : CreateMode.values()) {
        Stat created = new Stat();
        long ttl = mode.isTTL() ? 600_000 : -1;
        String path = zk.create("/kinds/" + mode, bytes("abc"), Ids.OPEN_ACL_UNSAFE, mode, created, ttl);
        that(path.matches("/kinds/" + mode + (mode.isSequential() ? "\\d{10}" : "")), path);
        Stat read = new Stat();
        equal(bytes("abc"), zk.getData(path, false, read));
        equal(read, created);
        equal(read, zk.exists(path, false));
        equal(3, read.getDataLength());
        equal(0, read.getVersion());
        equal(read.getCzxid(), read.getMzxid());
        equal(read.getCzxid(), read.getPzxid());
        equal(read.getCtime(), read.getMtime());
        that(Math.abs(System.currentTimeMillis() - read.getCtime()) < 60_000, "ctime is now");
        long owner = switch (mode) {
          case EPHEMERAL, EPHEMERAL_SEQUENTIAL -> session;
          default -> 0;
        };
        equal(owner, read.getEphemeralOwner());
      }
      Stat parent = zk.exists("/kinds", false);
      equal(CreateMode.values().length, parent.getNumChildren());
      equal(CreateMode.values().length, parent.getCversion());
      that(parent.getPzxid() > parent.getCzxid(), "the parent's pzxid moves");
    }
  }

  private static void sequence(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/sequence");
      equal("/sequence/a-0000000000", create(zk, "/sequence/a-", CreateMode.PERSISTENT_SEQUENTIAL));
      equal("/sequence/b-0000000001", create(zk, "/sequence/b-", CreateMode.EPHEMERAL_SEQUENTIAL));
      create(zk, "/sequence/plain");
      zk.delete("/sequence/plain", -1);
      equal("/sequence/0000000003", create(zk, "/sequence/", CreateMode.PERSISTENT_SEQUENTIAL));
    }
  }

  private static void errors(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/errors");
      fails(Code.NODEEXISTS, () -> create(zk, "/errors"));
      fails(Code.NONODE, () -> create(zk, "/nowhere/child"));
      create(zk, "/errors/ephemeral", CreateMode.EPHEMERAL);
      fails(Code.NOCHILDRENFOREPHEMERALS, () -> create(zk, "/errors/ephemeral/child"));
      fails(Code.NOTEMPTY, () -> zk.delete("/errors", -1));
      fails(Code.NONODE, () -> zk.delete("/nowhere", -1));
      fails(Code.BADVERSION, () -> zk.delete("/errors/ephemeral", 7));
      fails(Code.NONODE, () -> zk.getData("/nowhere", false, null));
      fails(Code.NONODE, () -> zk.getChildren("/nowhere", false));
      fails(Code.NONODE, () -> zk.setData("/nowhere", null, -1));
      fails(Code.NONODE, () -> zk.getACL("/nowhere", null));
      fails(Code.BADARGUMENTS, () -> zk.delete("/", -1));
      fails(Code.NODEEXISTS, () -> create(zk, "/zookeeper"));
      equal(null, zk.exists("/nowhere", false));
    }
  }

  private static void versions(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/versions");
      equal(1, zk.setData("/versions", bytes("1"), 0).getVersion());
      equal(2, zk.setData("/versions", bytes("2"), -1).getVersion());
      fails(Code.BADVERSION, () -> zk.setData("/versions", bytes("3"), 1));
      Stat stat = new Stat();
      equal(bytes("2"), zk.getData("/versions", false, stat));
      that(stat.getMzxid() > stat.getCzxid(), "mzxid moves");
      zk.delete("/versions", 2);
    }
  }

  private static void data(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      zk.create("/data", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      equal(null, zk.getData("/data", false, null));
      zk.setData("/data", new byte[0], -1);
      equal(new byte[0], zk.getData("/data", false, null));
      String path = "/data/Dohle \u2014 \u5bd2\u9d09";
      create(zk, path);
      equal(List.of(path.substring("/data/".length())), zk.getChildren("/data", false));
      equal(bytes("x"), zk.getData(path, false, null));
    }
  }

  private static void listings(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/listings");
      for (String name : List.of("a", "b", "c")) {
        create(zk, "/listings/" + name);
        create(zk, "/listings/" + name + "/e", CreateMode.EPHEMERAL);
      }
      Stat stat = new Stat();
      List<String> children = new ArrayList<>(zk.getChildren("/listings", false, stat));
      Collections.sort(children);
      equal(List.of("a", "b", "c"), children);
      equal(3, stat.getNumChildren());
      equal(6, zk.getAllChildrenNumber("/listings"));
      equal(3, zk.getEphemerals().size());
      equal(List.of("/listings/b/e"), zk.getEphemerals("/listings/b"));
      CountDownLatch synced = new CountDownLatch(1);
      zk.sync("/listings", (code, path, context) -> {
        if (code == 0) {
          synced.countDown();
        }
      }, null);
      that(synced.await(10, TimeUnit.SECONDS), "sync answers");
    }
  }

  private static void multi(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/multi");
      List<OpResult> results = zk.multi(List.of(
          Op.create("/multi/a", bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
          Op.create("/multi/s-", bytes("2"), Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL),
          Op.create("/multi/t", bytes("3"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, 600_000),
          Op.check("/multi/a", 0),
          Op.setData("/multi/a", bytes("4"), 0),
          Op.check("/multi/a", 1),
          Op.create("/multi/gone", bytes("5"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
          Op.delete("/multi/gone", 0)));
      equal(8, results.size());
      equal("/multi/a", ((OpResult.CreateResult) results.get(0)).getPath());
      equal("/multi/s-0000000001", ((OpResult.CreateResult) results.get(1)).getPath());
      equal("/multi/t", ((OpResult.CreateResult) results.get(2)).getPath());
      equal(OpResult.CheckResult.class, results.get(3).getClass());
      equal(1, ((OpResult.SetDataResult) results.get(4)).getStat().getVersion());
      equal(OpResult.DeleteResult.class, results.get(7).getClass());
      equal(bytes("4"), zk.getData("/multi/a", false, null));
      equal(zk.exists("/multi/a", false).getCzxid(), zk.exists("/multi/t", false).getCzxid());
      equal(null, zk.exists("/multi/gone", false));
      equal(2, zk.transaction().create("/multi/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)
          .delete("/multi/b", -1).commit().size());
      equal(0, zk.multi(List.of()).size());
    }
  }

  private static void multiFailure(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/refused");
      long before = zk.exists("/refused", false).getPzxid();
      try {
        zk.multi(List.of(
            Op.create("/refused/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
            Op.delete("/refused/nowhere", -1),
            Op.setData("/refused", bytes("y"), -1)));
        throw new AssertionError("the transaction was not refused");
      } catch (KeeperException error) {
        equal(Code.NONODE, error.code());
        List<Integer> codes = error.getResults().stream()
            .map(result -> ((OpResult.ErrorResult) result).getErr()).toList();
        equal(List.of(0, Code.NONODE.intValue(), Code.RUNTIMEINCONSISTENCY.intValue()), codes);
      }
      equal(List.of(), zk.getChildren("/refused", false));
      equal(bytes("x"), zk.getData("/refused", false, null));
      equal(before, zk.exists("/refused", false).getPzxid());
      fails(Code.BADVERSION, () -> zk.multi(List.of(Op.check("/refused", 5))));
      fails(Code.NODEEXISTS, () -> zk.multi(List.of(
          Op.create("/refused/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
          Op.create("/refused/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT))));
      equal(null, zk.exists("/refused/b", false));
    }
  }

  private static void multiRead(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/reads");
      create(zk, "/reads/child");
      List<OpResult> results = zk.multi(List.of(
          Op.getData("/reads"), Op.getChildren("/nowhere"), Op.getChildren("/reads")));
      equal(bytes("x"), ((OpResult.GetDataResult) results.get(0)).getData());
      equal(1, ((OpResult.GetDataResult) results.get(0)).getStat().getNumChildren());
      equal(Code.NONODE.intValue(), ((OpResult.ErrorResult) results.get(1)).getErr());
      equal(List.of("child"), ((OpResult.GetChildrenResult) results.get(2)).getChildren());
    }
  }

  private static void pipeline(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/pipeline");
      int count = 1000;
      List<String> answers = Collections.synchronizedList(new ArrayList<>());
      CountDownLatch done = new CountDownLatch(count);
      for (int i = 0; i < count / 2; i++) {
        zk.create("/pipeline/n-", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL,
            (code, path, context, name) -> {
              answers.add(code + " " + name);
              done.countDown();
            }, null);
        zk.getChildren("/pipeline", false, (code, path, context, children) -> {
          answers.add(code + " " + children.size());
          done.countDown();
        }, null);
      }
      that(done.await(30, TimeUnit.SECONDS), "all are answered");
      for (int i = 0; i < count / 2; i++) {
        equal(String.format("0 /pipeline/n-%010d", i), answers.get(2 * i));
        equal("0 " + (i + 1), answers.get(2 * i + 1));
      }
    }
  }

  private static void acl(Target target) throws Exception {
    try (Client owner = new Client(target.address());
        Client other = new Client(target.address());
        Client root = new Client(target.address())) {
      ZooKeeper zk = owner.zk;
      zk.addAuthInfo("digest", bytes("alice:secret"));
      create(zk, "/acl");
      zk.create("/acl/mine", bytes("m"), Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      equal(List.of(new ACL(Perms.ALL, new Id("digest", "alice:aYXlLOpEooaV1cRAvUL1fp9Qt7E="))),
          zk.getACL("/acl/mine", new Stat()));
      equal(bytes("m"), zk.getData("/acl/mine", false, null));
      fails(Code.NOAUTH, () -> other.zk.getData("/acl/mine", false, null));
      fails(Code.NOAUTH, () -> other.zk.setData("/acl/mine", null, -1));
      fails(Code.NOAUTH, () -> create(other.zk, "/acl/mine/child"));
      fails(Code.NOAUTH, () -> other.zk.getACL("/acl/mine", new Stat()));
      fails(Code.NOAUTH, () -> other.zk.setACL("/acl/mine", Ids.OPEN_ACL_UNSAFE, -1));
      fails(Code.NOAUTH, () -> other.zk.exists("/acl/mine", false));
      fails(Code.NOAUTH, () -> other.zk.multi(List.of(Op.setData("/acl/mine", null, -1))));

      other.zk.addAuthInfo("digest", bytes("alice:wrong"));
      fails(Code.NOAUTH, () -> other.zk.getData("/acl/mine", false, null));
      other.zk.addAuthInfo("digest", bytes("alice:secret"));
      equal(bytes("m"), other.zk.getData("/acl/mine", false, null));

      zk.create("/acl/read", bytes("r"), Ids.READ_ACL_UNSAFE, CreateMode.PERSISTENT);
      equal(bytes("r"), zk.getData("/acl/read", false, null));
      fails(Code.NOAUTH, () -> zk.setData("/acl/read", null, -1));
      zk.delete("/acl/read", -1);

      List<ACL> local = Arrays.asList(new ACL(Perms.READ, new Id("ip", "127.0.0.0/8")));
      zk.create("/acl/ip", bytes("i"), local, CreateMode.PERSISTENT);
      equal(bytes("i"), root.zk.getData("/acl/ip", false, null));
      fails(Code.NOAUTH, () -> root.zk.setData("/acl/ip", null, -1));
      List<ACL> elsewhere = Arrays.asList(new ACL(Perms.ALL, new Id("ip", "10.1.2.3")));
      zk.create("/acl/far", bytes("f"), elsewhere, CreateMode.PERSISTENT);
      fails(Code.NOAUTH, () -> root.zk.getData("/acl/far", false, null));

      root.zk.addAuthInfo("digest", bytes("super:super"));
      equal(bytes("m"), root.zk.getData("/acl/mine", false, null));
      equal(1, root.zk.setACL("/acl/far", Ids.OPEN_ACL_UNSAFE, 0).getAversion());
      equal(bytes("f"), other.zk.getData("/acl/far", false, null));
    }
  }

  private static void aclErrors(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/lists");
      // The client looks for a null in the lists it is given, which List.of does not allow.
      fails(Code.INVALIDACL,
          () -> zk.create("/lists/a", null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
      for (Id id : List.of(new Id("nosuchscheme", "x"), new Id("digest", "nocolon"), new Id("ip", "999.1.1.1"))) {
        fails(Code.INVALIDACL, () ->
            zk.create("/lists/a", null, Arrays.asList(new ACL(Perms.ALL, id)), CreateMode.PERSISTENT));
      }
      fails(Code.BADVERSION, () -> zk.setACL("/lists", Ids.OPEN_ACL_UNSAFE, 3));
      equal(1, zk.setACL("/lists", Ids.READ_ACL_UNSAFE, 0).getAversion());
      equal(0, zk.exists("/lists", false).getVersion());
      fails(Code.NOAUTH, () -> create(zk, "/lists/a"));
      fails(Code.NOAUTH, () -> zk.setACL("/lists", Ids.OPEN_ACL_UNSAFE, -1));
    }
    try (Client client = new Client(target.address())) {
      client.zk.addAuthInfo("nosuchscheme", bytes("x"));
      client.await(org.apache.zookeeper.Watcher.Event.KeeperState.AuthFailed);
      fails(Code.AUTHFAILED, () -> client.zk.getData("/", false, null));
    }
  }

  private static void limit(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/limit");
      byte[] large = new byte[1_048_000];
      Arrays.fill(large, (byte) 'x');
      zk.setData("/limit", large, -1);
      equal(large, zk.getData("/limit", false, null));
      fails(Code.CONNECTIONLOSS, () -> zk.setData("/limit", new byte[1_100_000], -1));
      client.await(org.apache.zookeeper.Watcher.Event.KeeperState.SyncConnected);
      equal(large.length, zk.exists("/limit", false).getDataLength());
    }
  }

  private static void quota(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/quota");
      StatsTrack limits = new StatsTrack();
      limits.setCountHardLimit(3);
      limits.setByteHardLimit(10);
      SetQuotaCommand.createQuota(zk, "/quota", limits);
      create(zk, "/quota/a");
      create(zk, "/quota/b");
      fails(Code.QUOTAEXCEEDED, () -> create(zk, "/quota/c"));
      fails(Code.QUOTAEXCEEDED, () -> zk.setData("/quota/a", new byte[20], -1));
      zk.setData("/quota/a", new byte[5], -1);
      DelQuotaCommand.delQuota(zk, "/quota", limits);
      create(zk, "/quota/c");
    }
  }

  private static void collected(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/collected");
      create(zk, "/collected/container", CreateMode.CONTAINER);
      create(zk, "/collected/container/child");
      zk.create("/collected/ttl", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, new Stat(), 500);
      zk.create("/collected/long", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, new Stat(), 600_000);
      eventually("the TTL node goes", () -> zk.exists("/collected/ttl", false) == null);
      that(zk.exists("/collected/container", false) != null, "a container with a child stays");
      zk.delete("/collected/container/child", -1);
      eventually("the empty container goes", () -> zk.exists("/collected/container", false) == null);
      that(zk.exists("/collected/long", false) != null, "a TTL node stays for its time");
    }
  }

  private static void server(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      client.zk.addAuthInfo("digest", bytes("alice:secret"));
      List<ClientInfo> infos = client.zk.whoAmI();
      List<String> found = new ArrayList<>();
      infos.forEach(info -> found.add(info.getAuthScheme() + " " + info.getUser()));
      Collections.sort(found);
      equal(List.of("digest alice", "ip 127.0.0.1"), found);
      String config = new String(client.zk.getData("/zookeeper/config", false, null));
      long members = config.lines().filter(line -> line.startsWith("server.")).count();
      equal(Target.SERVERS > 1 ? Target.SERVERS : 0L, members);
    }
  }

  private static void words(Target target) throws Exception {
    try (Client client = new Client(target.address())) {
      equal("imok", word(target, "ruok").trim());
      equal("rw", word(target, "isro").trim());
      String srvr = word(target, "srvr");
      String mode = Target.SERVERS > 1 ? "follower" : "standalone";
      for (String line : List.of("Zookeeper version: ", "Latency min/avg/max: ", "Received: ", "Sent: ",
          "Connections: ", "Outstanding: ", "Zxid: 0x", "Mode: " + mode, "Node count: ")) {
        that(srvr.contains(line), "srvr has a line " + line);
      }
      that(word(target, "stat").contains("Clients:\n /127.0.0.1:"), "stat lists the clients");
      String session = "0x" + Long.toHexString(client.zk.getSessionId());
      that(word(target, "cons").contains("sid=" + session), "cons has this session");
      that(word(target, "conf").contains("clientPort=" + target.port), "conf has the port");
      that(word(target, "mntr").contains("zk_server_state\t" + mode), "mntr has the state");
      that(word(target, "envi").contains("zookeeper.version="), "envi has the version");
      Nodes.create(client.zk, "/words", CreateMode.EPHEMERAL);
      client.zk.exists("/words", true);
      that(word(target, "dump").contains(session), "dump has this session");
      that(word(target, "wchp").contains("/words"), "wchp has the watch's path");
      that(word(target, "wchc").contains(session), "wchc has the watch's session");
      that(word(target, "wchs").contains("watching"), "wchs counts");
    }
  }

  private static String word(Target target, String word) throws Exception {
    return FourLetterWordMain.send4LetterWord("127.0.0.1", target.port, word);
  }
}
