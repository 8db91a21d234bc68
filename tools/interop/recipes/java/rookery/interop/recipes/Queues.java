package rookery.interop.recipes;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.queue.DistributedDelayQueue;
import org.apache.curator.framework.recipes.queue.DistributedIdQueue;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.MultiItem;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.framework.state.ConnectionState;

final class Queues {
  private Queues() {}

  static Recipe simple(CuratorFramework client, String path) {
    SimpleDistributedQueue queue = new SimpleDistributedQueue(client, path);
    return (verb, a) -> {
      switch (verb) {
        case "offer":
          return queue.offer(Recipe.bytes(a[0]));
        case "poll":
          return Recipe.text(queue.poll());
        case "peek":
          return Recipe.text(queue.peek());
        case "take":
          return Recipe.text(queue.poll(Long.parseLong(a[0]), TimeUnit.MILLISECONDS));
        default:
          throw Recipe.unknown(verb);
      }
    };
  }

  static Recipe delay(CuratorFramework client, String path, String lockPath, boolean consumes) throws Exception {
    Seen seen = new Seen();
    DistributedDelayQueue<String> queue = builder(client, path, lockPath, consumes ? seen : null).buildDelayQueue();
    queue.start();
    return (verb, a) -> {
      switch (verb) {
        case "put":
          queue.put(a[0], System.currentTimeMillis() + Long.parseLong(a[1]));
          return queue.flushPuts(10, TimeUnit.SECONDS);
        case "put-several":
          queue.putMulti(several(a), System.currentTimeMillis());
          return queue.flushPuts(10, TimeUnit.SECONDS);
        default:
          return shared(seen, verb, queue);
      }
    };
  }

  static Recipe id(CuratorFramework client, String path, String lockPath, boolean consumes) throws Exception {
    Seen seen = new Seen();
    DistributedIdQueue<String> queue = builder(client, path, lockPath, consumes ? seen : null).buildIdQueue();
    queue.start();
    return (verb, a) -> {
      switch (verb) {
        case "put":
          queue.put(a[0], a[1]);
          return queue.flushPuts(10, TimeUnit.SECONDS);
        case "remove":
          return queue.remove(a[0]);
        default:
          return shared(seen, verb, queue);
      }
    };
  }

  static Recipe plain(CuratorFramework client, String path, String lockPath, boolean consumes) throws Exception {
    Seen seen = new Seen();
    DistributedQueue<String> queue = builder(client, path, lockPath, consumes ? seen : null).buildQueue();
    queue.start();
    return (verb, a) -> {
      switch (verb) {
        case "put":
          queue.put(a[0]);
          return queue.flushPuts(10, TimeUnit.SECONDS);
        case "put-several":
          queue.putMulti(several(a));
          return queue.flushPuts(10, TimeUnit.SECONDS);
        default:
          return shared(seen, verb, queue);
      }
    };
  }

  private static Object shared(Seen seen, String verb, AutoCloseable queue) throws Exception {
    switch (verb) {
      case "received":
        return String.join(",", seen.items);
      case "close":
        queue.close();
        return null;
      default:
        throw Recipe.unknown(verb);
    }
  }

  private static QueueBuilder<String> builder(CuratorFramework client, String path, String lockPath, Seen seen) {
    QueueBuilder<String> builder = QueueBuilder.builder(client, seen, new Utf8(), path);
    return lockPath.isEmpty() ? builder : builder.lockPath(lockPath);
  }

  private static MultiItem<String> several(String[] items) {
    Iterator<String> left = Arrays.asList(items).iterator();
    return () -> left.hasNext() ? left.next() : null;
  }

  /** Keeps what was consumed, in order. */
  private static final class Seen implements QueueConsumer<String> {
    final List<String> items = new CopyOnWriteArrayList<>();

    @Override
    public void consumeMessage(String item) {
      items.add(item);
    }

    @Override
    public void stateChanged(CuratorFramework client, ConnectionState state) {}
  }

  private static final class Utf8 implements QueueSerializer<String> {
    @Override
    public byte[] serialize(String item) {
      return Recipe.bytes(item);
    }

    @Override
    public String deserialize(byte[] bytes) {
      return Recipe.text(bytes);
    }
  }
}
