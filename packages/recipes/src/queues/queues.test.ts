import { type Client, CoordinationError } from "@rookery/client";
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from "vitest";
import { OPCODE, type RecipeServer, startWorld, type World } from "../../test/world.ts";
import { jsonCodec, textCodec } from "../support/codec.ts";
import { DelayQueue, IdQueue, type ItemContext, PriorityQueue, Queue } from "./index.ts";
import { frameAll } from "./layout.ts";

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

function textQueue(client: Client, options: { readonly maxItems?: number } = {}): Queue<string> {
  return new Queue(client, "/q", { codec: textCodec, ...options });
}

async function names(client: Client, path: string): Promise<string[]> {
  return (await client.exists(path)) === undefined ? [] : [...(await client.getChildren(path)).children].sort();
}

/** Locks, without the marks of clients. */
async function locks(client: Client): Promise<string[]> {
  return (await names(client, "/q-locks")).filter((name) => !name.endsWith("-mark"));
}

describe("a queue", () => {
  it("gives items in the order in which they were put", async () => {
    const queue = textQueue(await newClient());
    expect(await queue.poll()).toBeUndefined();
    expect(await queue.peek()).toBeUndefined();
    await Promise.all([queue.offer("a"), queue.offer("b")]);
    await queue.offerAll(["c", "d"]);
    expect(await queue.size()).toBe(4);
    expect(await queue.peek()).toBe("a");
    expect([
      await queue.poll(),
      await queue.take(),
      await queue.poll(),
      await queue.poll(),
      await queue.poll(),
    ]).toEqual(["a", "b", "c", "d", undefined]);
  });

  it("takes bytes and strings when it has no codec, and gives bytes", async () => {
    const queue = new Queue(await newClient(), "/q");
    await queue.offer("a");
    await queue.offer(Uint8Array.of(98));
    expect((await queue.take()).equals(Buffer.from("a"))).toBe(true);
    expect((await queue.take()).toString()).toBe("b");
  });

  it("has the layout of ZooKeeper's own recipe, and leaves alone what is no item", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offer("a");
    await client.create("/q/qn-", "b", { sequential: true });
    await client.create("/q/aaa", "foreign");
    expect(await names(client, "/q")).toEqual(["aaa", "qn-0000000000", "qn-0000000001"]);
    expect(await client.get("/q/qn-0000000000")).toMatchObject({ data: Buffer.from("a") });
    expect(await queue.size()).toBe(2);
    expect([await queue.poll(), await queue.poll(), await queue.poll()]).toEqual(["a", "b", undefined]);
  });

  it("gives each item to one of those who take", async () => {
    const [a, b, c] = [await newClient(), await newClient(), await newClient()];
    const items = Array.from({ length: 40 }, (_, index) => String(index));
    const taking = [a, a, b, b].map(async (client) => {
      const taken: string[] = [];
      const queue = textQueue(client);
      for (let count = 0; count < 10; count++) taken.push(await queue.take());
      return taken;
    });
    for (const item of items) await textQueue(c).offer(item);
    expect((await Promise.all(taking)).flat().sort()).toEqual([...items].sort());
  });

  it("gets an item that another had locked when it was to be taken, as soon as it is free again", async () => {
    const [a, b] = [await newClient(), await newClient()];
    await textQueue(b).offer("a");
    const [name] = await names(b, "/q");
    const lock = `/q-locks/${name}`;
    const get = a.get.bind(a);
    vi.spyOn(a, "get").mockImplementationOnce(async (path, options) => {
      await b.create(lock, undefined, { mode: "ephemeral" });
      return get(path, options);
    });
    const getChildren = vi.spyOn(a, "getChildren");
    const taking = textQueue(a).take();
    await vi.waitFor(() =>
      expect(getChildren).toHaveBeenCalledWith("/q-locks", expect.objectContaining({ watch: expect.any(Function) })),
    );
    await b.delete(lock);
    expect(await taking).toBe("a");
  });

  it("waits for an item, and across an expired session", async () => {
    const [a, b] = [await newClient(), await newClient()];
    const taking = textQueue(a).take();
    await vi.waitFor(async () => expect(await b.exists("/q")).toBeDefined());
    await a.sync("/");
    await server.expireSession(a.sessionId);
    await textQueue(b).offer("a");
    expect(await taking).toBe("a");
  });

  it("is waited for with a limit, and leaves nothing behind then", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    const stop = new AbortController();
    const taking = queue.take({ signal: stop.signal });
    await vi.waitFor(async () => expect(await client.exists("/q")).toBeDefined());
    stop.abort(new Error("enough"));
    await expect(taking).rejects.toMatchObject({ code: "ABORTED", cause: new Error("enough"), outcome: "not-applied" });
    await expect(queue.take({ timeoutMs: 5 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await client.sync("/");
    const { eventsReceived } = client.stats;
    await queue.offer("a");
    await client.sync("/");
    expect(client.stats.eventsReceived).toBe(eventsReceived);
    expect(client.events.listenerCount("state")).toBe(0);
    expect(await queue.poll()).toBe("a");
  });

  it("is iterated over until the signal is aborted", async () => {
    const queue = textQueue(await newClient());
    await queue.offerAll(["a", "b"]);
    const stop = new AbortController();
    const seen: string[] = [];
    const loop = async () => {
      for await (const item of queue.items({ signal: stop.signal })) {
        seen.push(item);
        if (item === "b") stop.abort();
      }
    };
    await expect(loop()).rejects.toMatchObject({ code: "ABORTED" });
    expect(seen).toEqual(["a", "b"]);
    await queue.offer("c");
    for await (const item of queue) {
      seen.push(item);
      break;
    }
    expect(seen).toEqual(["a", "b", "c"]);
  });

  it("has an item once although the reply to its offer was lost", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    for (const item of ["first", "second"]) {
      // The first creates the mark of this client, the second moves it.
      await queue.size();
      if (item === "first") await client.ensurePath("/q-locks");
      if (item === "first") await client.ensurePath("/q");
      const lost = server.loseNextReply({ opcode: OPCODE.multi });
      await queue.offer(item);
      expect(await lost).toMatchObject({ error: 0 });
    }
    expect(await queue.size()).toBe(2);
    expect([await queue.poll(), await queue.poll()]).toEqual(["first", "second"]);
  });

  it("gives an item once although the reply to its taking was lost", async () => {
    const queue = textQueue(await newClient());
    await queue.offerAll(["a", "b"]);
    void server.loseNextReply({ opcode: OPCODE.multi });
    expect(await queue.poll()).toBe("a");
    expect(await queue.size()).toBe(1);
    expect(await queue.poll()).toBe("b");
  });

  it("says that it does not know when the session expires before the reply comes", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offer("a");
    const lost = server.loseNextReply({ opcode: OPCODE.multi });
    server.delayReplies(0);
    const session = client.sessionId;
    client.events.once("state", () => server.refuseConnections(true));
    const offering = queue.offer("b");
    await lost;
    await server.expireSession(session);
    server.refuseConnections(false);
    await expect(offering).rejects.toMatchObject({ outcome: "unknown" });
    expect(await queue.size()).toBe(2);
    await queue.offer("c");
    expect([await queue.poll(), await queue.poll(), await queue.poll()]).toEqual(["a", "b", "c"]);
  });

  it("fails in time when the server is silent, without knowing, and has the item at most once", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offer("a");
    server.pause();
    await expect(queue.offer("b", { timeoutMs: 10 })).rejects.toMatchObject({ code: "TIMEOUT", outcome: "unknown" });
    server.resume();
    await queue.offer("c");
    expect([await queue.poll(), await queue.poll(), await queue.poll(), await queue.poll()]).toEqual([
      "a",
      "b",
      "c",
      undefined,
    ]);
    await vi.waitFor(async () => expect(await names(client, "/q-locks")).toHaveLength(1));
  });

  it("takes what it was about to take when it was given up", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offerAll(["a", "b"]);
    server.delayReplies(10);
    const stop = new AbortController();
    const taking = queue.take({ signal: stop.signal });
    await vi.waitFor(async () => expect(await textQueue(await newClient()).size()).toBe(1));
    stop.abort();
    expect(await taking).toBe("a");
  });

  it("makes producers wait while it is full", async () => {
    const [a, b] = [await newClient(), await newClient()];
    const queue = textQueue(a, { maxItems: 2 });
    await queue.offerAll(["a", "b"]);
    await expect(queue.offer("x", { timeoutMs: 10 })).rejects.toMatchObject({
      code: "TIMEOUT",
      outcome: "not-applied",
    });
    const offering = queue.offer("c");
    await a.sync("/");
    expect(await textQueue(b).poll()).toBe("a");
    await offering;
    expect([await queue.poll(), await queue.poll(), await queue.poll()]).toEqual(["b", "c", undefined]);
    await expect(queue.offerAll(["1", "2", "3"])).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });

  it("keeps an item that cannot be decoded, and says so", async () => {
    const client = await newClient();
    await textQueue(client).offer("not JSON");
    const queue = new Queue(client, "/q", { codec: jsonCodec<number>() });
    await expect(queue.poll()).rejects.toMatchObject({ code: "DATA_INCONSISTENCY" });
    expect(await queue.size()).toBe(1);
  });

  it("refuses options that make no sense", async () => {
    const client = await newClient();
    expect(() => new Queue(client, "/")).toThrow(/path of its own/);
    expect(() => new Queue(client, "/q", { maxItems: 0 })).toThrow(/positive integer/);
    const queue = textQueue(client);
    await expect(queue.take({ timeoutMs: -1 })).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    await expect(queue.consume(() => {}, { concurrency: 0 })).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });
});

