import type { Client } from "@rookery/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OPCODE, type RecipeServer, startWorld, type World } from "../../test/world.ts";
import {
  AtomicValue,
  Counter,
  IdGenerator,
  int32Codec,
  int64Codec,
  jsonCodec,
  numberCodec,
  SharedCount,
  SharedValue,
  textCodec,
} from "./index.ts";

let world: World;
let server: RecipeServer;

beforeEach(async () => {
  world = await startWorld();
  server = world.server;
});

afterEach(() => world[Symbol.asyncDispose]());

function newClient(): Promise<Client> {
  return world.client();
}

describe("an atomic value", () => {
  it("is created, read, and set whatever it was", async () => {
    const client = await newClient();
    const value = new AtomicValue(client, "/a/b/value", { codec: textCodec });
    expect(await value.get()).toBeUndefined();
    await value.set("one");
    expect(await value.get()).toEqual({ value: "one", version: 0 });
    await value.set("two");
    expect(await value.get()).toEqual({ value: "two", version: 1 });
    expect((await client.get("/a/b/value")).data.toString()).toBe("two");
  });

  it("is set by version, once for each", async () => {
    const value = new AtomicValue(await newClient(), "/value", { codec: textCodec });
    expect(await value.trySet("x", 0)).toBeUndefined();
    expect(await value.trySet("one", -1)).toEqual({ value: "one", version: 0 });
    expect(await value.trySet("x", -1)).toBeUndefined();
    expect(await value.trySet("two", 0)).toEqual({ value: "two", version: 1 });
    expect(await value.trySet("x", 0)).toBeUndefined();
    expect(await value.get()).toEqual({ value: "two", version: 1 });
    await expect(value.trySet("x", -2)).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });

  it("is compared by what stands in the znode, and set if it is the same", async () => {
    const value = new AtomicValue(await newClient(), "/value", { codec: jsonCodec<{ n: number }>() });
    expect(await value.compareAndSet({ n: 0 }, { n: 1 })).toBe(false);
    expect(await value.compareAndSet(undefined, { n: 1 })).toBe(true);
    expect(await value.compareAndSet(undefined, { n: 2 })).toBe(false);
    expect(await value.compareAndSet({ n: 1 }, { n: 2 })).toBe(true);
    expect((await value.get())?.value).toEqual({ n: 2 });
  });

  it.each([0, 1, 10, Number.POSITIVE_INFINITY])(
    "loses no update of several clients, with %d tries before the lock",
    async (optimisticTries) => {
      const updating = [1, 2, 3].map(async () => {
        const value = new AtomicValue(await newClient(), "/value", { codec: numberCodec, optimisticTries });
        for (let count = 0; count < 15; count++) await value.update((current = 0) => current + 1);
        return value;
      });
      const [value] = await Promise.all(updating);
      expect((await value?.get())?.value).toBe(45);
      const client = await newClient();
      const locked = (await client.exists("/value-lock")) !== undefined;
      if (optimisticTries === 0) expect(locked).toBe(true);
      if (optimisticTries === Number.POSITIVE_INFINITY) expect(locked).toBe(false);
      else if (locked) expect((await client.getChildren("/value-lock")).children).toEqual([]);
    },
  );

  it("is updated once although replies are lost", async () => {
    const client = await newClient();
    const value = new AtomicValue(client, "/value", { codec: numberCodec });
    await client.ensurePath("/value-marks");
    for (let count = 1; count <= 3; count++) {
      const lost = server.loseNextReply({ opcode: OPCODE.multi });
      expect(await value.update((current = 0) => current + 1)).toEqual({
        value: count,
        previous: count === 1 ? undefined : count - 1,
        version: count - 1,
      });
      expect(await lost).toMatchObject({ error: 0 });
    }
  });

  it("goes on after its session has expired", async () => {
    const client = await newClient();
    const value = new AtomicValue(client, "/value", { codec: numberCodec });
    await value.set(1);
    await server.expireSession(client.sessionId);
    await vi.waitFor(() => expect(client.stats.sessions).toBe(2));
    expect(await value.update((current = 0) => current + 1)).toMatchObject({ value: 2 });
  });

  it("says that it does not know when the session expires before the reply comes", async () => {
    const client = await newClient();
    const value = new AtomicValue(client, "/value", { codec: numberCodec });
    await value.set(1);
    const session = client.sessionId;
    client.events.once("state", () => server.refuseConnections(true));
    const lost = server.loseNextReply({ opcode: OPCODE.multi });
    const updating = value.update((current = 0) => current + 1);
    updating.catch(() => {});
    await lost;
    await server.expireSession(session);
    server.refuseConnections(false);
    await expect(updating).rejects.toMatchObject({ outcome: "unknown" });
    expect((await value.get())?.value).toBe(2);
  });

  it("is waited for with a limit", async () => {
    const client = await newClient();
    const value = new AtomicValue(client, "/value", { codec: numberCodec });
    await value.set(1);
    server.refuseConnections(true);
    await server.dropConnections();
    await vi.waitFor(() => expect(client.state).toBe("suspended"));
    await expect(value.get({ timeoutMs: 10 })).rejects.toMatchObject({ code: "TIMEOUT" });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(value.set(2, { signal })).rejects.toMatchObject({ code: "ABORTED", cause: new Error("enough") });
    await expect(value.set(2, { timeoutMs: 10 })).rejects.toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
    server.refuseConnections(false);
    expect((await value.get())?.value).toBe(1);
  });

  it("refuses options that make no sense", async () => {
    const client = await newClient();
    expect(() => new AtomicValue(client, "/")).toThrow(/path of its own/);
    expect(() => new AtomicValue(client, "/a", { optimisticTries: -1 })).toThrow(/optimisticTries/);
  });
});

