import type { Client } from "@rookery/client";
import { expect, it, vi } from "vitest";
import { OPCODE, type RecipeServer, type World, worldOfTest } from "../../test/world.ts";
import { ServiceDiscovery } from "./discovery.ts";
import { buildUri, jsonInstances, serviceInstance } from "./instance.ts";
import { leastConnections } from "./strategies.ts";

const one = serviceInstance({ name: "mail", id: "1", address: "10.0.0.1", port: 25 });
const two = serviceInstance({ name: "mail", id: "2", address: "10.0.0.2", port: 25 });

it("writes what Curator writes", () => {
  const instance = serviceInstance({
    name: "name",
    id: "id",
    address: "address",
    port: 10,
    sslPort: 20,
    payload: "payload",
    registrationTimeUTC: 0,
    uriSpec: "{a}/b/{c}",
  });
  expect(jsonInstances.encode(instance)).toBe(
    '{"name":"name","id":"id","address":"address","port":10,"sslPort":20,"payload":"payload","registrationTimeUTC":0,' +
      '"serviceType":"DYNAMIC","uriSpec":{"parts":[{"value":"a","variable":true},{"value":"/b/","variable":false},' +
      '{"value":"c","variable":true}]}}',
  );
  expect(jsonInstances.decode(Buffer.from(jsonInstances.encode(instance)))).toEqual(instance);
  const disabled = jsonInstances.encode({ ...instance, enabled: false });
  expect(disabled).toMatch(/,"enabled":false}$/);
  expect(jsonInstances.decode(Buffer.from(disabled))).toEqual({ ...instance, enabled: false });
});

it("reads what Curator writes, of every age", () => {
  const read = (json: string) => jsonInstances.decode(Buffer.from(json));
  const old =
    '{"name":"test","id":"ca2f","address":"10.20.30.40","port":1234,"sslPort":null,"payload":{"@class":"com.foo.Bar","x":1},' +
    '"registrationTimeUTC":1325129459728,"serviceType":"STATIC","uriSpec":null}';
  expect(read(old)).toMatchObject({
    payload: { "@class": "com.foo.Bar", x: 1 },
    serviceType: "STATIC",
    sslPort: undefined,
    enabled: true,
  });
  expect(read('{"name":"n","id":"i"}')).toMatchObject({
    enabled: true,
    serviceType: "DYNAMIC",
    registrationTimeUTC: 0,
  });
  for (const wrong of [
    "[]",
    "null",
    "{}",
    "nonsense",
    '{"name":"n","id":"i","port":"1"}',
    '{"name":"n","id":"i","serviceType":"X"}',
    '{"name":"n","id":"i","uriSpec":{}}',
  ])
    expect(() => read(wrong), wrong).toThrow();
});

it("fills in an instance's URI", () => {
  const uriSpec = "{scheme}://{ address }:{ssl-port}/{[}{x}{]}{unknown}";
  const instance = serviceInstance({ name: "n", address: "host", port: 80, sslPort: 443, uriSpec });
  expect(buildUri(instance, { x: 1 })).toBe("https://host:443/{1}");
  expect(buildUri(one)).toBe("");
  expect(() => serviceInstance({ name: "n", uriSpec: "{a" })).toThrow("braces");
  expect(() => serviceInstance({ name: "n", uriSpec: "a}" })).toThrow("braces");
});