describe("a consumer", () => {
  it("works items off in order, and deletes each when its handler has succeeded", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offerAll(["a", "b", "c"]);
    const stop = new AbortController();
    const seen: unknown[] = [];
    await queue.consume(
      async (item, { path, signal, token }) => {
        seen.push(item, (await locks(client)).length, (await client.exists(path)) !== undefined, signal.aborted);
        expect(token).toBeGreaterThan(0n);
        if (item === "c") stop.abort();
      },
      { signal: stop.signal },
    );
    expect(seen).toEqual(["a", 1, true, false, "b", 1, true, false, "c", 1, true, false]);
    expect(await queue.size()).toBe(0);
    expect(await locks(client)).toEqual([]);
    expect(client.events.listenerCount("state")).toBe(0);
  });

  it("works on as many at a time as it was told, and on what comes later", async () => {
    const [a, b] = [await newClient(), await newClient()];
    const stop = new AbortController();
    let active = 0;
    let most = 0;
    const seen: string[] = [];
    const done = textQueue(a).consume(
      async (item) => {
        most = Math.max(most, ++active);
        await vi.waitFor(() => expect(most).toBe(3));
        active--;
        seen.push(item);
      },
      { signal: stop.signal, concurrency: 3 },
    );
    for (let index = 0; index < 9; index++) await textQueue(b).offer(String(index));
    await vi.waitFor(() => expect(seen).toHaveLength(9));
    stop.abort();
    await done;
    expect(most).toBe(3);
    expect(await textQueue(b).size()).toBe(0);
  });

  it("does not rely on its lock while it sees a server that may be cut off from the others", async () => {
    const client = await newClient();
    for (const lossPolicy of ["connection", "session"] as const) {
      await textQueue(client).offer("a");
      const stop = new AbortController();
      let reason: unknown;
      const handler = (_item: string, { signal }: ItemContext) => {
        stop.abort();
        client.events.emit("state", "read-only", "connected");
        reason = signal.reason;
      };
      await textQueue(client).consume(handler, { lossPolicy, signal: stop.signal });
      if (lossPolicy === "session") expect(reason).toBeUndefined();
      else expect(reason).toMatchObject({ code: "CONNECTION_LOSS" });
    }
  });

  it("tells the handler when its session was given up since the server refused a credential", async () => {
    const client = await newClient();
    await textQueue(client).offer("a");
    let lost: AbortSignal | undefined;
    const done = textQueue(client).consume(
      (_item, { signal }) => {
        lost = signal;
        return new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
      { lossPolicy: "session" },
    );
    const ended = expect(done).rejects.toMatchObject({ code: "AUTH_FAILED" });
    await vi.waitFor(() => expect(lost).toBeDefined());
    await expect(client.addAuth("none", "x")).rejects.toMatchObject({ code: "AUTH_FAILED" });
    await vi.waitFor(() => expect(lost?.reason).toMatchObject({ code: "AUTH_FAILED" }));
    await ended;
  });

  it.each(["delete", "release"] as const)(
    "keeps no lock because too many calls waited when the handler ended: %s",
    async (decision) => {
      const [a, b] = [await world.client({ waitingMax: 1 }), await newClient()];
      await textQueue(b).offer("a");
      const stop = new AbortController();
      let tried: Mock | undefined;
      const done = textQueue(a).consume(
        async () => {
          stop.abort();
          server.refuseConnections(true);
          await server.dropConnections({ session: a.sessionId });
          await vi.waitFor(() => expect(a.state).toBe("suspended"));
          a.exists("/").catch(() => {});
          tried = decision === "delete" ? vi.spyOn(a, "transaction") : vi.spyOn(a, "delete");
          throw new Error("bad");
        },
        { onFailure: () => decision, failurePauseMs: 0, signal: stop.signal },
      );
      const ended = expect(done).resolves.toBeUndefined();
      await vi.waitFor(() => expect(tried).toHaveBeenCalled());
      server.refuseConnections(false);
      await ended;
      expect(await locks(b)).toEqual([]);
      expect(await textQueue(b).size()).toBe(decision === "delete" ? 0 : 1);
    },
  );

  it("leaves its item to another when it dies", async () => {
    const [a, b] = [await newClient(), await newClient()];
    await textQueue(b).offer("a");
    let lost: AbortSignal | undefined;
    const dying = textQueue(a).consume((_item, { signal }) => {
      lost = signal;
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    dying.catch(() => {});
    await vi.waitFor(() => expect(lost).toBeDefined());
    const stop = new AbortController();
    const seen: string[] = [];
    const taking = textQueue(b).consume(
      (item) => {
        seen.push(item);
        stop.abort();
      },
      { signal: stop.signal },
    );
    await b.sync("/");
    expect(seen).toEqual([]);
    await a.close();
    await taking;
    expect(seen).toEqual(["a"]);
    expect(lost?.reason).toMatchObject({ code: "CLOSED" });
    await expect(dying).rejects.toMatchObject({ code: "CLOSED" });
    expect(await textQueue(b).size()).toBe(0);
  });

  it("tells the handler when the session has expired, and does not delete what another works on by then", async () => {
    const [a, b] = [await newClient(), await newClient()];
    await textQueue(b).offer("a");
    const stop = new AbortController();
    const seen: string[] = [];
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const first = textQueue(a).consume(
      async (_item, { signal }) => {
        begin();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        // The other has it now, and this one finishes all the same.
        await vi.waitFor(() => expect(seen).toEqual(["b begins"]));
        seen.push("a ends");
        stop.abort();
      },
      { signal: stop.signal },
    );
    await begun;
    const second = textQueue(b).consume(
      async () => {
        seen.push("b begins");
        await first;
        expect(await textQueue(b).size()).toBe(1);
        seen.push("b ends");
      },
      { signal: stop.signal },
    );
    await server.expireSession(a.sessionId);
    await Promise.all([first, second]);
    expect(seen).toEqual(["b begins", "a ends", "b ends"]);
    expect(await textQueue(b).size()).toBe(0);
    expect(await locks(b)).toEqual([]);
  });

  it.each(["connection", "session"] as const)(
    "begins no item whose lock was lost before, and keeps the order: %s",
    async (lost) => {
      const [a, b] = [await newClient(), await newClient()];
      await textQueue(b).offerAll(["1", "2", "3"]);
      const read = server.loseNextReply({ opcode: OPCODE.getData, session: a.sessionId });
      if (lost === "session") server.refuseConnections(true);
      const stop = new AbortController();
      const begun: (string | boolean)[] = [];
      const consuming = textQueue(a).consume(
        (item, { signal }) => {
          begun.push(item, signal.aborted);
          if (item === "3") stop.abort();
        },
        { signal: stop.signal },
      );
      const { session } = await read;
      if (lost === "session") {
        await server.expireSession(session);
        server.refuseConnections(false);
      }
      await consuming;
      expect(begun).toEqual(["1", false, "2", false, "3", false]);
      expect(await textQueue(b).size()).toBe(0);
      expect(await locks(b)).toEqual([]);
    },
  );

  it("deletes what was finished after the session had expired if nobody else has begun", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offer("a");
    const stop = new AbortController();
    await queue.consume(
      async (_item, { signal }) => {
        stop.abort();
        await server.expireSession(client.sessionId);
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
      { signal: stop.signal, lossPolicy: "session" },
    );
    expect(await queue.size()).toBe(0);
    expect(await locks(client)).toEqual([]);
  });

  it("keeps its lock across a broken connection, which only the cautious policy minds", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    for (const lossPolicy of ["connection", "session"] as const) {
      await queue.offer("a");
      const stop = new AbortController();
      let wasAborted: boolean | undefined;
      let runs = 0;
      await queue.consume(
        async (_item, { signal }) => {
          runs++;
          stop.abort();
          const { connections } = client.stats;
          await server.dropConnections();
          await vi.waitFor(() => expect(client.stats.connections).toBe(connections + 1));
          wasAborted = signal.aborted;
        },
        { signal: stop.signal, lossPolicy },
      );
      expect([runs, wasAborted, await queue.size()]).toEqual([1, lossPolicy === "connection", 0]);
    }
  });

  it("puts a failed item at the end, releases or deletes it, as it was told", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    const run = async (decision: "requeue" | "release" | "delete" | undefined) => {
      await queue.offerAll(["bad", "good"]);
      const stop = new AbortController();
      const seen: string[] = [];
      const errors: unknown[] = [];
      let fails = 1;
      await queue.consume(
        (item) => {
          seen.push(item);
          if (seen.length === (decision === "delete" ? 2 : 3)) stop.abort();
          if (item === "bad" && fails-- > 0) throw new Error("bad");
        },
        {
          signal: stop.signal,
          failurePauseMs: 0,
          onFailure:
            decision === undefined
              ? undefined
              : (error) => {
                  errors.push(error);
                  return decision;
                },
        },
      );
      expect(errors).toEqual(decision === undefined ? [] : [new Error("bad")]);
      expect(await queue.size()).toBe(0);
      expect(await locks(client)).toEqual([]);
      return seen;
    };
    expect(await run(undefined)).toEqual(["bad", "good", "bad"]);
    expect(await run("requeue")).toEqual(["bad", "good", "bad"]);
    expect((await run("release")).sort()).toEqual(["bad", "bad", "good"]);
    expect(await run("delete")).toEqual(["bad", "good"]);
  });

  it("ends with what `onFailure` throws, and leaves the item to others", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offer("a");
    const done = queue.consume(() => Promise.reject(new Error("handler")), {
      onFailure: () => {
        throw new Error("fatal");
      },
    });
    await expect(done).rejects.toThrow("fatal");
    expect(await locks(client)).toEqual([]);
    expect(await queue.poll()).toBe("a");
  });

  it("locks and finishes once although replies are lost", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offerAll(["a", "b"]);
    const stop = new AbortController();
    const seen: string[] = [];
    void server.loseNextReply({ opcode: OPCODE.multi }); // the lock
    await queue.consume(
      (item) => {
        seen.push(item);
        void server.loseNextReply({ opcode: OPCODE.multi }); // the end, and then the next lock
        if (item === "b") stop.abort();
      },
      { signal: stop.signal },
    );
    expect(seen).toEqual(["a", "b"]);
    expect(await queue.size()).toBe(0);
    await vi.waitFor(async () => expect(await locks(client)).toEqual([]));
  });

  it("has no lock left of an item that it was about to begin when it was stopped", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offer("a");
    const stop = new AbortController();
    const lost = server.loseNextReply({ opcode: OPCODE.multi });
    const done = queue.consume(() => expect.fail("must not begin"), { signal: stop.signal });
    await lost;
    stop.abort();
    await done;
    await vi.waitFor(async () => expect(await locks(client)).toEqual([]));
    expect(await queue.poll()).toBe("a");
  });

  it("has its item to itself: others who take get the next", async () => {
    const client = await newClient();
    const queue = textQueue(client);
    await queue.offerAll(["a", "b"]);
    const stop = new AbortController();
    await queue.consume(
      async (item) => {
        expect(item).toBe("a");
        expect([await queue.peek(), await queue.poll(), await queue.poll()]).toEqual(["b", "b", undefined]);
        stop.abort();
      },
      { signal: stop.signal },
    );
    expect(await queue.size()).toBe(0);
  });

  it("ends with an error that no new connection mends", async () => {
    const client = await newClient();
    const done = textQueue(client).consume(() => {});
    const ended = expect(done).rejects.toBeInstanceOf(CoordinationError);
    await client.sync("/");
    await client.close();
    await ended;
  });
});

