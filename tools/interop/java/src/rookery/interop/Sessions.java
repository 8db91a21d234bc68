package rookery.interop;

import static rookery.interop.Check.equal;
import static rookery.interop.Check.eventually;
import static rookery.interop.Check.fails;
import static rookery.interop.Check.that;
import static rookery.interop.Nodes.bytes;
import static rookery.interop.Nodes.create;

import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import rookery.interop.Client.Seen;

/** Sessions: their ends, their hand-over, and what a restart of the server leaves of them. */
final class Sessions {
  private Sessions() {}

  static void cases(Check check, Target target) {
    check.run("session: the time-out is kept within 2 and 20 ticks", () -> timeouts(target));
    check.run("session: close removes its ephemerals at once", () -> closed(target));
    check.run("session: expiry removes its ephemerals, and the client learns of it", () -> expiry(target));
    check.run("session: kept alive by pings alone", () -> pings(target));
    check.run("session: handed over with id and password", () -> handOver(target));
    check.run("session: a wrong password is refused", () -> wrongPassword(target));
    check.run("session: identities are given again on a reconnect", () -> identities(target));
    check.run("session: chroot", () -> chroot(target));
    check.run("session: a client that may be read-only gets the read-write server", () -> readOnly(target));
    check.run("restart (SIGTERM): session, ephemerals, watches, data stay", () -> restart(false));
    check.run("restart (SIGKILL): session, ephemerals, watches, data stay", () -> restart(true));
    check.run("restart: a session whose client is gone expires afterwards", () -> expiryAfterRestart());
  }

  private static void timeouts(Target target) throws Exception {
    for (int[] pair : new int[][] {{100, 1000}, {4000, 4000}, {1_000_000, 10_000}}) {
      try (Client client = new Client(target.address(), pair[0])) {
        equal(pair[1], client.zk.getSessionTimeout());
      }
    }
  }

  private static void closed(Target target) throws Exception {
    try (Client a = new Client(target.address()); Client b = new Client(target.address())) {
      create(a.zk, "/closed", CreateMode.EPHEMERAL);
      that(b.zk.exists("/closed", false) != null, "the ephemeral is there");
      a.zk.close();
      equal(null, b.zk.exists("/closed", false));
      fails(Code.SESSIONEXPIRED, () -> a.zk.exists("/", false));
    }
  }

  private static void expiry(Target target) throws Exception {
    try (Relay relay = new Relay(target.port);
        Client a = new Client(relay.address(), 2000);
        Client b = new Client(target.address())) {
      create(a.zk, "/expiry", CreateMode.EPHEMERAL);
      create(a.zk, "/expiry-kept");
      Seen seen = new Seen();
      b.zk.exists("/expiry", seen);
      relay.cut();
      long cut = System.nanoTime();
      seen.next("NodeDeleted /expiry");
      long took = (System.nanoTime() - cut) / 1_000_000;
      that(took > 500 && took < 5000, "gone after the time-out, not " + took + " ms");
      relay.mend();
      a.await(KeeperState.Expired);
      fails(Code.SESSIONEXPIRED, () -> a.zk.exists("/", false));
      that(b.zk.exists("/expiry-kept", false) != null, "other nodes stay");
    }
  }

  private static void pings(Target target) throws Exception {
    try (Client client = new Client(target.address(), 1000)) {
      create(client.zk, "/pings", CreateMode.EPHEMERAL);
      Thread.sleep(4000);
      that(client.zk.exists("/pings", false) != null, "still there after four time-outs");
    }
  }

  private static void handOver(Target target) throws Exception {
    try (Relay relay = new Relay(target.port); Client a = new Client(relay.address(), 5000)) {
      create(a.zk, "/hand-over", CreateMode.EPHEMERAL);
      long session = a.zk.getSessionId();
      byte[] password = a.zk.getSessionPasswd();
      relay.cut();
      try (Client heir = new Client(target.address(), 5000, session, password)) {
        heir.await(KeeperState.SyncConnected);
        equal(session, heir.zk.getSessionId());
        equal(session, heir.zk.exists("/hand-over", false).getEphemeralOwner());
        heir.zk.delete("/hand-over", 0);
        create(heir.zk, "/hand-over", CreateMode.EPHEMERAL);
      }
      try (Client other = new Client(target.address())) {
        equal(null, other.zk.exists("/hand-over", false));
      }
    }
  }

  private static void wrongPassword(Target target) throws Exception {
    try (Client a = new Client(target.address(), 5000)) {
      create(a.zk, "/wrong-password", CreateMode.EPHEMERAL);
      byte[] wrong = new byte[16];
      try (Client thief = new Client(target.address(), 5000, a.zk.getSessionId(), wrong)) {
        thief.await(KeeperState.Expired);
      }
      // ZooKeeper closes the owner's connection before it looks at the password; the owner reconnects.
      eventually("the owner's session goes on", () -> {
        try {
          return a.zk.exists("/wrong-password", false) != null;
        } catch (KeeperException.ConnectionLossException reconnecting) {
          return false;
        }
      });
    }
  }

