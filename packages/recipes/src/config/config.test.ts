import type { Client } from "@rookery/client";
import { expect, expectTypeOf, it, vi } from "vitest";
import { OPCODE, type RecipeServer, type World, worldOfTest } from "../../test/world.ts";
import { Config } from "./config.ts";
import { boolean, json, number, string } from "./settings.ts";

const schema = {
  poolSize: number({ default: 10, min: 1, max: 64, integer: true }),
  name: string({ default: "none" }),
  flags: json<{ readonly beta: boolean }>({ default: { beta: false } }),
};

it("has the defaults where nothing is stored, typed and immutable", async () => {
  const { zk } = await start();
  await using config = new Config(zk, "/c", { schema });
  expect(() => config.values).toThrow("wait for ready()");
  await config.ready();
  expectTypeOf(config.values).toEqualTypeOf<{
    readonly poolSize: number;
    readonly name: string;
    readonly flags: { readonly beta: boolean };
  }>();
  expect(config.values).toEqual({ poolSize: 10, name: "none", flags: { beta: false } });
  expect(Object.isFrozen(config.values)).toBe(true);
  expect(Object.isFrozen(config.values.flags)).toBe(true);
  expect(config.versions).toEqual({ poolSize: undefined, name: undefined, flags: undefined });
});

it("reads what is stored, and follows it", async () => {
  const { zk } = await start();
  await zk.create("/c/poolSize", "20", { parents: true });
  await zk.create("/c/unknown", "?");
  await using config = new Config(zk, "/c", { schema });
  await config.ready();
  expect(config.values.poolSize).toBe(20);
  const before = config.values;
  const changes = config.changes();
  await zk.set("/c/unknown", "!");
  await zk.set("/c/poolSize", "30");
  const { value } = await changes.next();
  expect(value).toEqual({
    type: "changed",
    names: ["poolSize"],
    values: { ...before, poolSize: 30 },
    previous: before,
  });
  expect(config.values).toBe((value as { values: unknown }).values);
  await zk.delete("/c/poolSize");
  expect((await changes.next()).value).toMatchObject({ names: ["poolSize"], values: { poolSize: 10 } });
});

it("keeps the last good value where a bad one is stored, and says what is wrong and what is allowed", async () => {
  const { zk } = await start();
  await zk.create("/c/poolSize", "20", { parents: true });
  await zk.create("/c/flags", "{");
  await using config = new Config(zk, "/c", { schema });
  const problem = vi.fn();
  config.events.on("problem", problem);
  await config.ready();
  expect(config.values.flags).toEqual({ beta: false });
  expect([...config.problems.keys()]).toEqual(["flags"]);
  await zk.set("/c/poolSize", "0");
  await vi.waitFor(() => expect(problem).toHaveBeenCalledTimes(2));
  expect(problem.mock.calls[1]?.[0]).toEqual({
    path: "/c/poolSize",
    name: "poolSize",
    what: "0 is less than 1",
    allowed: "an integer from 1 to 64",
  });
  await zk.create("/c/name", "other");
  await vi.waitFor(() => expect(config.values.name).toBe("other"));
  expect(config.values.poolSize).toBe(20);
  expect(config.versions.poolSize).toBe(1);
  await zk.transaction().set("/c/poolSize", "21").set("/c/flags", '{"beta":true}').commit();
  await vi.waitFor(() => expect(config.values).toMatchObject({ poolSize: 21, flags: { beta: true } }));
  expect(config.problems.size).toBe(0);
  await zk.set("/c/name", Buffer.from([0xff]));
  await vi.waitFor(() => expect(config.problems.get("name")?.what).toBe("it is not UTF-8"));
});

it("is not ready without a value that has no default, and is as soon as it is stored", async () => {
  const { zk } = await start();
  await using config = new Config(zk, "/c", { schema: { ...schema, host: string(), port: number({ max: 65535 }) } });
  await expect(config.ready()).rejects.toThrow(
    "/c/host: it is missing; it must be text. /c/port: it is missing; it must be a number to 65535.",
  );
  await config.set("host", "db");
  expect(() => config.values).toThrow();
  await config.set("port", 5432);
  await config.ready();
  expect(config.values).toMatchObject({ host: "db", port: 5432, poolSize: 10 });
  await zk.delete("/c/host");
  await vi.waitFor(() => expect(config.problems.get("host")?.what).toBe("it is missing"));
  expect(config.values.host).toBe("db");
});