describe("a priority queue", () => {
  it("gives the most urgent first, and those of one priority in order", async () => {
    const client = await newClient();
    const queue = new PriorityQueue(client, "/q", { codec: textCodec });
    await queue.offerAll(["c", "d"]);
    await queue.offer("e", { priority: 999 });
    await queue.offer("b", { priority: 7 });
    expect(await queue.poll()).toBe("b");
    await queue.offer("a", { priority: 0 });
    expect([await queue.take(), await queue.take(), await queue.take(), await queue.take()]).toEqual([
      "a",
      "c",
      "d",
      "e",
    ]);
    await expect(queue.offer("x", { priority: 1000 })).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });

  it("lets a consumer see what has just come before what has waited", async () => {
    const client = await newClient();
    const queue = new PriorityQueue(client, "/q", { codec: textCodec });
    await queue.offerAll(["b", "c"]);
    const stop = new AbortController();
    const seen: string[] = [];
    await queue.consume(
      async (item) => {
        seen.push(item);
        if (item === "b") await queue.offer("urgent", { priority: 1 });
        if (item === "c") stop.abort();
      },
      { signal: stop.signal },
    );
    expect(seen).toEqual(["b", "urgent", "c"]);
  });

  it("shares its layout with kazoo's queues", async () => {
    const client = await newClient();
    await new PriorityQueue(client, "/p/entries", { locksPath: "/p/taken" }).offer("a", { priority: 5 });
    expect(await names(client, "/p/entries")).toEqual(["entry-005-0000000000"]);
    // As LockingQueue locks.
    await client.create("/p/taken/entry-005-0000000000", "another", { mode: "ephemeral" });
    expect(await new PriorityQueue(client, "/p/entries", { locksPath: "/p/taken" }).poll()).toBeUndefined();
  });
});

