package rookery.interop.recipes;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;

/**
 * Curator, told what to do line by line; see ../../../../src/helper.ts for the protocol. Each handle has a thread of its
 * own, for Curator's locks belong to threads, and what one handle waits for holds up no other.
 */
public final class Main {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    String servers = arguments[0];
    int sessionTimeoutMs = Integer.parseInt(arguments[1]);
    CuratorFramework client = CuratorFrameworkFactory.builder()
        .connectString(servers).sessionTimeoutMs(sessionTimeoutMs).connectionTimeoutMs(sessionTimeoutMs)
        .retryPolicy(new RetryNTimes(5, 200)).build();
    client.start();
    if (!client.blockUntilConnected(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no connection to " + servers);
    }
    OUT.println("ready");
    Map<String, Handle> handles = new HashMap<>();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] fields = line.split("\t", -1);
      handles.computeIfAbsent(fields[1], name -> new Handle(client))
          .accept(fields[0], fields[2], Arrays.copyOfRange(fields, 3, fields.length));
    }
    client.close();
    System.exit(0);
  }

  private static final class Handle {
    private final CuratorFramework client;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
      Thread daemon = new Thread(task);
      daemon.setDaemon(true);
      return daemon;
    });
    private Recipe recipe;

    Handle(CuratorFramework client) {
      this.client = client;
    }

    void accept(String number, String verb, String[] arguments) {
      thread.submit(() -> {
        String answer;
        try {
          answer = "ok\t" + perform(verb, arguments);
        } catch (Throwable failure) {
          answer = "error\t" + failure.toString().replaceAll("[\\t\\r\\n]+", " ");
        }
        synchronized (OUT) {
          OUT.println(number + "\t" + answer);
        }
      });
    }

    private String perform(String verb, String[] arguments) throws Exception {
      if (recipe == null) {
        recipe = Recipe.of(client, verb, arguments);
        return "";
      }
      Object result = recipe.perform(verb, arguments);
      return result == null ? "" : result.toString();
    }
  }
}