  private static void identities(Target target) throws Exception {
    try (Relay relay = new Relay(target.port); Client a = new Client(relay.address())) {
      a.zk.addAuthInfo("digest", bytes("bob:secret"));
      a.zk.create("/identities", bytes("x"), Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      relay.cut();
      a.await(KeeperState.Disconnected);
      relay.mend();
      a.await(KeeperState.SyncConnected);
      equal(bytes("x"), a.zk.getData("/identities", false, null));
    }
  }

  private static void chroot(Target target) throws Exception {
    try (Client whole = new Client(target.address())) {
      create(whole.zk, "/chroot");
      try (Client rooted = new Client(target.address() + "/chroot")) {
        ZooKeeper zk = rooted.zk;
        equal("/a", create(zk, "/a"));
        equal("/s-0000000001", create(zk, "/s-", CreateMode.EPHEMERAL_SEQUENTIAL));
        Seen seen = new Seen();
        zk.addWatch("/", seen, AddWatchMode.PERSISTENT_RECURSIVE);
        create(whole.zk, "/chroot/a/b");
        seen.next("NodeCreated /a/b");
        equal(java.util.List.of("b"), zk.getChildren("/a", false));
        that(whole.zk.exists("/chroot/s-0000000001", false) != null, "it lies below the chroot");
      }
      try (Client nowhere = new Client(target.address() + "/no-such-root")) {
        fails(Code.NONODE, () -> create(nowhere.zk, "/a"));
      }
    }
  }

  private static void readOnly(Target target) throws Exception {
    Seen seen = new Seen();
    try (ZooKeeper zk = new ZooKeeper(target.address(), 5000, seen, true)) {
      eventually("connected", () -> zk.getState() == ZooKeeper.States.CONNECTED);
      create(zk, "/read-only-asked");
    }
  }

  private static void restart(boolean kill) throws Exception {
    try (Target target = new Target(); Client client = new Client(target.address())) {
      ZooKeeper zk = client.zk;
      create(zk, "/kept");
      create(zk, "/ephemeral", CreateMode.EPHEMERAL);
      zk.addAuthInfo("digest", bytes("alice:secret"));
      zk.create("/private", bytes("p"), Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      zk.create("/ttl", bytes("t"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, new Stat(), 600_000);
      zk.setData("/kept", bytes("1"), 0);
      for (int i = 0; i < 100; i++) {
        create(zk, "/kept/n-", CreateMode.PERSISTENT_SEQUENTIAL);
      }
      Stat before = zk.exists("/kept", false);
      long session = zk.getSessionId();
      Seen data = new Seen();
      Seen created = new Seen();
      Seen children = new Seen();
      Seen persistent = new Seen();
      Seen recursive = new Seen();
      zk.getData("/kept", data, null);
      zk.exists("/later", created);
      zk.getChildren("/kept", children);
      zk.addWatch("/kept", persistent, AddWatchMode.PERSISTENT);
      zk.addWatch("/kept", recursive, AddWatchMode.PERSISTENT_RECURSIVE);

      if (kill) {
        target.kill();
      } else {
        target.stop();
      }
      client.await(KeeperState.Disconnected);
      fails(Code.CONNECTIONLOSS, () -> zk.exists("/kept", false));
      target.start();
      client.await(KeeperState.SyncConnected);

      equal(session, zk.getSessionId());
      equal(before, zk.exists("/kept", false));
      equal(session, zk.exists("/ephemeral", false).getEphemeralOwner());
      equal(bytes("t"), zk.getData("/ttl", false, null));
      equal(bytes("p"), zk.getData("/private", false, null));
      equal(100, zk.getChildren("/kept", false).size());

      zk.setData("/kept", bytes("2"), 1);
      create(zk, "/later");
      that(zk.exists("/later", false).getCzxid() > before.getPzxid(), "zxids go on");
      equal("/kept/n-0000000100", create(zk, "/kept/n-", CreateMode.PERSISTENT_SEQUENTIAL));
      data.next("NodeDataChanged /kept");
      created.next("NodeCreated /later");
      children.next("NodeChildrenChanged /kept");
      persistent.next("NodeDataChanged /kept", "NodeChildrenChanged /kept");
      recursive.next("NodeDataChanged /kept", "NodeCreated /kept/n-0000000100");

      zk.close();
      try (Client other = new Client(target.address())) {
        equal(null, other.zk.exists("/ephemeral", false));
        fails(Code.NOAUTH, () -> other.zk.getData("/private", false, null));
      }
    }
  }

  private static void expiryAfterRestart() throws Exception {
    try (Target target = new Target(); Relay relay = new Relay(target.port)) {
      try (Client gone = new Client(relay.address(), 2000); Client stays = new Client(target.address())) {
        create(gone.zk, "/gone", CreateMode.EPHEMERAL);
        Seen seen = new Seen();
        stays.zk.exists("/gone", seen);
        relay.cut();
        target.stop();
        target.start();
        stays.await(KeeperState.SyncConnected);
        seen.next("NodeDeleted /gone");
        relay.mend();
        gone.await(KeeperState.Expired);
      }
    }
  }
}