describe("a delay queue", () => {
  it("gives no item before its time, and then those that were due first", async () => {
    const client = await newClient();
    const queue = new DelayQueue(client, "/q", { codec: textCodec });
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
    try {
      await queue.offer("later", { delayMs: 60 });
      await queue.offer("sooner", { notBefore: new Date(1_000_030) });
      await queue.offer("now", { delayMs: 0 });
      expect(await queue.size()).toBe(3);
      expect(await queue.peek()).toBe("now");
      expect([await queue.poll(), await queue.poll()]).toEqual(["now", undefined]);
      vi.setSystemTime(1_000_029);
      expect(await queue.poll()).toBeUndefined();
      vi.setSystemTime(1_000_060);
      expect([await queue.take(), await queue.take(), await queue.poll()]).toEqual(["sooner", "later", undefined]);
    } finally {
      vi.useRealTimers();
    }
    const due = Date.now() + 30;
    await queue.offer("waited for", { notBefore: due });
    expect(await queue.take()).toBe("waited for");
    expect(Date.now()).toBeGreaterThanOrEqual(due);
    await expect(queue.offer("x", {} as { delayMs: number })).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    await expect(queue.offer("x", { delayMs: Number.NaN })).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });

  it("wakes a consumer when the time has come", async () => {
    const client = await newClient();
    const queue = new DelayQueue(client, "/q", { codec: textCodec });
    const stop = new AbortController();
    const due = Date.now() + 40;
    await queue.offer("a", { notBefore: due });
    await queue.consume(
      () => {
        expect(Date.now()).toBeGreaterThanOrEqual(due);
        stop.abort();
      },
      { signal: stop.signal },
    );
    expect(await queue.size()).toBe(0);
  });

  it("has Curator's layout, and takes an item of several one by one", async () => {
    const client = await newClient();
    const queue = new DelayQueue(client, "/q", { codec: textCodec });
    await queue.offer("a", { notBefore: 0x1234 });
    expect(await names(client, "/q")).toEqual(["queue-|00001234|0000000000"]);
    expect((await client.get("/q/queue-|00001234|0000000000")).data.toString("hex")).toBe(
      "00010001010000000161" + "02",
    );
    await client.create("/q/queue-|00001235|", frameAll([Buffer.from("b"), Buffer.from("c")]), { sequential: true });
    expect([await queue.poll(), await queue.poll(), await queue.poll(), await queue.poll()]).toEqual([
      "a",
      "b",
      "c",
      undefined,
    ]);
  });
});

