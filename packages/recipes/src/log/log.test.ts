import { type Client, CoordinationError, connect, type Zxid } from "@rookery/client";
import { startTestEnsemble } from "@rookery/server/testing";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { canRestart, OPCODE, type RecipeServer, startServer } from "../../test/world.ts";
import { Log, type LogEntry, LogFencedError, type LogOptions, LogTruncatedError } from "./index.ts";

let server: RecipeServer;
let one: Client;
let two: Client;
let path: string;
let paths = 0;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  path = `/logs/${++paths}`;
  [one, two] = await Promise.all([connectClient(), connectClient()]);
});
afterEach(async () => {
  server.heal();
  await Promise.all([one.close(), two.close()]);
});

function connectClient(sessionTimeoutMs = 5000): Promise<Client> {
  return connect(server.connectString, { sessionTimeoutMs });
}

function open(client: Client, options: LogOptions<string> = {}): Log<string> {
  return new Log<string>(client, path, options);
}

async function segmentsPath(): Promise<string> {
  const { children } = await one.getChildren(path);
  return `${path}/${children.find((name) => name.startsWith("segments-"))}`;
}

async function segmentZnodes(): Promise<number> {
  return one.getAllChildrenNumber(await segmentsPath());
}

function values(entries: readonly LogEntry<string>[]): string[] {
  return entries.map(({ value }) => value);
}

async function take<T>(entries: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  if (count > 0)
    for await (const entry of entries) {
      taken.push(entry);
      if (taken.length === count) break;
    }
  return taken;
}

/** Until the test ends: in place of the listeners of the test runner. */
function uncaughtExceptions(): unknown[] {
  const uncaught: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => uncaught.push(error));
  onTestFinished(() => {
    process.removeAllListeners("uncaughtException");
    for (const listener of listeners) process.on("uncaughtException", listener);
  });
  return uncaught;
}

function lease(token: number, signal?: AbortSignal) {
  return { token: BigInt(token) as Zxid, signal };
}

