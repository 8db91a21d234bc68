package rookery.interop;

import static rookery.interop.Check.equal;
import static rookery.interop.Check.eventually;
import static rookery.interop.Nodes.bytes;
import static rookery.interop.Nodes.create;

import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import rookery.interop.Client.Seen;

/** Clients that know all servers of an ensemble, one of which is killed. */
final class Failover {
  private interface Choice {
    Server of(Target target, Client client);
  }

  private Failover() {}

  static void cases(Check check) {
    check.run("failover: a session goes on when the server that holds it is killed", () -> killed(Failover::holder));
    check.run("failover: a session goes on when the leader is killed", () -> killed(Failover::leader));
  }

  private static void killed(Choice choice) throws Exception {
    try (Target target = new Target(); Client client = new Client(target.connectString())) {
      ZooKeeper zk = client.zk;
      create(zk, "/kept");
      create(zk, "/ephemeral", CreateMode.EPHEMERAL);
      long session = zk.getSessionId();
      Seen seen = new Seen();
      zk.getData("/kept", seen, null);

      Server killed = choice.of(target, client);
      killed.kill();
      eventually("a write succeeds", 20_000, () -> {
        try {
          zk.setData("/kept", bytes("after"), -1);
          return true;
        } catch (KeeperException.ConnectionLossException meanwhile) {
          return false;
        }
      });
      equal(session, zk.getSessionId());
      equal(session, zk.exists("/ephemeral", false).getEphemeralOwner());
      seen.next("NodeDataChanged /kept");

      killed.start();
      killed.untilServing();
      try (Client back = new Client(killed.address())) {
        back.zk.sync("/");
        equal(bytes("after"), back.zk.getData("/kept", false, null));
        equal(session, back.zk.exists("/ephemeral", false).getEphemeralOwner());
        zk.close();
        eventually("the ephemeral is gone", () -> back.zk.exists("/ephemeral", false) == null);
      }
    }
  }

  private static Server holder(Target target, Client client) {
    String session = "sid=0x" + Long.toHexString(client.zk.getSessionId());
    return target.servers.stream().filter(server -> server.word("cons").contains(session)).findFirst().orElseThrow();
  }

  private static Server leader(Target target, Client client) {
    return target.servers.stream().filter(server -> server.mode().equals("leader")).findFirst().orElseThrow();
  }
}
