/** What happens to a session when servers and connections go, with real servers in this process. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { EventType, OpCode } from "@rookery/protocol/client";
import { startTestEnsemble, startTestServer, type TestServer } from "@rookery/server/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Client, type ConnectionMessage, connect, isTransient, retry, type WatchEvent } from "../src/index.ts";
import { FakeServer, type Peer } from "./fake-server.ts";
import { errorOf, listening, statesOf, untilState } from "./support.ts";

let server: TestServer;
let zk: Client;

function holdUp(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

beforeEach(async () => {
  zk = await connect(server.connectString, { sessionTimeoutMs: 2000 });
});

afterEach(async () => {
  server.heal();
  await zk.close();
  await using cleaner = await connect(server.connectString);
  for (const name of (await cleaner.getChildren("/")).children)
    if (name !== "zookeeper") await cleaner.deleteRecursive(`/${name}`);
});

describe("a connection that breaks", () => {
  it("suspends the session, which goes on with the next one", async () => {
    const states = statesOf(zk);
    const { sessionId } = zk;
    await zk.create("/mine", "", { mode: "ephemeral" });
    await server.dropConnections();
    await untilState(zk, "suspended");
    expect((await zk.exists("/mine"))?.ephemeralOwner).toBe(sessionId);
    expect(states).toEqual(["suspended", "connected"]);
    expect(zk.sessionId).toBe(sessionId);
    expect(zk.stats).toMatchObject({ connections: 2, sessions: 1, inFlight: 0, waiting: 0 });
  });

  it("fails what was sent, says that a write may have been applied, and sends nothing again", async () => {
    const lost = server.loseNextReply({ opcode: OpCode.create2 });
    const error = await errorOf(zk.create("/a"));
    expect(error).toMatchObject({ code: "CONNECTION_LOSS", outcome: "unknown", path: "/a", operation: "create" });
    expect(isTransient(error)).toBe(true);
    expect((await lost).error).toBe(0);
    expect((await zk.getChildren("/")).children).toContain("a");
  });

  it("fails reads, too, which are never applied", async () => {
    void server.loseNextReply();
    expect(await errorOf(zk.get("/"))).toMatchObject({ code: "CONNECTION_LOSS", outcome: "not-applied" });
  });

  it("makes what is called meanwhile wait, in order, until there is another one", async () => {
    server.refuseConnections(true);
    await server.dropConnections();
    await untilState(zk, "suspended");
    const calls = [zk.create("/a"), zk.set("/a", "1"), zk.set("/a", "2")];
    expect(zk.stats.waiting).toBe(3);
    server.refuseConnections(false);
    await Promise.all(calls);
    expect((await zk.get("/a")).stat.version).toBe(2);
  });

  it("is told on the diagnostics channels", async () => {
    const said: string[] = [];
    const onMessage = (message: unknown) => {
      const { event, server: name } = message as ConnectionMessage;
      if (name.startsWith(server.connectString)) said.push(event);
    };
    subscribe("rookery:client:connection", onMessage);
    server.refuseConnections(true);
    await server.dropConnections();
    await vi.waitUntil(() => said.includes("failed"));
    server.refuseConnections(false);
    await zk.sync();
    unsubscribe("rookery:client:connection", onMessage);
    expect(new Set(said)).toEqual(new Set(["lost", "failed", "connected"]));
    expect(said.at(0)).toBe("lost");
    expect(said.at(-1)).toBe("connected");
  });
});

describe("a burst of large writes", () => {
  it("goes on as the socket takes it, without all of it in memory at once", async () => {
    await using client = await connect(server.connectString);
    await client.create("/large");
    const data = Buffer.alloc(500_000, "x");
    const calls = Array.from({ length: 60 }, () => client.set("/large", data));
    expect(client.stats.inFlight).toBeLessThan(5);
    expect(client.stats.waiting).toBeGreaterThan(55);
    await Promise.all(calls);
    expect((await client.get("/large")).stat.version).toBe(60);
  });
});

describe("silence", () => {
  it("of the server suspends the session before its timeout, and ends it without any server's word", async () => {
    const states = statesOf(zk);
    const began = performance.now();
    server.pause();
    await untilState(zk, "suspended");
    expect(performance.now() - began).toBeLessThan(zk.sessionTimeoutMs);
    await untilState(zk, "expired");
    expect(performance.now() - began).toBeGreaterThan(zk.sessionTimeoutMs);
    expect(performance.now() - began).toBeLessThan(zk.sessionTimeoutMs * 2);
    expect(states).toEqual(["suspended", "expired", "connecting"]);
    server.resume();
    await untilState(zk, "connected");
  });

  it("of the caller does not end the session", async () => {
    const { sessionId } = zk;
    const states = statesOf(zk);
    // Longer than the session's timeout, without a call.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await zk.sync();
    expect(states).toEqual([]);
    expect(zk.sessionId).toBe(sessionId);
  });

  it("of this process, held up for longer than a server may be silent, is not taken for the server's", async () => {
    const states = statesOf(zk);
    holdUp(1600);
    // Nothing is asked of the client; it asks the server itself.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(states).toEqual([]);
    holdUp(1600);
    await zk.sync();
    expect(states).toEqual([]);
  });
});

describe("expiry", () => {
  it("is told before the next session begins, and fails what had waited", async () => {
    const states = statesOf(zk);
    const first = zk.sessionId;
    await zk.create("/mine", "", { mode: "ephemeral" });
    server.refuseConnections(true);
    await server.expireSession(first);
    await untilState(zk, "suspended");
    const waited = errorOf(zk.set("/mine", "1"));
    server.refuseConnections(false);
    expect(await waited).toMatchObject({ code: "SESSION_EXPIRED", outcome: "not-applied", path: "/mine" });
    await untilState(zk, "connected");
    expect(states).toEqual(["suspended", "expired", "connecting", "connected"]);
    expect(zk.sessionId).not.toBe(first);
    expect(await zk.exists("/mine")).toBeUndefined();
    expect(zk.stats.sessions).toBe(2);
  });

  it("does not fail what a listener calls when it hears of it", async () => {
    const created = new Promise((resolve, reject) => {
      zk.events.on("state", (state) => {
        if (state === "expired") zk.create("/anew", "", { mode: "ephemeral" }).then(resolve, reject);
      });
    });
    await server.expireSession(zk.sessionId);
    await created;
    expect((await zk.exists("/anew"))?.ephemeralOwner).toBe(zk.sessionId);
  });

  it("closes a client that is not to renew its session", async () => {
    await using once = await connect(server.connectString, { renewSession: false });
    const states = statesOf(once);
    const watch = await once.watch("/");
    const ended = errorOf(
      (async () => {
        for await (const _ of watch);
      })(),
    );
    await server.expireSession(once.sessionId);
    expect(await ended).toMatchObject({ code: "SESSION_EXPIRED" });
    expect(states).toEqual(["suspended", "expired", "closed"]);
    expect(await errorOf(once.get("/a"))).toMatchObject({ code: "SESSION_EXPIRED", path: "/a" });
  });

  it("can be answered by closing the client, within the listener", async () => {
    zk.events.on("state", (state) => {
      if (state === "expired") void zk.close();
    });
    const states = statesOf(zk);
    await server.expireSession(zk.sessionId);
    await untilState(zk, "closed");
    expect(states).toEqual(["suspended", "expired", "closed"]);
  });
});

describe("watches", () => {
  it("that stay are set again after a reconnect, and say so as a gap", async () => {
    const watch = await zk.watch("/", { recursive: true });
    await server.dropConnections();
    await untilState(zk, "suspended");
    await zk.create("/a");
    expect((await watch.next()).value).toEqual({ type: "gap", path: "/", reason: "reconnected" });
    expect((await watch.next()).value).toEqual({ type: "created", path: "/a" });
  });

  it("that stay are set again in the next session, and say so as a gap", async () => {
    const said = listening();
    await zk.watch("/a", { onEvent: said.listener });
    await server.expireSession(zk.sessionId);
    expect(await said.next()).toEqual({ type: "gap", path: "/a", reason: "expired" });
    await zk.create("/a");
    expect(await said.next()).toEqual({ type: "created", path: "/a" });
  });

  it("of one shot tell after a reconnect what happened meanwhile", async () => {
    await using other = await connect(server.connectString);
    await zk.create("/a");
    await zk.create("/b");
    const said: WatchEvent[] = [];
    const listener = (event: WatchEvent) => void said.push(event);
    await zk.get("/a", { watch: listener });
    await zk.get("/b", { watch: listener });
    await zk.exists("/c", { watch: listener });
    await zk.getChildren("/", { watch: listener });
    await zk.exists("/quiet", { watch: listener });
    server.refuseConnections(true);
    await server.dropConnections({ session: zk.sessionId });
    await other.transaction().set("/a", "1").delete("/b").create("/c").commit();
    server.refuseConnections(false);
    await untilState(zk, "connected");
    await zk.sync();
    expect(said.sort((a, b) => a.path.localeCompare(b.path))).toEqual([
      { type: "childrenChanged", path: "/" },
      { type: "changed", path: "/a" },
      { type: "deleted", path: "/b" },
      { type: "created", path: "/c" },
    ]);
    await zk.create("/quiet");
    expect(said.at(-1)).toEqual({ type: "created", path: "/quiet" });
  });

  it("of one shot end with a gap when the session expires", async () => {
    const said = listening();
    await zk.exists("/a", { watch: said.listener });
    await server.expireSession(zk.sessionId);
    expect(await said.next()).toEqual({ type: "gap", path: "/a", reason: "expired" });
  });

  it("end with a gap when the client is closed", async () => {
    const one = listening();
    const stays = listening();
    await zk.exists("/a", { watch: one.listener });
    await zk.watch("/a", { onEvent: stays.listener });
    await zk.close();
    expect(await one.next()).toEqual({ type: "gap", path: "/a", reason: "closed" });
    expect(await stays.next()).toEqual({ type: "gap", path: "/a", reason: "closed" });
  });

  it("are all set again, in as many requests as it takes", async () => {
    const view = zk.namespace(`/${"long".repeat(100)}`);
    await view.ensurePath("/");
    let told = 0;
    const count = 1000;
    // 400 KB of paths: more than 128 KiB go into several requests.
    await Promise.all(Array.from({ length: count }, (_, at) => view.exists(`/${at}`, { watch: () => void told++ })));
    await server.dropConnections();
    await untilState(zk, "suspended");
    await Promise.all(Array.from({ length: count }, (_, at) => view.create(`/${at}`)));
    expect(told).toBe(count);
  });

  it("see their listeners' exceptions as the listeners' own", async () => {
    const thrown: unknown[] = [];
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => thrown.push(error));
    try {
      await zk.exists("/a", {
        watch: () => {
          throw new Error("mine");
        },
      });
      zk.events.once("state", () => {
        throw new Error("mine, too");
      });
      const states = statesOf(zk);
      await zk.create("/a");
      await server.dropConnections();
      await untilState(zk, "suspended");
      await zk.sync();
      expect(states).toEqual(["suspended", "connected"]);
      expect(thrown.map(String)).toEqual(["Error: mine", "Error: mine, too"]);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of others) process.on("uncaughtException", listener);
    }
  });

  it("whose registration was given up do not stay on the server, but for those of others on the same path", async () => {
    const said = listening();
    await zk.exists("/b", { watch: said.listener });
    server.delayReplies(100);
    const timeoutMs = 20;
    const calls = [
      zk.watch("/a", { timeoutMs }),
      zk.watch("/a", { recursive: true, timeoutMs }),
      zk.exists("/a", { watch: () => {}, timeoutMs }),
      zk.getChildren("/", { watch: () => {}, timeoutMs }),
      zk.exists("/b", { watch: () => {}, timeoutMs }),
    ];
    for (const error of await Promise.all(calls.map(errorOf))) expect(error).toMatchObject({ code: "TIMEOUT" });
    await zk.sync();
    server.delayReplies(0);
    await zk.sync();
    const { eventsReceived } = zk.stats;
    await zk.create("/a");
    expect(zk.stats.eventsReceived).toBe(eventsReceived);
    await zk.create("/b");
    expect(await said.next()).toEqual({ type: "created", path: "/b" });
  });
});

describe("close", () => {
  it("finishes what was sent, and refuses what comes after", async () => {
    const sent = zk.create("/a", "", { mode: "ephemeral" });
    const closed = zk.close();
    const late = errorOf(zk.create("/b"));
    expect((await sent).path).toBe("/a");
    expect(await late).toMatchObject({ code: "CLOSED", outcome: "not-applied", path: "/b" });
    await closed;
    await using other = await connect(server.connectString);
    expect(await other.exists("/a")).toBeUndefined();
    expect(zk.state).toBe("closed");
    await zk.close();
  });

  it("while suspended ends at once, and fails what waits", async () => {
    server.refuseConnections(true);
    await server.dropConnections();
    await untilState(zk, "suspended");
    const waited = errorOf(zk.get("/"));
    await zk.close();
    expect(await waited).toMatchObject({ code: "CLOSED" });
    expect(zk.stats).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it("does not wait for a silent server for longer than it is told", async () => {
    server.pause();
    const read = errorOf(zk.get("/"));
    await zk.close({ timeoutMs: 50 });
    expect(await read).toMatchObject({ code: "CLOSED", outcome: "not-applied" });
  });

  it("is what `await using` does", async () => {
    let kept: Client;
    {
      await using inner = await connect(server.connectString);
      kept = inner;
    }
    expect(kept.state).toBe("closed");
  });
});

describe("an ensemble", () => {
  it("carries the session on when servers are killed, the leader among them", { timeout: 30_000 }, async () => {
    await using ensemble = await startTestEnsemble();
    await using client = await connect(ensemble.connectString, { sessionTimeoutMs: 5000 });
    await using other = await connect(ensemble.connectString, { sessionTimeoutMs: 5000 });
    const { sessionId } = client;
    await client.create("/mine", "", { mode: "ephemeral" });
    const watch = await client.watch("/mine");
    const mine = ensemble.servers.find(({ connectString }) => client.server?.startsWith(connectString));
    await mine?.kill();
    await retry(() => client.set("/mine", "1"), { retries: 20 });
    await mine?.start();
    const leader = await ensemble.leader();
    await leader.kill();
    await retry(() => client.set("/mine", "2"), { retries: 20 });
    expect(client.sessionId).toBe(sessionId);
    const seen = await retry(() => other.sync("/mine").then(() => other.get("/mine")), { retries: 20 });
    expect(seen.data.toString()).toBe("2");
    expect((await watch.next()).value).toMatchObject({ type: expect.stringMatching(/gap|changed/) });
  });

  it("can be changed under way: a server that is not in the list is left", async () => {
    await using ensemble = await startTestEnsemble();
    await using client = await connect(ensemble.connectString);
    const left = ensemble.servers.find(({ connectString }) => client.server?.startsWith(connectString));
    const rest = ensemble.servers.filter((each) => each !== left).map(({ connectString }) => connectString);
    client.updateServers(rest);
    await untilState(client, "suspended");
    await untilState(client, "connected");
    expect(rest.some((address) => client.server?.startsWith(address))).toBe(true);
    expect(client.stats.sessions).toBe(1);
  });
});

describe("a function that gives the servers", () => {
  it("is asked before each round", async () => {
    let asked = 0;
    await using client = await connect(() => {
      asked++;
      return `${server.connectString}`;
    });
    const before = asked;
    await server.dropConnections({ session: client.sessionId });
    await untilState(client, "suspended");
    await client.sync();
    expect(asked).toBeGreaterThan(before);
    expect(() => client.updateServers("other")).toThrow(expect.objectContaining({ code: "BAD_ARGUMENTS" }));
  });

  it("that never answers is given up in time, or by the signal", async () => {
    const never = () => new Promise<string>(() => {});
    expect(await errorOf(connect(never, { connectTimeoutMs: 20 }))).toMatchObject({ code: "CONNECTION_LOSS" });
    const controller = new AbortController();
    const aborted = errorOf(connect(never, { signal: controller.signal }));
    controller.abort("enough");
    expect(await aborted).toMatchObject({ code: "ABORTED", name: "AbortError", cause: "enough" });
  });
});

it("asks the next server for what events have told, and to set watches again from what replies have told", async () => {
  const greetings: bigint[] = [];
  const relative: bigint[] = [];
  await using fake = await FakeServer.start(async (peer, index) => {
    greetings.push((await peer.grant()).lastZxidSeen);
    const { xid, op, input } = await peer.request();
    if (index > 0) {
      if (op === OpCode.setWatches || op === OpCode.setWatches2) relative.push(input.long());
      peer.reply(xid, { zxid: 9n });
      await peer.answerAll();
      return;
    }
    peer.reply(xid, { zxid: 5n, body: (out) => out.int(0) });
    peer.event(EventType.NodeDeleted, "/a", 8n);
    peer.event(EventType.NodeDeleted, "/a", -1n);
  });
  await using zk = await connect(fake.connectString);
  const watch = await zk.watch("/a");
  await watch.next();
  await watch.next();
  (fake.peers[0] as Peer).socket.destroy();
  expect(await watch.next()).toMatchObject({ value: { type: "gap", reason: "reconnected" } });
  expect(greetings).toEqual([0n, 8n]);
  expect(relative).toEqual([5n]);
});

it("shows where it is connected when it is printed, and no secrets", async () => {
  await using own = await connect(server.connectString, { auth: [{ scheme: "digest", credentials: "ann:hidden" }] });
  const shown = inspect({ own }, { depth: 10 });
  expect(shown).toMatch(/Client \{ connected, 127\.0\.0\.1:\d+ .*session 0x[0-9a-f]{16} \}/);
  expect(shown).not.toContain("hidden");
  expect(shown).not.toContain("password");
});