describe("a queue by ids", () => {
  it("gives the next of the items that Curator has put as one when another was faster with the first", async () => {
    const [a, b] = [await newClient(), await newClient()];
    await b.ensurePath("/q");
    await b.create("/q/queue-", frameAll([Buffer.from("1"), Buffer.from("2")]), { sequential: true });
    const faster: (string | undefined)[] = [];
    const get = a.get.bind(a);
    vi.spyOn(a, "get").mockImplementationOnce(async (path, options) => {
      const found = await get(path, options);
      faster.push(await new IdQueue(b, "/q", { codec: textCodec }).poll());
      return found;
    });
    expect(await new IdQueue(a, "/q", { codec: textCodec }).take({ timeoutMs: 1000 })).toBe("2");
    expect(faster).toEqual(["1"]);
  });

  it("gives all items that Curator has put as one before what was put later", async () => {
    const client = await newClient();
    const queue = new IdQueue(client, "/q", { codec: textCodec });
    await queue.offer("1", "one");
    await client.create("/q/queue-", frameAll([Buffer.from("2"), Buffer.from("3"), Buffer.from("4")]), {
      sequential: true,
    });
    await queue.offer("5", "two");
    const polled: (string | undefined)[] = [];
    for (let count = 0; count < 6; count++) polled.push(await queue.poll());
    expect(polled).toEqual(["1", "2", "3", "4", "5", undefined]);
  });

  it("removes the items of an id, but for those that somebody works on", async () => {
    const client = await newClient();
    const queue = new IdQueue(client, "/q", { codec: textCodec });
    await queue.offer("a", "one");
    await queue.offer("b", "two");
    await queue.offerAll(["c", "d"], "one");
    expect(await names(client, "/q")).toContain("queue-|two|0000000001");
    const stop = new AbortController();
    await queue.consume(
      async (item) => {
        stop.abort();
        expect(item).toBe("a");
        expect([await queue.hasId("one"), await queue.removeId("one"), await queue.hasId("one")]).toEqual([
          true,
          2,
          true,
        ]);
      },
      { signal: stop.signal },
    );
    expect([await queue.hasId("one"), await queue.removeId("one")]).toEqual([false, 0]);
    expect([await queue.poll(), await queue.poll()]).toEqual(["b", undefined]);
    await expect(queue.offer("x", "a|b")).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });
});