describe("a counter", () => {
  it("counts in text as kazoo does, also from a znode without data", async () => {
    const client = await newClient();
    await client.create("/n");
    const counter = new Counter(client, "/n");
    expect(await counter.get()).toBe(0);
    expect(await counter.increment()).toBe(1);
    expect(await counter.add(41)).toEqual({ previous: 1, value: 42 });
    expect(await counter.decrement()).toBe(41);
    expect((await client.get("/n")).data.toString()).toBe("41");
    await client.set("/n", "2.5");
    expect(await counter.add(1)).toEqual({ previous: 2.5, value: 3.5 });
    await counter.set(7);
    expect(await counter.compareAndSet(6, 8)).toBe(false);
    expect(await counter.compareAndSet(7, 8)).toBe(true);
    expect(await counter.get()).toBe(8);
  });

  it("counts in 64 bits and in 32 as Curator does", async () => {
    const client = await newClient();
    const long = new Counter(client, "/long", { format: "int64", initial: 2n ** 40n });
    expect(await long.increment()).toBe(2n ** 40n + 1n);
    expect((await client.get("/long")).data.toString("hex")).toBe("0000010000000001");
    const int = new Counter(client, "/int", { format: "int32" });
    expect(await int.compareAndSet(0, -2)).toBe(true);
    expect((await client.get("/int")).data.toString("hex")).toBe("fffffffe");
    expect(await int.add(-1)).toEqual({ previous: -2, value: -3 });
  });

  it("refuses what its format cannot hold, and stays as it was", async () => {
    const client = await newClient();
    const int = new Counter(client, "/int", { format: "int32", initial: 2 ** 31 - 1 });
    await expect(int.increment()).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    expect(await int.get()).toBe(2 ** 31 - 1);
    const text = new Counter(client, "/text", { initial: Number.MAX_SAFE_INTEGER });
    await expect(text.increment()).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    await expect(new Counter(client, "/long", { format: "int64" }).add(1 as never)).rejects.toThrow(/bigint/);
    expect(() => new Counter(client, "/x", { format: "octal" as "text" })).toThrow(/format/);
    await client.create("/bad", "seven");
    await expect(new Counter(client, "/bad").get()).rejects.toMatchObject({ code: "DATA_INCONSISTENCY" });
  });

  it("counts each once while replies are lost and connections break", async () => {
    const two = await Promise.all([newClient(), newClient()]);
    await Promise.all(
      two.map(async (client) => {
        const counter = new Counter(client, "/n");
        for (let count = 0; count < 6; count++) {
          if (count % 3 === 0)
            server.loseNextReply({ opcode: OPCODE.multi, session: client.sessionId }).catch(() => {});
          if (count % 5 === 4) await server.dropConnections({ session: client.sessionId });
          await counter.increment({ timeoutMs: 10_000 });
        }
      }),
    );
    server.heal();
    expect(await new Counter(two[0] as Client, "/n").get()).toBe(12);
    expect((two[0] as Client).stats.connections).toBeGreaterThan(1);
  });
});

