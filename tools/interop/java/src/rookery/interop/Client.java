package rookery.interop;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/** Apache's client with its events kept in queues: the session's states, and each watch's events. */
final class Client implements AutoCloseable {
  /** Collects what one watch is told, leaving out the session's states. */
  static final class Seen implements Watcher {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Override
    public void process(WatchedEvent event) {
      if (event.getType() != EventType.None) {
        events.add(event.getType() + " " + event.getPath());
      }
    }

    void next(String... expected) throws InterruptedException {
      for (String event : expected) {
        Check.equal(event, events.poll(15, TimeUnit.SECONDS));
      }
    }

    void nothingMore() throws InterruptedException {
      Check.equal(null, events.poll(100, TimeUnit.MILLISECONDS));
    }
  }

  private final BlockingQueue<KeeperState> states = new LinkedBlockingQueue<>();
  final ZooKeeper zk;

  Client(String address) throws Exception {
    this(address, 10_000);
  }

  Client(String address, int timeoutMs) throws Exception {
    zk = new ZooKeeper(address, timeoutMs, this::state);
    await(KeeperState.SyncConnected);
  }

  /** Takes over a session; does not wait, as it may be refused. */
  Client(String address, int timeoutMs, long session, byte[] password) throws Exception {
    zk = new ZooKeeper(address, timeoutMs, this::state, session, password);
  }

  void await(KeeperState expected) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    KeeperState state;
    do {
      state = states.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (state == null) {
        throw new AssertionError("no state " + expected + " within 20 s");
      }
    } while (state != expected);
  }

  @Override
  public void close() throws Exception {
    zk.close();
  }

  private void state(WatchedEvent event) {
    if (event.getType() == EventType.None) {
      states.add(event.getState());
    }
  }
}