it("fills in what is not given, and checks what is", () => {
  const instance = serviceInstance({ name: "n" });
  expect(instance.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(instance).toMatchObject({ serviceType: "DYNAMIC", enabled: true });
  expect(() => serviceInstance({ name: "a/b" })).toThrow("without slashes");
  expect(() => serviceInstance({ name: "n", port: 70_000 })).toThrow("port is 70000");
  expect(() => serviceInstance({ name: "n", serviceType: "X" as never })).toThrow("serviceType");
});

it("registers, updates, finds and unregisters", async () => {
  const { zk, client } = await start();
  const other = await client();
  await using discovery = new ServiceDiscovery(zk, "/services");
  await using elsewhere = new ServiceDiscovery(other, "/services");
  expect(await elsewhere.names()).toEqual([]);
  expect(await elsewhere.query("mail")).toEqual([]);
  await discovery.register(two);
  await discovery.register(one);
  expect(await elsewhere.names()).toEqual(["mail"]);
  expect(await elsewhere.query("mail")).toEqual([one, two]);
  expect(await elsewhere.find("mail", "3")).toBeUndefined();
  await expect(discovery.register(one)).rejects.toThrow("registered already");
  await discovery.update({ ...one, enabled: false });
  expect((await elsewhere.find("mail", "1"))?.enabled).toBe(false);
  await expect(elsewhere.update(one)).rejects.toThrow("not registered here");
  await discovery.unregister(one);
  expect(await elsewhere.query("mail")).toEqual([two]);
  await discovery.close();
  expect(await elsewhere.query("mail")).toEqual([]);
  await expect(discovery.register(one)).rejects.toMatchObject({ code: "CLOSED" });
});

it("takes the place of what an earlier run has registered", async () => {
  const { zk, client } = await start();
  const earlier = await client();
  await earlier.create("/services/mail/1", "old", { mode: "ephemeral", parents: true });
  await using discovery = new ServiceDiscovery(zk, "/services");
  await discovery.register(one);
  expect((await zk.get("/services/mail/1")).stat.ephemeralOwner).toBe(zk.sessionId);
});

it("keeps a dynamic instance in the next session, and a static one without any", async () => {
  const { server, zk, client } = await start();
  const other = await client();
  const discovery = new ServiceDiscovery(zk, "/services");
  const lost = server.loseNextReply({ opcode: OPCODE.create, session: zk.sessionId });
  await discovery.register(one);
  await lost;
  await discovery.register(serviceInstance({ ...two, serviceType: "STATIC" }));
  await using elsewhere = new ServiceDiscovery(other, "/services");
  await using cache = elsewhere.cache("mail");
  await cache.ready();
  const changes = cache.changes();
  await server.expireSession(zk.sessionId);
  expect((await changes.next()).value).toMatchObject({ type: "removed", instance: { id: "1" } });
  expect((await changes.next()).value).toMatchObject({ type: "added", instance: { id: "1" } });
  await zk.close();
  await vi.waitFor(() => expect(cache.instances.map(({ id }) => id)).toEqual(["2"]));
});

it("registers nothing when it is given up", async () => {
  const { server, zk, client } = await start();
  const other = await client();
  await using discovery = new ServiceDiscovery(zk, "/services");
  const lost = server.loseNextReply({ opcode: OPCODE.create, session: zk.sessionId });
  const controller = new AbortController();
  const registered = discovery.register(one, { signal: controller.signal });
  await lost;
  controller.abort();
  await expect(registered).rejects.toMatchObject({ code: "ABORTED" });
  await using elsewhere = new ServiceDiscovery(other, "/services");
  await vi.waitFor(async () => expect(await elsewhere.query("mail")).toEqual([]));
  expect(discovery.instances).toEqual([]);
});

it("follows a service's instances, and leaves out what is none", async () => {
  const { zk } = await start();
  await using discovery = new ServiceDiscovery(zk, "/services");
  await using cache = discovery.cache("mail");
  const problem = vi.fn();
  cache.events.on("problem", problem);
  await cache.ready();
  const changes = cache.changes();
  await discovery.register(one);
  await discovery.update({ ...one, port: 26 });
  await vi.waitFor(() => expect(cache.instances[0]?.port).toBe(26));
  await zk.create("/services/mail/bad", "nonsense");
  await vi.waitFor(() => expect(problem.mock.calls[0]?.[0]).toMatchObject({ path: "/services/mail/bad" }));
  expect(cache.instances).toHaveLength(1);
  await discovery.unregister(one);
  const told: string[] = [];
  for await (const { type } of changes) {
    told.push(type);
    if (type === "removed") break;
  }
  expect(told.filter((type) => type !== "changed")).toEqual(["added", "removed"]);
});

it("chooses among those that are enabled and let through", async () => {
  const { zk } = await start();
  await using discovery = new ServiceDiscovery<{ zone: string }>(zk, "/services");
  const make = (id: string, zone: string, enabled = true) =>
    serviceInstance({ name: "mail", id, address: "x", payload: { zone }, enabled });
  for (const instance of [make("1", "here"), make("2", "there"), make("3", "here", false), make("4", "here")])
    await discovery.register(instance);
  const provider = discovery.provider("mail", { filter: ({ payload }) => payload?.zone === "here" });
  await provider.ready();
  expect([provider.get()?.id, provider.get()?.id, provider.get()?.id]).toEqual(["1", "4", "1"]);
  expect(provider.all()).toBe(provider.all());
  expect(discovery.provider("other").get()).toBeUndefined();
});

it("opens no cache for a provider with malformed options", async () => {
  const { zk } = await start();
  await using discovery = new ServiceDiscovery(zk, "/s");
  const watch = vi.spyOn(zk, "watch");
  expect(() => discovery.provider("mail", { down: { errors: 0 } })).toThrow("down.errors");
  expect(() => discovery.provider("mail", { down: { downMs: -1 } })).toThrow("down.downMs");
  // Others after them do.
  await discovery.provider("mail").ready();
  expect(watch).toHaveBeenCalledTimes(1);
});

it("leaves an instance alone for a while after errors", async () => {
  const { zk } = await start();
  let now = 0;
  await using discovery = new ServiceDiscovery(zk, "/services");
  await discovery.register(one);
  await discovery.register(two);
  const provider = discovery.provider("mail", { down: { errors: 2, downMs: 100 }, nowMs: () => now });
  await provider.ready();
  const ids = () => provider.all().map(({ id }) => id);
  provider.noteError(one);
  expect(ids()).toEqual(["1", "2"]);
  provider.noteError(one);
  expect(ids()).toEqual(["2"]);
  now = 99;
  expect(ids()).toEqual(["2"]);
  now = 100;
  expect(ids()).toEqual(["1", "2"]);
  provider.noteError(one);
  expect(ids()).toEqual(["1", "2"]);
  // One that is registered anew starts anew.
  provider.noteError(two);
  provider.noteError(two);
  expect(ids()).toEqual(["1"]);
  await discovery.unregister(two);
  await discovery.register(two);
  await vi.waitFor(() => expect(ids()).toEqual(["1", "2"]));
});

it("tells the strategy for how long an instance is used", async () => {
  const { zk } = await start();
  await using discovery = new ServiceDiscovery(zk, "/services");
  await discovery.register(one);
  await discovery.register(two);
  const provider = discovery.provider("mail", { strategy: leastConnections() });
  await provider.ready();
  const first = provider.use();
  const second = provider.use();
  expect([first?.instance.id, second?.instance.id]).toEqual(["1", "2"]);
  second?.release();
  second?.release();
  using third = provider.use();
  expect(third?.instance.id).toBe("2");
});

it("closes its caches and providers", async () => {
  const { zk } = await start();
  const discovery = new ServiceDiscovery(zk, "/services");
  const cache = discovery.cache("mail");
  await cache.ready();
  const changes = cache.changes();
  await discovery.close();
  expect((await changes.next()).done).toBe(true);
  expect(zk.events.listenerCount("state")).toBe(0);
});

async function start(): Promise<{ server: RecipeServer; zk: Client; client: World["client"] }> {
  const { server, client } = await worldOfTest();
  return { server, zk: await client(), client };
}