describe("appending", () => {
  it("gives dense positions from 0, and reads back what was appended", async () => {
    const log = open(one);
    expect(await log.append("a")).toBe(0);
    expect(await log.appendAll(["b", "c"])).toBe(1);
    expect(await log.append("d")).toBe(3);
    const entries = await open(two).read("first", { sync: true });
    expect(entries.map(({ position, value }) => [position, value])).toEqual([
      [0, "a"],
      [1, "b"],
      [2, "c"],
      [3, "d"],
    ]);
    // Entries of one append have come by the same change.
    expect(entries[1]?.zxid).toBe(entries[2]?.zxid);
    expect(entries[0]?.zxid).not.toBe(entries[1]?.zxid);
    expect(await log.bounds()).toEqual({ first: 0, next: 4 });
  });

  it("stores what a codec makes of a value", async () => {
    const log = new Log<bigint>(one, path, {
      codec: { encode: (value) => String(value), decode: (data) => BigInt(data.toString()) },
    });
    await log.append(2n ** 70n);
    expect((await log.read(0)).map(({ value }) => value)).toEqual([2n ** 70n]);
  });

  it("says which entry cannot be decoded", async () => {
    await open(one, { codec: { encode: String, decode: String } }).append("{");
    await expect(open(one).read(0)).rejects.toMatchObject({
      code: "DATA_INCONSISTENCY",
      message: expect.stringContaining("entry 0"),
      cause: expect.any(SyntaxError),
    });
  });

  it("sends what waits in few requests, in the order of the calls", async () => {
    const log = open(one);
    await log.append("first");
    const before = one.stats.callsSent;
    const positions = await Promise.all(Array.from({ length: 100 }, (_, at) => log.append(String(at))));
    expect(positions).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(one.stats.callsSent - before).toBeLessThan(5);
  });

  it("refuses an entry, and an append, that is too large, and says how large", async () => {
    const log = open(one, { entryBytesMax: 10, appendBytesMax: 1000 });
    await expect(log.append("0123456789")).rejects.toMatchObject({
      code: "REQUEST_TOO_LARGE",
      message: "an entry of 12 bytes, and entryBytesMax is 10",
    });
    await expect(log.appendAll(Array<string>(10).fill("x"))).rejects.toMatchObject({ code: "REQUEST_TOO_LARGE" });
    expect(await log.append("01234567")).toBe(0);
  });

  it("parts what waits where the client sends only little at a time", async () => {
    await using small = await connect(server.connectString, { requestBytesMax: 1024 });
    const log = open(small);
    const positions = await Promise.all(["a", "b", "c"].map((letter) => log.append(letter.repeat(400))));
    expect(positions).toEqual([0, 1, 2]);
    await expect(log.append("d".repeat(2000))).rejects.toMatchObject({ code: "REQUEST_TOO_LARGE" });
  });

  it("refuses more appends than may wait", async () => {
    const log = open(one, { waitingMax: 2 });
    const outcomes = await Promise.allSettled(["a", "b", "c"].map((letter) => log.append(letter)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(outcomes[2]).toMatchObject({ reason: { code: "OVERLOADED" } });
  });

  it("puts no more than a segment's entries below one znode", async () => {
    const log = open(one, { segmentEntries: 3 });
    await log.appendAll(["0", "1", "2", "3", "4", "5", "6", "7"]);
    const { children } = await one.getChildren(await segmentsPath());
    expect(children.map(Number).sort((a, b) => a - b)).toEqual([0, 3, 6]);
    expect((await one.getChildren(`${await segmentsPath()}/0000000000000003`)).children).toHaveLength(3);
    // Another object's wish does not change a log that is there.
    await open(two, { segmentEntries: 100 }).append("8");
    expect(values(await log.read(2, { limit: 5, sync: true }))).toEqual(["2", "3", "4", "5", "6"]);
    expect(values(await log.read(7))).toEqual(["7", "8"]);
  });

  it("keeps the entries of writers that compete: each writer's in order, none lost, none twice", async () => {
    const writers = await Promise.all([1, 2, 3, 4].map(() => connectClient()));
    const positions = await Promise.all(
      writers.map(async (client, writer) => {
        const log = open(client, { segmentEntries: 7 });
        const mine: number[] = [];
        for (let at = 0; at < 25; at++) mine.push(await log.append(`${writer}:${at}`));
        return mine;
      }),
    );
    expect(positions.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at));
    const entries = await open(one).read(0, { sync: true });
    positions.forEach((mine, writer) => {
      mine.forEach((position, at) => {
        expect(entries[position]?.value).toBe(`${writer}:${at}`);
      });
    });
    await Promise.all(writers.map((client) => client.close()));
  });
});

describe("exactly once", () => {
  it("appends once when the reply is lost", async () => {
    const log = open(one, { segmentEntries: 2 });
    await log.append("a");
    const lost = server.loseNextReply({ opcode: OPCODE.multi });
    expect(await log.appendAll(["b", "c"])).toBe(1);
    expect(await lost).toMatchObject({ error: 0 });
    expect(values(await log.read(0))).toEqual(["a", "b", "c"]);
  });

  it("appends once when the reply is lost and others append meanwhile", async () => {
    const log = open(one);
    await log.append("a");
    const lost = server.loseNextReply({ opcode: OPCODE.multi, session: one.sessionId });
    server.refuseConnections(true);
    const appended = log.append("b");
    await lost;
    await open(two).append("c");
    server.refuseConnections(false);
    expect(await appended).toBe(1);
    expect(values(await log.read(0, { sync: true }))).toEqual(["a", "b", "c"]);
  });

  it("creates a log once when the reply of its creation is lost", async () => {
    const lost = server.loseNextReply({ opcode: OPCODE.multi });
    expect(await open(one).append("a")).toBe(0);
    expect(await lost).toMatchObject({ error: 0 });
  });

  it.runIf(canRestart)("goes on over an expiry and a restart", async () => {
    const log = open(one);
    await log.append("a");
    await server.expireSession(one.sessionId);
    expect(await log.append("b")).toBe(1);
    await server.restart();
    expect(await log.append("c")).toBe(2);
    expect(values(await log.read(0))).toEqual(["a", "b", "c"]);
  });

  it("goes on over the death of a leader", async () => {
    await using ensemble = await startTestEnsemble();
    await using client = await connect(ensemble.connectString, { sessionTimeoutMs: 2000 });
    const log = new Log<number>(client, "/log", { segmentEntries: 10 });
    const followed = take(log.tail("first"), 60);
    for (let at = 0; at < 60; at++) {
      const position = log.append(at);
      if (at === 20) await (await ensemble.leader()).kill();
      expect(await position).toBe(at);
    }
    expect((await followed).map(({ position, value }) => [position, value])).toEqual(
      Array.from({ length: 60 }, (_, at) => [at, at]),
    );
  }, 15_000);

  it("says that the outcome is unknown where the place was truncated before it could be looked at", async () => {
    const log = open(one);
    await log.append("a");
    const lost = server.loseNextReply({ opcode: OPCODE.multi, session: one.sessionId });
    server.refuseConnections(true);
    const appended = log.append("b");
    appended.catch(() => {});
    await lost;
    await open(two).truncateBefore(2);
    server.refuseConnections(false);
    await expect(appended).rejects.toMatchObject({ code: "CONNECTION_LOSS", outcome: "unknown" });
    expect(await log.append("c")).toBe(2);
  });

  it("knows a named writer's append again after a restart, even if its entries are truncated", async () => {
    const log = open(one, { writer: "importer" });
    expect(await log.lastAppend()).toBeUndefined();
    expect(await log.appendAll(["a", "b"], { sequence: 10 })).toBe(0);
    expect(await log.append("c", { sequence: 20 })).toBe(2);
    await log.truncateBefore(3);
    const successor = open(two, { writer: "importer" });
    expect(await successor.lastAppend()).toEqual({ sequence: 20, position: 2, count: 1 });
    expect(await successor.append("c", { sequence: 20 })).toBe(2);
    await expect(successor.append("b", { sequence: 10 })).rejects.toMatchObject({ code: "BAD_VERSION" });
    expect(await successor.append("d", { sequence: 21 })).toBe(3);
    expect(await log.append("e", { sequence: 22 })).toBe(4);
  });

  it("appends a named writer's entry once when two processes try at the same time", async () => {
    const logs = [open(one, { writer: "w" }), open(two, { writer: "w" })];
    for (let sequence = 0; sequence < 10; sequence++)
      expect(await Promise.all(logs.map((log) => log.append("x", { sequence })))).toEqual([sequence, sequence]);
    const lost = server.loseNextReply({ opcode: OPCODE.multi });
    expect(await logs[0]?.append("y", { sequence: 10 })).toBe(10);
    await lost;
    expect(await logs[0]?.bounds({ sync: true })).toEqual({ first: 0, next: 11 });
  });

  it("holds for any mixture of writers, batches and mishaps", async () => {
    const step = fc.record({
      writer: fc.nat(1),
      count: fc.integer({ min: 1, max: 5 }),
      mishap: fc.constantFrom("none", "none", "lose", "drop", "expire", "truncate"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 6 }),
        async (steps, segmentEntries) => {
          path = `/logs/${++paths}`;
          // Short sessions: the pauses between their attempts to connect are short, too.
          const clients = await Promise.all([1, 2].map(() => connectClient(600)));
          const logs = clients.map((client) => open(client, { segmentEntries }));
          await logs[0]?.append("begin");
          const follower = open(clients[1] as Client).tail(0);
          const appended = new Map<number, string>([[0, "begin"]]);
          const total = steps.reduce((sum, { count }) => sum + count, 1);
          const followed = take(follower, total);
          followed.catch(() => {});
          let truncated = false;
          await Promise.all(
            [0, 1].map(async (writer) => {
              for (const [at, { count, mishap }] of steps.entries()) {
                if (steps[at]?.writer !== writer) continue;
                const batch = Array.from({ length: count }, (_, index) => `${at}.${index}`);
                const { sessionId } = clients[writer] as Client;
                const isConnected = clients[writer]?.state === "connected";
                if (mishap === "lose")
                  server.loseNextReply({ opcode: OPCODE.multi, session: sessionId }).catch(() => {});
                const position = logs[writer]?.appendAll(batch) as Promise<number>;
                if (mishap === "drop") await server.dropConnections({ session: sessionId });
                if (mishap === "expire" && isConnected) await server.expireSession(sessionId).catch(() => {});
                batch.forEach((value, index) => {
                  position
                    .then((first) => {
                      expect(appended.has(first + index)).toBe(false);
                      appended.set(first + index, value);
                    })
                    .catch(() => {});
                });
                await position;
                if (mishap === "truncate" && at === steps.length - 1) truncated = true;
              }
            }),
          );
          server.heal();
          const expected = Array.from({ length: total }, (_, at) => appended.get(at));
          expect(appended.size).toBe(total);
          expect(values(await followed)).toEqual(expected);
          expect(values(await open(one).read(0, { sync: true }))).toEqual(expected);
          if (truncated) {
            const half = Math.floor(total / 2);
            expect(await open(one).truncateBefore(half)).toBe(half);
            expect(values(await open(one).read("first"))).toEqual(expected.slice(half));
          }
          await Promise.all(clients.map((client) => client.close()));
        },
      ),
      { numRuns: 15, timeout: 10_000 },
    );
  }, 30_000);
});

