package rookery.interop;

import static rookery.interop.Check.equal;
import static rookery.interop.Check.fails;
import static rookery.interop.Check.that;
import static rookery.interop.Nodes.bytes;
import static rookery.interop.Nodes.create;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import rookery.interop.Client.Seen;

/** The five kinds of watch, while connected and over a reconnect. */
final class Watches {
  private Watches() {}

  static void cases(Check check, Target target) {
    check.run("watch: data, once", () -> data(target));
    check.run("watch: exists, once", () -> exists(target));
    check.run("watch: children, once", () -> children(target));
    check.run("watch: persistent", () -> persistent(target));
    check.run("watch: persistent recursive", () -> recursive(target));
    check.run("watch: removal", () -> removal(target));
    check.run("watch: of a transaction, and before the answer that shows the change", () -> order(target));
    check.run("watch: of an ephemeral's end", () -> ephemeral(target));
    check.run("watch: what was missed while cut off is told on the way back", () -> missed(target));
  }

  private static void data(Target target) throws Exception {
    try (Client a = new Client(target.address()); Client b = new Client(target.address())) {
      create(b.zk, "/w-data");
      Seen seen = new Seen();
      a.zk.getData("/w-data", seen, null);
      b.zk.setData("/w-data", bytes("1"), -1);
      seen.next("NodeDataChanged /w-data");
      b.zk.setData("/w-data", bytes("2"), -1);
      seen.nothingMore();
      a.zk.getData("/w-data", seen, null);
      create(b.zk, "/w-data/child");
      b.zk.delete("/w-data/child", -1);
      b.zk.delete("/w-data", -1);
      seen.next("NodeDeleted /w-data");
      fails(Code.NONODE, () -> a.zk.getData("/w-data", seen, null));
      create(b.zk, "/w-data");
      seen.nothingMore();
    }
  }

  private static void exists(Target target) throws Exception {
    try (Client a = new Client(target.address()); Client b = new Client(target.address())) {
      Seen seen = new Seen();
      equal(null, a.zk.exists("/w-exists", seen));
      create(b.zk, "/w-exists");
      seen.next("NodeCreated /w-exists");
      a.zk.exists("/w-exists", seen);
      b.zk.setData("/w-exists", bytes("1"), -1);
      seen.next("NodeDataChanged /w-exists");
      a.zk.exists("/w-exists", seen);
      b.zk.delete("/w-exists", -1);
      seen.next("NodeDeleted /w-exists");
      seen.nothingMore();
    }
  }

  private static void children(Target target) throws Exception {
    try (Client a = new Client(target.address()); Client b = new Client(target.address())) {
      create(b.zk, "/w-children");
      Seen seen = new Seen();
      a.zk.getChildren("/w-children", seen);
      b.zk.setData("/w-children", bytes("1"), -1);
      seen.nothingMore();
      create(b.zk, "/w-children/a");
      seen.next("NodeChildrenChanged /w-children");
      a.zk.getChildren("/w-children", seen);
      create(b.zk, "/w-children/a/b");
      seen.nothingMore();
      b.zk.delete("/w-children/a/b", -1);
      b.zk.delete("/w-children/a", -1);
      seen.next("NodeChildrenChanged /w-children");
      a.zk.getChildren("/w-children", seen);
      b.zk.delete("/w-children", -1);
      seen.next("NodeDeleted /w-children");
      seen.nothingMore();
    }
  }

  private static void persistent(Target target) throws Exception {
    try (Client a = new Client(target.address()); Client b = new Client(target.address())) {
      Seen seen = new Seen();
      a.zk.addWatch("/w-persistent", seen, AddWatchMode.PERSISTENT);
      for (int round = 0; round < 2; round++) {
        create(b.zk, "/w-persistent");
        b.zk.setData("/w-persistent", bytes("1"), -1);
        create(b.zk, "/w-persistent/a");
        b.zk.setData("/w-persistent/a", bytes("1"), -1);
        b.zk.delete("/w-persistent/a", -1);
        b.zk.delete("/w-persistent", -1);
        seen.next("NodeCreated /w-persistent", "NodeDataChanged /w-persistent",
            "NodeChildrenChanged /w-persistent", "NodeChildrenChanged /w-persistent",
            "NodeDeleted /w-persistent");
      }
      seen.nothingMore();
    }
  }

  private static void recursive(Target target) throws Exception {
    try (Client a = new Client(target.address()); Client b = new Client(target.address())) {
      Seen seen = new Seen();
      a.zk.addWatch("/w-recursive", seen, AddWatchMode.PERSISTENT_RECURSIVE);
      for (int round = 0; round < 2; round++) {
        create(b.zk, "/w-recursive");
        create(b.zk, "/w-recursive/a");
        create(b.zk, "/w-recursive/a/b");
        b.zk.setData("/w-recursive/a/b", bytes("1"), -1);
        b.zk.delete("/w-recursive/a/b", -1);
        b.zk.delete("/w-recursive/a", -1);
        b.zk.delete("/w-recursive", -1);
        seen.next("NodeCreated /w-recursive", "NodeCreated /w-recursive/a", "NodeCreated /w-recursive/a/b",
            "NodeDataChanged /w-recursive/a/b", "NodeDeleted /w-recursive/a/b",
            "NodeDeleted /w-recursive/a", "NodeDeleted /w-recursive");
      }
      create(b.zk, "/w-recursive-neighbour");
      seen.nothingMore();
    }
  }

