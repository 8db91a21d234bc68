package rookery.interop;

import static rookery.interop.Check.equal;
import static rookery.interop.Check.eventually;
import static rookery.interop.Check.that;
import static rookery.interop.Nodes.bytes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;

/** Apache Curator's recipes. */
final class Recipes {
  private Recipes() {}

  static void cases(Check check, Target target) {
    check.run("Curator: InterProcessMutex excludes", () -> mutex(target));
    check.run("Curator: InterProcessReadWriteLock", () -> readWriteLock(target));
    check.run("Curator: InterProcessSemaphoreV2", () -> semaphore(target));
    check.run("Curator: LeaderLatch hands over", () -> leader(target));
    check.run("Curator: CuratorCache follows a tree over a reconnect", () -> cache(target));
    check.run("Curator: DistributedAtomicLong and SharedCount", () -> counters(target));
    check.run("Curator: DistributedBarrier", () -> barrier(target));
    check.run("Curator: PersistentNode comes back after an expiry", () -> persistentNode(target));
    check.run("Curator: transaction, and idempotent protected create", () -> framework(target));
  }

  private static CuratorFramework connect(String address) throws Exception {
    CuratorFramework client = CuratorFrameworkFactory.builder()
        .connectString(address).namespace("curator").sessionTimeoutMs(5000).connectionTimeoutMs(5000)
        .retryPolicy(new RetryOneTime(200)).build();
    client.start();
    that(client.blockUntilConnected(15, TimeUnit.SECONDS), "connected");
    return client;
  }