describe("giving up", () => {
  it("appends nothing when it was aborted before it was sent", async () => {
    const log = open(one);
    await log.append("a");
    server.refuseConnections(true);
    await server.dropConnections();
    await vi.waitFor(() => expect(one.state).toBe("suspended"));
    const aborter = new AbortController();
    const aborted = log.append("b", { signal: aborter.signal });
    const kept = log.append("c");
    const late = log.append("d", { timeoutMs: 20 });
    await expect(late).rejects.toMatchObject({ code: "TIMEOUT" });
    aborter.abort("enough");
    await expect(aborted).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
    const alone = open(one).append("e", { timeoutMs: 20 });
    await expect(alone).rejects.toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
    server.refuseConnections(false);
    // What went together stays together: the outcome of those that left was unknown.
    await kept;
    expect(values(await log.read(0, { sync: true }))).not.toContain("e");
  });

  it("refuses an aborted signal at once and a lease that is lost", async () => {
    const log = open(one);
    await expect(log.append("a", { signal: AbortSignal.abort("no") })).rejects.toMatchObject({
      code: "ABORTED",
      cause: "no",
      outcome: "not-applied",
    });
    const lost = AbortSignal.abort(new CoordinationError("CONNECTION_LOSS", "lost"));
    await expect(log.append("a", { lease: lease(1, lost) })).rejects.toMatchObject({
      code: "ABORTED",
      cause: { code: "CONNECTION_LOSS" },
    });
    expect(await one.exists(path)).toBeUndefined();
  });

  it("leaves no listener and no watch behind", async () => {
    const log = open(one);
    await log.append("a");
    const aborter = new AbortController();
    const tail = log.tail("next", { signal: aborter.signal });
    const next = tail.next();
    next.catch(() => {});
    await one.sync();
    aborter.abort("enough");
    await expect(next).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
    const { eventsReceived } = one.stats;
    await log.append("b");
    await one.sync();
    expect(one.stats.eventsReceived).toBe(eventsReceived);
    expect(one.events.listenerCount("state")).toBe(0);
  });
});

