package rookery.interop.recipes;

import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.atomic.AtomicValue;
import org.apache.curator.framework.recipes.atomic.CachedAtomicLong;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicInteger;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.atomic.PromotedToLock;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.retry.RetryNTimes;

final class Counters {
  private Counters() {}

  /** @param lockPath - Where it takes a lock after two vain tries. */
  static Recipe atomicLong(CuratorFramework client, String path, String lockPath) {
    PromotedToLock lock = PromotedToLock.builder()
        .lockPath(lockPath).timeout(30, TimeUnit.SECONDS).retryPolicy(new RetryNTimes(100, 20)).build();
    DistributedAtomicLong number = new DistributedAtomicLong(client, path, new RetryNTimes(2, 5), lock);
    return (verb, a) -> {
      switch (verb) {
        case "get":
          return succeeded(number.get()).postValue();
        case "add":
          return succeeded(number.add(Long.parseLong(a[0]))).postValue();
        case "set":
          number.forceSet(Long.parseLong(a[0]));
          return null;
        case "compare-and-set":
          return number.compareAndSet(Long.parseLong(a[0]), Long.parseLong(a[1])).succeeded();
        default:
          throw Recipe.unknown(verb);
      }
    };
  }

  static Recipe atomicInteger(CuratorFramework client, String path) {
    DistributedAtomicInteger number = new DistributedAtomicInteger(client, path, new RetryNTimes(10, 20));
    return (verb, a) -> {
      switch (verb) {
        case "get":
          return succeeded(number.get()).postValue();
        case "add":
          return succeeded(number.add(Integer.parseInt(a[0]))).postValue();
        default:
          throw Recipe.unknown(verb);
      }
    };
  }

  static Recipe cachedLong(CuratorFramework client, String path, int block) {
    CachedAtomicLong ids = new CachedAtomicLong(new DistributedAtomicLong(client, path, new RetryNTimes(10, 20)), block);
    return (verb, a) -> {
      if (verb.equals("next")) {
        return succeeded(ids.next()).postValue();
      }
      throw Recipe.unknown(verb);
    };
  }

  static Recipe sharedCount(CuratorFramework client, String path, int initial) throws Exception {
    SharedCount count = new SharedCount(client, path, initial);
    count.start();
    return (verb, a) -> {
      switch (verb) {
        case "get":
          return count.getCount();
        case "set":
          count.setCount(Integer.parseInt(a[0]));
          return null;
        case "try-set":
          return count.trySetCount(count.getVersionedValue(), Integer.parseInt(a[0]));
        case "close":
          count.close();
          return null;
        default:
          throw Recipe.unknown(verb);
      }
    };
  }

  private static <T> AtomicValue<T> succeeded(AtomicValue<T> value) {
    if (!value.succeeded()) {
      throw new IllegalStateException("gave up under contention");
    }
    return value;
  }
}