  private static void removal(Target target) throws Exception {
    try (Client a = new Client(target.address())) {
      ZooKeeper zk = a.zk;
      create(zk, "/w-removal");
      Seen data = new Seen();
      Seen children = new Seen();
      Seen recursive = new Seen();
      zk.getData("/w-removal", data, null);
      zk.getChildren("/w-removal", children);
      zk.addWatch("/w-removal", recursive, AddWatchMode.PERSISTENT_RECURSIVE);
      fails(Code.NOWATCHER, () -> zk.removeWatches("/w-removal/a", data, WatcherType.Data, false));
      zk.removeWatches("/w-removal", data, WatcherType.Data, false);
      data.next("DataWatchRemoved /w-removal");
      zk.removeAllWatches("/w-removal", WatcherType.Children, false);
      children.next("ChildWatchRemoved /w-removal");
      create(zk, "/w-removal/a");
      recursive.next("NodeCreated /w-removal/a");
      zk.removeAllWatches("/w-removal", WatcherType.Any, false);
      recursive.next("PersistentWatchRemoved /w-removal");
      zk.setData("/w-removal", bytes("1"), -1);
      data.nothingMore();
      children.nothingMore();
      recursive.nothingMore();
    }
  }

  private static void order(Target target) throws Exception {
    try (Client a = new Client(target.address()); Client b = new Client(target.address())) {
      create(b.zk, "/w-order");
      Seen seen = new Seen();
      a.zk.addWatch("/w-order", seen, AddWatchMode.PERSISTENT_RECURSIVE);
      b.zk.multi(List.of(
          Op.create("/w-order/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
          Op.setData("/w-order/a", bytes("1"), 0),
          Op.create("/w-order/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
          Op.delete("/w-order/b", 0)));
      seen.next("NodeCreated /w-order/a", "NodeDataChanged /w-order/a", "NodeCreated /w-order/b",
          "NodeDeleted /w-order/b");
      // Callbacks and events share one thread in the order of arrival.
      List<String> arrived = Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < 50; i++) {
        arrived.clear();
        byte[] value = bytes("v" + i);
        a.zk.getData("/w-order", event -> arrived.add("event"), null);
        a.zk.setData("/w-order", value, -1, (code, path, context, stat) -> arrived.add("set"), null);
        a.zk.getData("/w-order", false, (code, path, context, data, stat) -> arrived.add("get"), null);
        Check.eventually("three arrive", () -> arrived.size() == 3);
        equal(List.of("event", "set", "get"), List.copyOf(arrived));
      }
    }
  }

  private static void ephemeral(Target target) throws Exception {
    try (Client a = new Client(target.address()); Client b = new Client(target.address())) {
      create(b.zk, "/w-ephemeral");
      create(b.zk, "/w-ephemeral/e", CreateMode.EPHEMERAL);
      Seen node = new Seen();
      Seen parent = new Seen();
      a.zk.exists("/w-ephemeral/e", node);
      a.zk.getChildren("/w-ephemeral", parent);
      b.zk.close();
      node.next("NodeDeleted /w-ephemeral/e");
      parent.next("NodeChildrenChanged /w-ephemeral");
    }
  }

  private static void missed(Target target) throws Exception {
    try (Relay relay = new Relay(target.port);
        Client a = new Client(relay.address(), 10_000);
        Client b = new Client(target.address())) {
      create(b.zk, "/missed");
      for (String name : List.of("data", "deleted", "children", "quiet", "persistent", "tree")) {
        create(b.zk, "/missed/" + name);
      }
      Seen data = new Seen();
      Seen deleted = new Seen();
      Seen created = new Seen();
      Seen children = new Seen();
      Seen quiet = new Seen();
      Seen persistent = new Seen();
      Seen tree = new Seen();
      a.zk.getData("/missed/data", data, null);
      a.zk.getData("/missed/deleted", deleted, null);
      equal(null, a.zk.exists("/missed/created", created));
      a.zk.getChildren("/missed/children", children);
      a.zk.getData("/missed/quiet", quiet, null);
      a.zk.addWatch("/missed/persistent", persistent, AddWatchMode.PERSISTENT);
      a.zk.addWatch("/missed/tree", tree, AddWatchMode.PERSISTENT_RECURSIVE);
      long session = a.zk.getSessionId();

      relay.cut();
      a.await(KeeperState.Disconnected);
      b.zk.setData("/missed/data", bytes("1"), -1);
      b.zk.delete("/missed/deleted", -1);
      create(b.zk, "/missed/created");
      create(b.zk, "/missed/children/a");
      relay.mend();
      a.await(KeeperState.SyncConnected);

      equal(session, a.zk.getSessionId());
      data.next("NodeDataChanged /missed/data");
      deleted.next("NodeDeleted /missed/deleted");
      created.next("NodeCreated /missed/created");
      children.next("NodeChildrenChanged /missed/children");
      quiet.nothingMore();

      // Those that did not fire are still set.
      b.zk.setData("/missed/quiet", bytes("1"), -1);
      quiet.next("NodeDataChanged /missed/quiet");
      b.zk.setData("/missed/persistent", bytes("1"), -1);
      persistent.next("NodeDataChanged /missed/persistent");
      create(b.zk, "/missed/tree/a");
      tree.next("NodeCreated /missed/tree/a");
      that(a.zk.getState().isConnected(), "connected");
    }
  }
}