it("sets values: those that are allowed, and shows them when it has", async () => {
  const { zk } = await start();
  await using config = new Config(zk, "/deep/down/c", { schema });
  await config.set("poolSize", 11);
  expect(config.values.poolSize).toBe(11);
  expect((await zk.get("/deep/down/c/poolSize")).data.toString()).toBe("11");
  await expect(config.set("poolSize", 65)).rejects.toMatchObject({
    code: "BAD_ARGUMENTS",
    message: "/deep/down/c/poolSize: 65 is more than 64; it must be an integer from 1 to 64.",
  });
  await expect(config.set("other" as never, 1 as never)).rejects.toThrow("other is none of poolSize, name, flags.");
  await expect(config.set("toString" as never, 1 as never)).rejects.toThrow("toString is none of");
});

it("sets a value only at the version that is expected", async () => {
  const { zk } = await start();
  await using config = new Config(zk, "/c", { schema });
  await config.set("poolSize", 1, { version: "absent" });
  await expect(config.set("poolSize", 2, { version: "absent" })).rejects.toMatchObject({ code: "NODE_EXISTS" });
  await config.set("poolSize", 2, { version: 0 });
  expect(config.versions.poolSize).toBe(1);
  await expect(config.set("poolSize", 3, { version: 0 })).rejects.toMatchObject({ code: "BAD_VERSION" });
  await expect(config.unset("poolSize", { version: 0 })).rejects.toMatchObject({ code: "BAD_VERSION" });
  await config.unset("poolSize", { version: 1 });
  expect(config.values.poolSize).toBe(10);
  await config.unset("poolSize");
  await expect(config.set("poolSize", 3, { version: 0 })).rejects.toMatchObject({ code: "NO_NODE" });
});

it("sets several at one moment, which others see at one moment", async () => {
  const { zk, client } = await start();
  const other = await client();
  await using config = new Config(zk, "/c", { schema });
  await using observer = new Config(other, "/c", { schema });
  await observer.ready();
  const seen: string[] = [];
  observer.events.on("change", ({ values }) => seen.push(`${values.poolSize} ${values.name}`));
  for (let n = 1; n <= 30; n++) await config.setAll({ poolSize: n, name: `${n}` });
  await vi.waitFor(() => expect(observer.values.poolSize).toBe(30));
  expect(seen.length).toBeGreaterThan(0);
  const numbers = seen.map((each) => each.split(" "));
  for (const [size, name] of numbers) expect(size).toBe(name);
  const sizes = numbers.map(([size]) => Number(size));
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  await expect(config.setAll({ poolSize: 31, name: "31" }, { versions: { name: 0 } })).rejects.toMatchObject({
    code: "BAD_VERSION",
  });
  expect(config.values.poolSize).toBe(30);
});

it("takes note of what others have created and deleted meanwhile", async () => {
  const { server, zk, client } = await start();
  const other = await client();
  await using config = new Config(zk, "/c", { schema });
  await config.ready();
  // Nothing is heard of what the other does.
  await config.set("poolSize", 1);
  server.delayReplies(100);
  await Promise.all([
    other.create("/c/name", "theirs"),
    other.delete("/c/poolSize"),
    config.setAll({ poolSize: 2, name: "ours" }),
  ]);
  server.delayReplies(0);
  expect(config.values).toMatchObject({ poolSize: 2, name: "ours" });
});

it("updates a value, one after the other although they come at a time", async () => {
  const { zk, client } = await start();
  const other = await client();
  await using one = new Config(zk, "/c", { schema });
  await using two = new Config(other, "/c", { schema });
  await Promise.all([one.ready(), two.ready()]);
  await Promise.all(
    [one, two].map(async (config) => {
      for (let n = 0; n < 10; n++) await config.update("poolSize", (size) => size + 1);
    }),
  );
  await vi.waitFor(() => expect([one.values.poolSize, two.values.poolSize]).toEqual([30, 30]));
});

it("follows through lost connections and expiries, and tells what differs", async () => {
  const { server, zk, client } = await start();
  const other = await client();
  await using config = new Config(zk, "/c", { schema });
  await config.ready();
  const changes = config.changes();
  await other.create("/c");
  server.refuseConnections(true);
  await server.dropConnections({ session: zk.sessionId });
  await vi.waitFor(() => expect(config.state).toBe("stale"));
  await other.create("/c/poolSize", "20");
  expect(config.values.poolSize).toBe(10);
  server.refuseConnections(false);
  expect((await changes.next()).value).toMatchObject({ names: ["poolSize"], values: { poolSize: 20 } });
  await vi.waitFor(() => expect(config.state).toBe("live"));
  await server.expireSession(zk.sessionId);
  await other.set("/c/poolSize", "21");
  expect((await changes.next()).value).toMatchObject({ values: { poolSize: 21 } });
});