  private static void mutex(Target target) throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger rounds = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 3; i++) {
      Thread thread = new Thread(() -> {
        try (CuratorFramework client = connect(target.connectString())) {
          InterProcessMutex lock = new InterProcessMutex(client, "/mutex");
          for (int round = 0; round < 10; round++) {
            lock.acquire();
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.sleep(2);
            rounds.incrementAndGet();
            inside.decrementAndGet();
            lock.release();
          }
        } catch (Exception failure) {
          failures.add(failure);
        }
      });
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    equal(List.of(), failures);
    equal(30, rounds.get());
    equal(1, most.get());
  }

  private static void readWriteLock(Target target) throws Exception {
    try (CuratorFramework a = connect(target.connectString()); CuratorFramework b = connect(target.connectString())) {
      InterProcessReadWriteLock mine = new InterProcessReadWriteLock(a, "/read-write");
      InterProcessReadWriteLock theirs = new InterProcessReadWriteLock(b, "/read-write");
      mine.readLock().acquire();
      that(theirs.readLock().acquire(5, TimeUnit.SECONDS), "readers share");
      theirs.readLock().release();
      that(!theirs.writeLock().acquire(200, TimeUnit.MILLISECONDS), "a reader keeps a writer out");
      mine.readLock().release();
      that(theirs.writeLock().acquire(5, TimeUnit.SECONDS), "the writer gets in");
      that(!mine.readLock().acquire(200, TimeUnit.MILLISECONDS), "a writer keeps a reader out");
    }
  }

  private static void semaphore(Target target) throws Exception {
    try (CuratorFramework a = connect(target.connectString()); CuratorFramework b = connect(target.connectString())) {
      InterProcessSemaphoreV2 mine = new InterProcessSemaphoreV2(a, "/semaphore", 2);
      InterProcessSemaphoreV2 theirs = new InterProcessSemaphoreV2(b, "/semaphore", 2);
      var first = mine.acquire();
      var second = theirs.acquire(5, TimeUnit.SECONDS);
      that(second != null, "two leases");
      equal(null, theirs.acquire(200, TimeUnit.MILLISECONDS));
      mine.returnLease(first);
      that(theirs.acquire(5, TimeUnit.SECONDS) != null, "a lease given back");
    }
  }

  private static void leader(Target target) throws Exception {
    try (CuratorFramework a = connect(target.connectString()); CuratorFramework b = connect(target.connectString())) {
      LeaderLatch first = new LeaderLatch(a, "/leader", "first");
      LeaderLatch second = new LeaderLatch(b, "/leader", "second");
      first.start();
      that(first.await(10, TimeUnit.SECONDS), "the first leads");
      second.start();
      eventually("both take part", () -> first.getParticipants().size() == 2);
      equal("first", second.getLeader().getId());
      that(!second.hasLeadership(), "only one leads");
      first.close();
      that(second.await(10, TimeUnit.SECONDS), "the second follows");
      second.close();
    }
  }

  private static void cache(Target target) throws Exception {
    try (Relay relay = new Relay(target.port);
        CuratorFramework a = connect(relay.address());
        CuratorFramework b = connect(target.address())) {
      b.create().creatingParentContainersIfNeeded().forPath("/cache/a/b", bytes("1"));
      try (CuratorCache cache = CuratorCache.build(a, "/cache")) {
        cache.start();
        eventually("filled", () -> cache.size() == 3);
        b.create().forPath("/cache/c", bytes("2"));
        b.setData().forPath("/cache/a/b", bytes("3"));
        eventually("new node", () -> cache.get("/cache/c").isPresent());
        eventually("new data", () -> "3".equals(new String(cache.get("/cache/a/b").orElseThrow().getData())));
        relay.cut();
        b.create().forPath("/cache/missed", bytes("4"));
        b.delete().forPath("/cache/c");
        relay.mend();
        eventually("what was missed", () -> cache.get("/cache/missed").isPresent());
        eventually("what is gone", () -> cache.get("/cache/c").isEmpty());
        b.delete().deletingChildrenIfNeeded().forPath("/cache/a");
        eventually("deleted", () -> cache.size() == 2);
      }
    }
  }

  private static void counters(Target target) throws Exception {
    try (CuratorFramework a = connect(target.address()); CuratorFramework b = connect(target.address())) {
      DistributedAtomicLong mine = new DistributedAtomicLong(a, "/long", new RetryOneTime(1));
      DistributedAtomicLong theirs = new DistributedAtomicLong(b, "/long", new RetryOneTime(1));
      that(mine.add(5L).succeeded(), "added");
      equal(7L, theirs.add(2L).postValue());
      equal(7L, mine.get().postValue());
      try (SharedCount count = new SharedCount(a, "/count", 0); SharedCount other = new SharedCount(b, "/count", 0)) {
        count.start();
        other.start();
        var old = count.getVersionedValue();
        count.setCount(42);
        eventually("the other sees it", () -> other.getCount() == 42);
        that(other.trySetCount(other.getVersionedValue(), 43), "compare and set");
        that(!count.trySetCount(old, 1), "an old version is refused");
      }
    }
  }

  private static void barrier(Target target) throws Exception {
    try (CuratorFramework a = connect(target.address()); CuratorFramework b = connect(target.address())) {
      DistributedBarrier barrier = new DistributedBarrier(a, "/barrier");
      barrier.setBarrier();
      CountDownLatch through = new CountDownLatch(1);
      Thread waiter = new Thread(() -> {
        try {
          new DistributedBarrier(b, "/barrier").waitOnBarrier();
          through.countDown();
        } catch (Exception failure) {
          failure.printStackTrace(System.out);
        }
      });
      waiter.setDaemon(true);
      waiter.start();
      that(!through.await(200, TimeUnit.MILLISECONDS), "it holds");
      barrier.removeBarrier();
      that(through.await(10, TimeUnit.SECONDS), "it opens");
    }
  }

  private static void persistentNode(Target target) throws Exception {
    try (Relay relay = new Relay(target.port);
        CuratorFramework a = connect(relay.address());
        CuratorFramework b = connect(target.address());
        PersistentNode node = new PersistentNode(a, CreateMode.EPHEMERAL, false, "/member", bytes("here"))) {
      node.start();
      that(node.waitForInitialCreate(10, TimeUnit.SECONDS), "created");
      long owner = b.checkExists().forPath("/member").getEphemeralOwner();
      relay.cut();
      eventually("expired", () -> b.checkExists().forPath("/member") == null);
      relay.mend();
      eventually("back", 20_000, () -> b.checkExists().forPath("/member") != null);
      that(owner != b.checkExists().forPath("/member").getEphemeralOwner(), "by a new session");
    }
  }

  private static void framework(Target target) throws Exception {
    try (CuratorFramework client = connect(target.address())) {
      var results = client.transaction().forOperations(
          client.transactionOp().create().forPath("/transaction", bytes("1")),
          client.transactionOp().setData().forPath("/transaction", bytes("2")),
          client.transactionOp().check().withVersion(1).forPath("/transaction"));
      equal(3, results.size());
      equal("/transaction", results.get(0).getResultPath());
      String path = client.create().creatingParentsIfNeeded().withProtection()
          .withMode(CreateMode.EPHEMERAL_SEQUENTIAL).forPath("/protected/n-");
      that(path.matches("/protected/_c_[0-9a-f-]+-n-\\d{10}"), path);
      client.create().orSetData().forPath("/transaction", bytes("3"));
      equal(bytes("3"), client.getData().forPath("/transaction"));
      client.create().withTtl(60_000).withMode(CreateMode.PERSISTENT_WITH_TTL).forPath("/curator-ttl");
      client.delete().guaranteed().forPath("/curator-ttl");
    }
  }
}
