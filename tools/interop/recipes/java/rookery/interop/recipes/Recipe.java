package rookery.interop.recipes;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.leader.Participant;

/** One recipe of Curator's, with a verb for each thing it can do. What a verb gives is text; lists are joined by commas. */
interface Recipe {
  /** @return null for nothing to tell */
  Object perform(String verb, String[] arguments) throws Exception;

  static Recipe of(CuratorFramework client, String kind, String[] a) throws Exception {
    switch (kind) {
      case "mutex":
        return Locks.mutex(client, a[0]);
      case "read-write":
        return Locks.readWrite(client, a[0]);
      case "semaphore":
        return Locks.semaphore(client, a[0], Integer.parseInt(a[1]));
      case "counted-semaphore":
        return Locks.countedSemaphore(client, a[0], a[1]);
      case "latch":
        return Leaders.latch(client, a[0], a[1]);
      case "selector":
        return Leaders.selector(client, a[0], a[1]);
      case "barrier":
        return barrier(new DistributedBarrier(client, a[0]));
      case "double-barrier":
        return doubleBarrier(new DistributedDoubleBarrier(client, a[0], Integer.parseInt(a[1])));
      case "simple-queue":
        return Queues.simple(client, a[0]);
      case "delay-queue":
        return Queues.delay(client, a[0], a[1], a[2].equals("consumer"));
      case "id-queue":
        return Queues.id(client, a[0], a[1], a[2].equals("consumer"));
      case "queue":
        return Queues.plain(client, a[0], a[1], a[2].equals("consumer"));
      case "atomic-long":
        return Counters.atomicLong(client, a[0], a[1]);
      case "atomic-integer":
        return Counters.atomicInteger(client, a[0]);
      case "cached-long":
        return Counters.cachedLong(client, a[0], Integer.parseInt(a[1]));
      case "shared-count":
        return Counters.sharedCount(client, a[0], Integer.parseInt(a[1]));
      case "group-member":
        return Members.groupMember(client, a[0], a[1], a[2]);
      case "discovery":
        return Members.discovery(client, a[0]);
      default:
        throw new IllegalArgumentException("no recipe " + kind);
    }
  }

  static IllegalArgumentException unknown(String verb) {
    return new IllegalArgumentException("no verb " + verb);
  }

  static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return bytes == null ? "none" : new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }

  static String ids(Collection<Participant> participants) {
    return participants.stream().map(Participant::getId).collect(Collectors.joining(","));
  }

  private static Recipe barrier(DistributedBarrier barrier) {
    return (verb, a) -> {
      switch (verb) {
        case "set":
          barrier.setBarrier();
          return null;
        case "remove":
          barrier.removeBarrier();
          return null;
        case "wait":
          return barrier.waitOnBarrier(Long.parseLong(a[0]), TimeUnit.MILLISECONDS);
        default:
          throw unknown(verb);
      }
    };
  }

  private static Recipe doubleBarrier(DistributedDoubleBarrier barrier) {
    return (verb, a) -> {
      switch (verb) {
        case "enter":
          return barrier.enter(Long.parseLong(a[0]), TimeUnit.MILLISECONDS);
        case "leave":
          return barrier.leave(Long.parseLong(a[0]), TimeUnit.MILLISECONDS);
        default:
          throw unknown(verb);
      }
    };
  }
}