describe("an id generator", () => {
  it("gives each id once, whoever asks, and ascending", async () => {
    const [a, b] = [await newClient(), await newClient()];
    const [one, two] = [new IdGenerator(a, "/ids", { blockSize: 7 }), new IdGenerator(b, "/ids", { blockSize: 5 })];
    expect(await one.next()).toBe(1n);
    const take = (generator: IdGenerator) => Promise.all(Array.from({ length: 40 }, () => generator.next()));
    const [ofOne, ofTwo] = await Promise.all([take(one), take(two)]);
    const all = [...ofOne, ...ofTwo];
    expect(new Set(all).size).toBe(80);
    expect([...ofOne].sort((x, y) => Number(x - y))).toEqual(ofOne);
    expect((await a.get("/ids")).data.readBigInt64BE()).toBeGreaterThanOrEqual(81n);
  });

  it("asks the servers once for each block, and once for all who wait", async () => {
    const client = await newClient();
    const ids = new IdGenerator(client, "/ids", { blockSize: 50 });
    await ids.next();
    const { callsSent } = client.stats;
    const got = await Promise.all(Array.from({ length: 49 }, () => ids.next()));
    expect(got.at(-1)).toBe(50n);
    expect(client.stats.callsSent).toBe(callsSent);
    const next = await Promise.all([ids.next(), ids.next()]);
    expect(next).toEqual([51n, 52n]);
    expect(client.stats.callsSent).toBe(callsSent + 2);
  });

  it("skips a block of unknown outcome", async () => {
    const client = await newClient();
    const ids = new IdGenerator(client, "/ids", { blockSize: 2 });
    expect([await ids.next(), await ids.next()]).toEqual([1n, 2n]);
    const session = client.sessionId;
    client.events.once("state", () => server.refuseConnections(true));
    const lost = server.loseNextReply({ opcode: OPCODE.multi });
    const next = ids.next();
    await lost;
    await server.expireSession(session);
    server.refuseConnections(false);
    expect(await next).toBe(5n);
    expect(() => new IdGenerator(client, "/ids", { blockSize: 0 })).toThrow(/blockSize/);
  });
});

