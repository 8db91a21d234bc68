package rookery.interop.recipes;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;

final class Leaders {
  private Leaders() {}

  static Recipe latch(CuratorFramework client, String path, String id) {
    LeaderLatch latch = new LeaderLatch(client, path, id);
    return (verb, a) -> {
      switch (verb) {
        case "start":
          latch.start();
          return null;
        case "await":
          return latch.await(Long.parseLong(a[0]), TimeUnit.MILLISECONDS);
        case "leads":
          return latch.hasLeadership();
        case "participants":
          return Recipe.ids(latch.getParticipants());
        case "leader":
          return latch.getLeader().getId();
        case "close":
          latch.close();
          return null;
        default:
          throw Recipe.unknown(verb);
      }
    };
  }

  static Recipe selector(CuratorFramework client, String path, String id) {
    Semaphore done = new Semaphore(0);
    LeaderSelector selector = new LeaderSelector(client, path, new LeaderSelectorListenerAdapter() {
      @Override
      public void takeLeadership(CuratorFramework leading) throws Exception {
        done.acquire();
      }
    });
    selector.setId(id);
    return (verb, a) -> {
      switch (verb) {
        case "start":
          selector.start();
          return null;
        case "leads":
          return selector.hasLeadership();
        case "step-down":
          done.release();
          return null;
        case "participants":
          return Recipe.ids(selector.getParticipants());
        case "leader":
          return selector.getLeader().getId();
        case "close":
          selector.close();
          return null;
        default:
          throw Recipe.unknown(verb);
      }
    };
  }
}
