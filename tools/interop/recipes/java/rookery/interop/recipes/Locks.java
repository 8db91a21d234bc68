package rookery.interop.recipes;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.locks.Revoker;
import org.apache.curator.framework.recipes.shared.SharedCount;

final class Locks {
  private Locks() {}

  static Recipe mutex(CuratorFramework client, String path) {
    InterProcessMutex mutex = new InterProcessMutex(client, path);
    AtomicBoolean revoked = new AtomicBoolean();
    return (verb, a) -> {
      switch (verb) {
        case "make-revocable":
          mutex.makeRevocable(lock -> revoked.set(true));
          return null;
        case "is-revoked":
          return revoked.get();
        case "revoke":
          Revoker.attemptRevoke(client, a[0]);
          return null;
        case "participants":
          return String.join(",", mutex.getParticipantNodes());
        default:
          return lock(mutex, verb, a);
      }
    };
  }

  static Recipe readWrite(CuratorFramework client, String path) {
    InterProcessReadWriteLock both = new InterProcessReadWriteLock(client, path);
    return (verb, a) -> {
      boolean isRead = verb.startsWith("read-");
      return lock(isRead ? both.readLock() : both.writeLock(), verb.substring(verb.indexOf('-') + 1), a);
    };
  }

  private static Object lock(InterProcessMutex lock, String verb, String[] a) throws Exception {
    switch (verb) {
      case "acquire":
        return lock.acquire(Long.parseLong(a[0]), TimeUnit.MILLISECONDS);
      case "release":
        lock.release();
        return null;
      default:
        throw Recipe.unknown(verb);
    }
  }

  static Recipe semaphore(CuratorFramework client, String path, int most) {
    return semaphore(new InterProcessSemaphoreV2(client, path, most));
  }

  static Recipe countedSemaphore(CuratorFramework client, String path, String countPath) throws Exception {
    SharedCount count = new SharedCount(client, countPath, 0);
    count.start();
    return semaphore(new InterProcessSemaphoreV2(client, path, count));
  }

  private static Recipe semaphore(InterProcessSemaphoreV2 semaphore) {
    Deque<Lease> leases = new ArrayDeque<>();
    return (verb, a) -> {
      switch (verb) {
        case "acquire":
          Lease lease = semaphore.acquire(Long.parseLong(a[0]), TimeUnit.MILLISECONDS);
          if (lease != null) {
            leases.add(lease);
          }
          return lease != null;
        case "release":
          semaphore.returnLease(leases.remove());
          return null;
        case "participants":
          return semaphore.getParticipantNodes().size();
        default:
          throw Recipe.unknown(verb);
      }
    };
  }
}