describe("a shared value", () => {
  it("is created with its initial value, and seen by all when it changes", async () => {
    const [a, b] = [await newClient(), await newClient()];
    const options = { initial: "one", codec: textCodec };
    await using here = await new SharedValue(a, "/v", options).start();
    await using there = await new SharedValue(b, "/v", { ...options, initial: "other" }).start();
    expect([here.value, there.value]).toEqual(["one", "one"]);
    await here.set("two");
    expect(here.current).toEqual({ value: "two", version: 1 });
    await vi.waitFor(() => expect(there.current).toEqual({ value: "two", version: 1 }));
  });

  it("is set only if it is as it was seen", async () => {
    const [a, b] = [await newClient(), await newClient()];
    await using here = await new SharedCount(a, "/v").start();
    await using there = await new SharedCount(b, "/v").start();
    const { version } = here.current;
    expect(await there.trySet(5)).toBe(true);
    expect(await here.trySet(6, version)).toBe(false);
    expect(here.value).toBe(5);
    expect(await here.trySet(6)).toBe(true);
    expect((await a.get("/v")).data).toEqual(Buffer.from(int32Codec.encode(6) as Uint8Array));
  });

  it("shows its changes in a loop, the last of those that came faster than the loop", async () => {
    const [a, b] = [await newClient(), await newClient()];
    await using here = await new SharedCount(a, "/v").start();
    const other = new AtomicValue(b, "/v", { codec: int32Codec });
    const seen: number[] = [];
    const loop = (async () => {
      for await (const { value } of here.changes()) {
        seen.push(value);
        if (value === 0) {
          for (const next of [1, 2, 3]) await other.set(next);
          await vi.waitFor(() => expect(here.value).toBe(3));
        }
        if (value === 3) await other.set(4);
        if (value === 4) break;
      }
    })();
    await loop;
    expect(seen).toEqual([0, 3, 4]);
  });

  it("is read again after a broken connection, an expired session and a deletion", async () => {
    const [a, b] = [await newClient(), await newClient()];
    await using here = await new SharedCount(a, "/v").start();
    const other = new AtomicValue(b, "/v", { codec: int32Codec });
    server.refuseConnections(true);
    await server.dropConnections({ session: a.sessionId });
    await other.set(1);
    server.refuseConnections(false);
    await vi.waitFor(() => expect(here.value).toBe(1));
    await server.expireSession(a.sessionId);
    await other.set(2);
    await vi.waitFor(() => expect(here.value).toBe(2));
    await b.delete("/v");
    await a.sync("/");
    expect(here.value).toBe(2);
    await other.set(3);
    await vi.waitFor(() => expect(here.current).toEqual({ value: 3, version: 0 }));
  });

  it("ends its loops when it is closed or the signal is aborted, and nobody listens any more", async () => {
    const client = await newClient();
    const shared = await new SharedCount(client, "/v").start();
    const stop = new AbortController();
    const loop = async (signal?: AbortSignal) => {
      for await (const _ of shared.changes({ signal }));
    };
    const [closed, aborted] = [loop(), loop(stop.signal)];
    stop.abort(new Error("enough"));
    await expect(aborted).rejects.toMatchObject({ code: "ABORTED", cause: new Error("enough") });
    await shared.close();
    await closed;
    await client.sync("/");
    const { eventsReceived } = client.stats;
    await client.set("/v", Buffer.alloc(4));
    await client.sync("/");
    expect(client.stats.eventsReceived).toBe(eventsReceived);
    await expect(shared.set(1)).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    expect(shared.value).toBe(0);
  });

  it("says so where it shows a value when what stands there cannot be decoded", async () => {
    const client = await newClient();
    await using shared = await new SharedCount(client, "/v").start();
    await client.set("/v", "seven");
    await vi.waitFor(() => expect(() => shared.value).toThrow(/not 4 bytes/));
    expect(() => new SharedCount(client, "/w").value).toThrow(/not started/);
  });
});

describe("a codec", () => {
  it("gives back what it was given", () => {
    const back = <T>(codec: { encode(value: T): Uint8Array | string; decode(data: Buffer): T }, value: T) =>
      codec.decode(Buffer.from(codec.encode(value) as Uint8Array));
    for (const value of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]) expect(back(int64Codec, value)).toBe(value);
    for (const value of [0, -1, 2 ** 31 - 1, -(2 ** 31)]) expect(back(int32Codec, value)).toBe(value);
    for (const value of [0, -1.5, 2 ** 53 - 1, 1e-7]) expect(back(numberCodec, value)).toBe(value);
    expect(back(jsonCodec<unknown>(), { a: [1, "ü"] })).toEqual({ a: [1, "ü"] });
    expect(() => int64Codec.encode(2n ** 63n)).toThrow(/64 bits/);
    expect(() => numberCodec.encode(2 ** 53)).toThrow(/exactly/);
    expect(() => jsonCodec().encode(undefined)).toThrow(/JSON/);
  });
});
