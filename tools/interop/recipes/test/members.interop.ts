/** Service discovery, groups and parties. */
import { buildUri, Group, GroupMember, Party, ServiceDiscovery, serviceInstance } from "@rookery/recipes";
import { describe, expect, it } from "vitest";
import { eventually, freshPath, leftOut, world } from "../src/world.ts";

/** As Java reads it: the class is its own. */
interface Payload {
  readonly "@class": string;
  readonly zone: string;
  readonly weight: number;
}

const CLASS = "rookery.interop.recipes.Members$Payload";

describe("ServiceDiscovery and Curator's", discoveryCases);
describe("GroupMember and Curator's GroupMember", groupCases);
describe("Party and kazoo's Party", partyCases);
leftOut("kazoo's ShallowParty", "the identifier is in the name: another layout than Party's");

function discoveryCases(): void {
  const open = async (path: string) => ({
    ours: new ServiceDiscovery<Payload>(world.zk, path),
    theirs: await world.curator.open("discovery", path),
  });
  const mail = (id: string, more: object = {}) =>
    serviceInstance<Payload>({
      name: "mail",
      id,
      address: "127.0.0.1",
      port: 25,
      uriSpec: "{scheme}://{address}:{port}/{name}",
      ...more,
    });

  it("ours finds what Curator registers, with its payload and URI", async () => {
    const { ours, theirs } = await open(freshPath("services"));
    await theirs.tell("register", "mail", "a", 25, "DYNAMIC", "north", 3);
    await theirs.tell("register", "mail", "b", 26, "STATIC", "", 0);
    await theirs.tell("register", "web", "c", 80, "DYNAMIC_SEQUENTIAL", "", 0);
    expect(await ours.names()).toEqual(["mail", "web"]);
    const [a, b] = await ours.query("mail");
    expect(a).toMatchObject({
      name: "mail",
      id: "a",
      address: "127.0.0.1",
      port: 25,
      sslPort: undefined,
      payload: { "@class": CLASS, zone: "north", weight: 3 },
      serviceType: "DYNAMIC",
      enabled: true,
    });
    expect(a && buildUri(a)).toBe("http://127.0.0.1:25/mail");
    expect(b).toMatchObject({ id: "b", port: 26, payload: undefined, serviceType: "STATIC" });
    expect(await ours.query("web")).toMatchObject([{ id: "c", serviceType: "DYNAMIC_SEQUENTIAL" }]);
    await theirs.tell("close");
    await ours.close();
  });

  it("Curator finds what ours registers, with its payload and URI", async () => {
    const { ours, theirs } = await open(freshPath("services"));
    await ours.register(mail("a", { payload: { "@class": CLASS, zone: "south", weight: 4 } }));
    await ours.register(mail("b", { serviceType: "PERMANENT", enabled: false }));
    await ours.register(mail("c", { uriSpec: undefined, serviceType: "STATIC" }));
    await ours.register(mail("d", { sslPort: 465 }));
    expect(await theirs.tell("names")).toBe("mail");
    expect((await theirs.tell("instances", "mail")).split(",")).toEqual([
      "a http://127.0.0.1:25/mail DYNAMIC enabled south 4",
      "b http://127.0.0.1:25/mail PERMANENT disabled null",
      "c no uri STATIC enabled null",
      "d https://127.0.0.1:25/mail DYNAMIC enabled null",
    ]);
    await ours.update(mail("a", { payload: { "@class": CLASS, zone: "south", weight: 5 } }));
    await ours.unregister({ name: "mail", id: "b" });
    expect(await theirs.tell("instances", "mail")).toContain("south 5");
    expect(await theirs.tell("instances", "mail")).not.toContain("b http");
    await ours.close();
    expect(await theirs.tell("instances", "mail")).toBe("");
    await theirs.tell("close");
  });

  it("a payload that is an object needs @class, or Curator takes it for a map, which its own class does not fit", async () => {
    const { ours, theirs } = await open(freshPath("services"));
    await ours.register(mail("a", { payload: { zone: "south", weight: 4 } }));
    await expect(theirs.tell("instances", "mail")).rejects.toThrow("Cannot cast java.util.LinkedHashMap");
    await theirs.tell("close");
    await ours.close();
  });

  it("a provider of ours follows what Curator registers, updates and unregisters", async () => {
    const { ours, theirs } = await open(freshPath("services"));
    const provider = ours.provider("mail");
    await provider.ready();
    expect(provider.get()).toBeUndefined();
    await theirs.tell("register", "mail", "a", 25, "DYNAMIC", "", 0);
    await eventually(() => provider.get()?.id, "a");
    await theirs.tell("update", "mail", "a", 26, "DYNAMIC", "", 0);
    await eventually(() => provider.get()?.port, 26);
    await theirs.tell("unregister", "mail", "a", 26, "DYNAMIC", "", 0);
    await eventually(() => provider.get(), undefined);
    await theirs.tell("close");
    await ours.close();
  });

  it("instances of a program with Curator that is killed go with its session", async () => {
    const { ours, theirs } = await open(freshPath("services"));
    const killed = world.anotherCurator();
    const registers = await killed.open("discovery", ours.path);
    await registers.tell("register", "mail", "a", 25, "DYNAMIC", "", 0);
    await using cache = ours.cache("mail");
    await cache.ready();
    expect(cache.instances).toHaveLength(1);
    await killed.kill();
    await eventually(() => cache.instances.length, 0);
    await theirs.tell("close");
    await ours.close();
  });
}

function groupCases(): void {
  it("each sees the other among the members, with its data, and sees it go", async () => {
    const path = freshPath("group");
    const theirs = await world.curator.open("group-member", path, "theirs", "java");
    await theirs.tell("start");
    const ours = new GroupMember(world.zk, path, "ours", { data: "node" });
    await ours.ready();
    const members = () => [...ours.group.members().values()].map(({ id, data }) => `${id}=${data}`).join(",");
    await eventually(members, "ours=node,theirs=java");
    await eventually(() => theirs.tell("members"), "ours=node,theirs=java");
    await ours.setData("changed");
    await eventually(() => theirs.tell("members"), "ours=changed,theirs=java");
    await theirs.tell("set-data", "changed");
    await eventually(members, "ours=changed,theirs=changed");
    await using group = new Group(world.other, path);
    await group.ready();
    await ours.close();
    await eventually(() => theirs.tell("members"), "theirs=changed");
    await theirs.tell("close");
    await eventually(() => group.members().size, 0);
  });
}

function partyCases(): void {
  it("each sees the other among the participants, and sees it go", async () => {
    const path = freshPath("party");
    const theirs = await world.kazoo.open("party", path, "kazoo");
    const ours = new Party(world.zk, path, "node");
    await ours.join();
    await theirs.tell("join");
    expect(await ours.participants()).toEqual(["kazoo", "node"]);
    expect(await ours.size()).toBe(2);
    expect(await theirs.tell("participants")).toBe("kazoo,node");
    expect(await theirs.tell("size")).toBe("2");
    await theirs.tell("leave");
    expect(await ours.participants()).toEqual(["node"]);
    await theirs.tell("join");
    await ours.leave();
    expect(await theirs.tell("participants")).toBe("kazoo");
    await theirs.tell("leave");
    expect(await ours.size()).toBe(0);
  });
}