it("reads again when the reply to a read is lost, and tells when it is not known whether a write was applied", async () => {
  const { server, zk } = await start();
  const lost = server.loseNextReply({ opcode: OPCODE.multiRead });
  await using config = new Config(zk, "/c", { schema });
  await config.ready();
  await lost;
  void server.loseNextReply({ opcode: OPCODE.multi });
  await expect(config.set("poolSize", 3)).rejects.toMatchObject({ code: "CONNECTION_LOSS", outcome: "unknown" });
  await vi.waitFor(() => expect(config.values.poolSize).toBe(3));
});

it("can be given up while it waits, and leaves nothing behind when it is closed", async () => {
  const { server, zk } = await start();
  await using config = new Config(zk, "/c", { schema });
  await config.ready();
  server.refuseConnections(true);
  await server.dropConnections();
  await vi.waitFor(() => expect(zk.state).toBe("suspended"));
  await expect(config.set("poolSize", 3, { timeoutMs: 10 })).rejects.toMatchObject({ code: "TIMEOUT" });
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  await expect(config.set("poolSize", 3, { signal })).rejects.toMatchObject({ code: "ABORTED" });
  await expect(config.update("poolSize", (size) => size, { timeoutMs: 10 })).rejects.toMatchObject({ code: "TIMEOUT" });
  const late = new Config(zk, "/d", { schema });
  await expect(late.ready({ timeoutMs: 10 })).rejects.toMatchObject({ code: "TIMEOUT" });
  const waiting = late.ready();
  const changes = late.changes();
  await late.close();
  await expect(waiting).rejects.toMatchObject({ code: "CLOSED" });
  expect((await changes.next()).done).toBe(true);
  await config.close();
  expect(zk.events.listenerCount("state")).toBe(0);
  server.refuseConnections(false);
});

it("ends with its client", async () => {
  const { zk } = await start();
  const config = new Config(zk, "/c", { schema });
  await config.ready();
  const changes = config.changes();
  await zk.close();
  expect((await changes.next()).done).toBe(true);
  await vi.waitFor(() => expect(config.state).toBe("closed"));
  await expect(config.set("poolSize", 1)).rejects.toMatchObject({ code: "CLOSED" });
});

it("refuses names and defaults that make no sense", async () => {
  const { zk } = await start();
  expect(() => new Config(zk, "/c", { schema: { "a/b": number() } })).toThrow("without slashes");
  expect(() => number({ default: 0, min: 1 })).toThrow("the default: 0 is less than 1; it must be a number from 1.");
  expect(() => string({ default: "c" as never, oneOf: ["a", "b"] })).toThrow('it must be one of "a", "b"');
});

it.each([
  [number(), "1", 1],
  [number(), " -1.5e3\n", -1500],
  [number(), "", undefined],
  [number(), "0x10", undefined],
  [number(), "Infinity", undefined],
  [number({ integer: true }), "1.5", undefined],
  [number({ max: 5 }), "6", undefined],
  [boolean(), "true", true],
  [boolean(), " false\n", false],
  [boolean(), "yes", undefined],
  [string(), "", ""],
  [string({ pattern: /^a/ }), "ab", "ab"],
  [string({ pattern: /^a/g }), "ba", undefined],
  [string({ lengthMin: 2 }), "a", undefined],
  [string({ lengthMax: 2 }), "abc", undefined],
  [string({ oneOf: ["a", "b"] }), "b", "b"],
  [string({ oneOf: ["a", "b"] }), "c", undefined],
  [json(), "[1]", [1]],
  [json(), "[", undefined],
  [json({ check: (value) => Number(value) + 1 }), "1", 2],
] as const)("%o takes %j as %j", (setting, text, value) => {
  if (value === undefined) expect(() => setting.parse(text)).toThrow();
  else expect(setting.parse(text)).toEqual(value);
});

async function start(): Promise<{ server: RecipeServer; zk: Client; client: World["client"] }> {
  const { server, client } = await worldOfTest();
  return { server, zk: await client(), client };
}
