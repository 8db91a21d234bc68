package rookery.interop.recipes;

import java.util.Comparator;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.curator.x.discovery.ServiceType;
import org.apache.curator.x.discovery.UriSpec;

final class Members {
  private Members() {}

  static Recipe groupMember(CuratorFramework client, String path, String id, String data) {
    GroupMember member = new GroupMember(client, path, id, Recipe.bytes(data));
    return (verb, a) -> {
      switch (verb) {
        case "start":
          member.start();
          return null;
        case "set-data":
          member.setThisData(Recipe.bytes(a[0]));
          return null;
        case "members":
          return new TreeMap<>(member.getCurrentMembers()).entrySet().stream()
              .map(entry -> entry.getKey() + "=" + Recipe.text(entry.getValue())).collect(Collectors.joining(","));
        case "close":
          member.close();
          return null;
        default:
          throw Recipe.unknown(verb);
      }
    };
  }

  /** What an instance carries along. */
  public static final class Payload {
    public String zone;
    public int weight;

    public Payload() {}

    Payload(String zone, int weight) {
      this.zone = zone;
      this.weight = weight;
    }

    @Override
    public String toString() {
      return zone + " " + weight;
    }
  }

  static Recipe discovery(CuratorFramework client, String path) throws Exception {
    ServiceDiscovery<Payload> discovery =
        ServiceDiscoveryBuilder.builder(Payload.class).client(client).basePath(path).build();
    discovery.start();
    return (verb, a) -> {
      switch (verb) {
        case "register":
          discovery.registerService(instance(a));
          return null;
        case "update":
          discovery.updateService(instance(a));
          return null;
        case "unregister":
          discovery.unregisterService(instance(a));
          return null;
        case "names":
          return discovery.queryForNames().stream().sorted().collect(Collectors.joining(","));
        case "instances":
          return discovery.queryForInstances(a[0]).stream()
              .sorted(Comparator.comparing(ServiceInstance::getId)).map(Members::show).collect(Collectors.joining(","));
        case "close":
          discovery.close();
          return null;
        default:
          throw Recipe.unknown(verb);
      }
    };
  }

  /** Name, id, port, type, zone or nothing, weight. */
  private static ServiceInstance<Payload> instance(String[] a) throws Exception {
    return ServiceInstance.<Payload>builder()
        .name(a[0]).id(a[1]).address("127.0.0.1").port(Integer.parseInt(a[2])).serviceType(ServiceType.valueOf(a[3]))
        .payload(a[4].isEmpty() ? null : new Payload(a[4], Integer.parseInt(a[5])))
        .uriSpec(new UriSpec("{scheme}://{address}:{port}/{name}")).build();
  }

  private static String show(ServiceInstance<Payload> each) {
    String uri = each.getUriSpec() == null ? "no uri" : each.buildUriSpec();
    return String.join(" ", each.getId(), uri, each.getServiceType().toString(), each.isEnabled() ? "enabled" : "disabled",
        String.valueOf(each.getPayload()));
  }
}