describe("fencing", () => {
  it("refuses a lease that is older than one that has appended, and an append without any", async () => {
    const log = open(one);
    await log.append("a");
    await log.append("b", { lease: lease(5) });
    await open(two).append("c", { lease: lease(7) });
    await expect(log.append("d", { lease: lease(5) })).rejects.toBeInstanceOf(LogFencedError);
    await expect(log.append("d")).rejects.toMatchObject({ code: "BAD_VERSION", token: 7n, outcome: "not-applied" });
    expect(values(await log.read(0, { sync: true }))).toEqual(["a", "b", "c"]);
  });

  it("shuts earlier owners out before the new one has appended", async () => {
    const log = open(one);
    await log.append("a", { lease: lease(5) });
    const successor = open(two);
    await successor.fence(lease(6));
    await successor.fence(lease(6));
    await expect(log.append("b", { lease: lease(5) })).rejects.toBeInstanceOf(LogFencedError);
    await expect(log.fence(lease(5))).rejects.toBeInstanceOf(LogFencedError);
    expect(await successor.append("c", { lease: lease(6) })).toBe(1);
  });
});

describe("reading", () => {
  it("finds nothing in a log that is not there, and does not create it", async () => {
    expect(await open(one).read("first")).toEqual([]);
    expect(await open(one).bounds()).toEqual({ first: 0, next: 0 });
    expect(await one.exists(path)).toBeUndefined();
  });

  it("follows a log from before its creation, each entry once", async () => {
    const entries = take(open(two).tail("first", { readAhead: 2 }), 5);
    await two.sync();
    const log = open(one, { segmentEntries: 2 });
    await log.append("a");
    await log.appendAll(["b", "c", "d"]);
    await log.append("e");
    expect(values(await entries)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("follows from the end on, over dropped connections, expiry and a restart", async () => {
    const log = open(one);
    await log.append("old");
    const tail = open(two).tail("next");
    const first = tail.next();
    await two.sync();
    await log.append("a");
    expect((await first).value).toMatchObject({ position: 1, value: "a" });
    for (const [value, mishap] of [
      ["b", () => server.dropConnections({ session: two.sessionId })],
      ["c", () => server.expireSession(two.sessionId)],
      ...(canRestart ? [["d", () => server.restart()] as const] : []),
    ] as const) {
      const next = tail.next();
      await mishap();
      await log.append(value);
      expect((await next).value).toMatchObject({ value });
    }
    await tail.return();
  });

  it("ends with the client", async () => {
    const log = open(one);
    await log.append("a");
    const next = log.tail("next").next();
    next.catch(() => {});
    await one.sync();
    await one.close();
    await expect(next).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("tells of a log that was deleted and made anew rather than count on", async () => {
    const log = open(one);
    await log.appendAll(["a", "b"]);
    const tail = open(two).tail("first");
    await tail.next();
    await tail.next();
    const next = tail.next();
    next.catch(() => {});
    await two.sync();
    await one.deleteRecursive(path);
    await expect(next).rejects.toMatchObject({ code: "NO_NODE", message: expect.stringContaining("was deleted") });
    await open(two).append("x");
    // The versions of the two heads are the same.
    await expect(log.append("c")).rejects.toMatchObject({ code: "NO_NODE" });
    await expect(log.append("c")).rejects.toMatchObject({ code: "NO_NODE" });
    await expect(log.read(0)).rejects.toMatchObject({ code: "NO_NODE" });
    expect(values(await open(two).read(0))).toEqual(["x"]);
  });
});

describe("truncating", () => {
  it("removes what is before a position and tells readers behind it where to go on", async () => {
    const log = open(one, { segmentEntries: 3 });
    await log.appendAll(["0", "1", "2", "3", "4", "5", "6", "7"]);
    const tail = open(two).tail(0, { readAhead: 1 });
    expect((await tail.next()).value).toMatchObject({ value: "0" });
    expect(await log.truncateBefore(4)).toBe(4);
    await expect(log.read(1)).rejects.toBeInstanceOf(LogTruncatedError);
    await expect(log.read(1)).rejects.toMatchObject({ code: "NO_NODE", position: 1, first: 4 });
    await expect(tail.next()).rejects.toMatchObject({ position: 1, first: 4 });
    expect(values(await log.read("first"))).toEqual(["4", "5", "6", "7"]);
    expect(await segmentZnodes()).toBe(6);
    // Never back, and never beyond the end.
    expect(await log.truncateBefore(2)).toBe(4);
    await expect(log.truncateBefore(9)).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });

  it("goes on at the next position after everything was removed", async () => {
    const log = open(one, { segmentEntries: 2 });
    await log.appendAll(["a", "b", "c"]);
    await log.truncateBefore(3);
    expect(await log.bounds()).toEqual({ first: 3, next: 3 });
    await log.appendAll(["d", "e"]);
    await log.truncateBefore(5);
    await log.append("f");
    expect(values(await log.read("first"))).toEqual(["f"]);
  });

  it("deletes what one that died in the middle left", async () => {
    const log = open(one, { segmentEntries: 2 });
    await log.appendAll(["a", "b", "c", "d", "e"]);
    const { data } = await one.get(`${path}/head`);
    await one.set(`${path}/head`, JSON.stringify({ ...JSON.parse(data.toString()), first: 4 }));
    await one.delete(`${await segmentsPath()}/${"0".repeat(16)}/${"0".repeat(16)}`);
    await expect(open(two).read(0)).rejects.toMatchObject({ first: 4 });
    expect(await open(two).truncateBefore(4)).toBe(4);
    expect(await segmentZnodes()).toBe(2);
  });

  it("survives a lost reply and a dropped connection", async () => {
    const log = open(one, { segmentEntries: 5 });
    await log.appendAll(Array.from({ length: 200 }, (_, at) => String(at)));
    const lost = server.loseNextReply({ session: one.sessionId, opcode: OPCODE.multi });
    const truncated = log.truncateBefore(150);
    await lost;
    await server.dropConnections({ session: one.sessionId });
    expect(await truncated).toBe(150);
    expect(values(await log.read("first"))).toEqual(Array.from({ length: 50 }, (_, at) => String(150 + at)));
  });

  it("says so when an entry is missing that should be there", async () => {
    const log = open(one);
    await log.appendAll(["a", "b"]);
    await one.delete(`${await segmentsPath()}/${"0".repeat(16)}/${"1".padStart(16, "0")}`);
    await expect(log.read(0)).rejects.toMatchObject({ code: "DATA_INCONSISTENCY" });
  });
});

describe("retention", () => {
  it("keeps at least so many entries and removes whole segments by itself", async () => {
    const log = open(one, { segmentEntries: 5, retention: { entries: 7 } });
    for (let at = 0; at < 26; at++) await log.append(String(at));
    await vi.waitFor(async () => expect(await log.bounds()).toEqual({ first: 15, next: 26 }));
    await vi.waitFor(async () => expect(await segmentZnodes()).toBe(3 + 11));
  });

  it("removes segments whose last entry is old enough", async () => {
    const log = open(one, { segmentEntries: 2, retention: { ageMs: 100 } });
    await log.appendAll(["a", "b", "c"]);
    const { ctimeMs } = (await one.exists(`${path}/head`)) as { ctimeMs: number };
    expect(await open(one, { retention: { ageMs: 60_000 } }).applyRetention()).toBe(0);
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(ctimeMs + 200));
    expect(await log.applyRetention()).toBe(2);
    expect(values(await log.read("first"))).toEqual(["c"]);
  });

  it("tells why it failed, and fails no append", async () => {
    const onError = vi.fn();
    const log = open(one, { segmentEntries: 1, retention: { entries: 1, onError } });
    await log.append("a");
    // Somebody else's znode is in the way.
    await one.create(`${await segmentsPath()}/${"0".repeat(16)}/${"0".repeat(16)}/mine`);
    await log.append("b");
    await vi.waitFor(() => expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: "NOT_EMPTY" })));
    expect(await log.append("c")).toBe(2);
  });

  it("goes on when the one it tells throws, whose error is an uncaught one", async () => {
    const uncaught = uncaughtExceptions();
    const onError = vi.fn(() => {
      throw new Error("mine");
    });
    const log = open(one, { segmentEntries: 1, retention: { entries: 1, onError } });
    await log.append("a");
    await one.create(`${await segmentsPath()}/${"0".repeat(16)}/${"0".repeat(16)}/mine`);
    for (const [count, value] of [
      [1, "b"],
      [2, "c"],
    ] as const) {
      await log.append(value);
      await vi.waitFor(() => expect(uncaught).toHaveLength(count));
    }
    expect(uncaught).toMatchObject([{ message: "mine" }, { message: "mine" }]);
    expect(onError).toHaveBeenCalledTimes(2);
  });
});

it("refuses options that make no sense", () => {
  for (const options of [
    { segmentEntries: 0 },
    { segmentEntries: 10_001 },
    { entryBytesMax: 0.5 },
    { appendBytesMax: -1 },
    { waitingMax: 0 },
    { writer: "a/b" },
    { writer: ".." },
    { retention: { entries: -1 } },
    { retention: { ageMs: 0 } },
  ])
    expect(() => open(one, options)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENTS" }));
});

it.each([
  ["an append without entries", (log: Log<string>) => log.appendAll([])],
  ["a sequence without a writer", (log: Log<string>) => log.append("a", { sequence: 1 })],
  ["a position below 0", (log: Log<string>) => log.read(-1)],
  ["a limit of 0", (log: Log<string>) => log.read(0, { limit: 0 })],
  ["a timeout below 0", (log: Log<string>) => log.append("a", { timeoutMs: -1 })],
  ["a readAhead of 0", (log: Log<string>) => log.tail(0, { readAhead: 0 }).next()],
  ["what JSON has nothing for", (log: Log<string>) => log.append(undefined as unknown as string)],
  ["a truncation at no position", (log: Log<string>) => log.truncateBefore(0.5)],
])("refuses %s", async (_, act) => {
  await expect(act(open(one))).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
});
