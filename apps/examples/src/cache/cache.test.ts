import { spawnSync } from "node:child_process";
import { connect } from "@rookery/client";
import { startTestServer, type TestServer } from "@rookery/server/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { usePrograms } from "../support/processes.ts";
import { CacheClient, type CacheClientOptions, type RingChange } from "./cache-client.ts";
import { runNode } from "./node.ts";
import { encodeReply, encodeRequest, RespConnection, RespReader } from "./resp.ts";
import { hasRedis, startInProcess, startRedis } from "./store.ts";

const SESSION_MS = 1500;
const WAIT = { timeout: 15_000, interval: 20 };
const KEYS = Array.from({ length: 300 }, (_, at) => `product-${at}`);

const redis = redisIsThere();
const programs = usePrograms("cache");
let server: TestServer;
let open: AsyncDisposable[] = [];

beforeEach(async () => {
  server = await startTestServer();
  open = [];
});

afterEach(async () => {
  for (const each of open.reverse()) await each[Symbol.asyncDispose]();
  await server.stop();
});

/** In CI it is installed if it is missing. */
function redisIsThere(): boolean {
  if (!hasRedis() && process.env.CI === "true") {
    const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
    const [command, ...words] = [
      ...asRoot,
      "apt-get",
      "-qq",
      "install",
      "-y",
      "--no-install-recommends",
      "redis-server",
    ];
    spawnSync(command as string, words, { stdio: "ignore" });
  }
  return hasRedis();
}

async function startNode(id: string, store: "redis" | "in-process" = "in-process") {
  const client = await connect(server.connectString, { sessionTimeoutMs: SESSION_MS });
  const ended = new AbortController();
  const lines: string[] = [];
  const options = { client, root: "/caches", id, weight: 1, bytesMax: 1 << 20, store, signal: ended.signal };
  const running = runNode({ ...options, out: (line) => lines.push(line) });
  const stop = async () => {
    ended.abort();
    await running;
  };
  // One that fails is looked at by its test.
  open.push({ [Symbol.asyncDispose]: () => stop().catch(() => {}) });
  await Promise.race([running, vi.waitFor(() => expect(lines.join("\n")).toContain("registered at"), WAIT)]);
  return { id, client, running, stop, pid: Number(/pid (\d+)/.exec(lines[0] as string)?.[1]) };
}

async function startCache(options: Partial<CacheClientOptions> = {}) {
  const client = await connect(server.connectString, { sessionTimeoutMs: SESSION_MS });
  const rings: RingChange[] = [];
  const cache = new CacheClient(client, { root: "/caches", ...options, onRing: (change) => rings.push(change) });
  open.push(client, cache);
  await cache.ready(AbortSignal.timeout(5000));
  const nodesAre = (...ids: string[]) => vi.waitFor(() => expect(rings.at(-1)?.nodes).toEqual(ids), WAIT);
  return { cache, rings, nodesAre };
}

const load = async (key: string) => `value of ${key}`;

function readAll(cache: CacheClient): Promise<string[]> {
  return Promise.all(KEYS.map((key) => cache.through(key, load)));
}

describe("RESP", () => {
  it("is read as it was written, however it is cut", () => {
    const bytes = Buffer.from([encodeRequest(["SET", "kéy", "a\r\nb"]), encodeReply(null), encodeReply(7)].join(""));
    const expected = [["SET", "kéy", "a\r\nb"], null, 7];
    for (let size = 1; size <= bytes.length; size++) {
      const reader = new RespReader();
      const found: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) found.push(...reader.push(bytes.subarray(at, at + size)));
      expect(found).toEqual(expected);
    }
  });

  it("refuses what is not RESP", () => {
    expect(() => [...new RespReader().push(Buffer.from("GET / HTTP/1.1\r\n"))]).toThrow("RESP does not begin with");
  });
});

describe("the store in this process", () => {
  it("lets go of what was not used for longest", async () => {
    const store = await startInProcess({ bytesMax: 30, signal: new AbortController().signal });
    const connection = await RespConnection.open("127.0.0.1", store.port, 1000);
    const call = (...args: string[]) => connection.call(args, 1000);
    await call("SET", "a", "123456789");
    await call("SET", "b", "123456789");
    await call("GET", "a");
    await call("SET", "c", "123456789012");
    expect([await call("GET", "a"), await call("GET", "b")]).toEqual(["123456789", null]);
    await expect(call("FLY")).rejects.toThrow("unknown command 'FLY'");
    connection.close();
    await store.close();
  });
});

describe.each([
  { store: "in-process" as const, isThere: true },
  { store: "redis" as const, isThere: redis },
])("cache nodes: $store", ({ store, isThere }) => {
  it.runIf(isThere)("moves a newcomer's share of the keys and no more", async () => {
    await startNode("a", store);
    await startNode("b", store);
    await startNode("c", store);
    const { cache, rings, nodesAre } = await startCache();
    await nodesAre("a", "b", "c");
    await readAll(cache);
    const owners = new Map(KEYS.map((key) => [key, cache.ownerOf(key)]));
    expect(await readAll(cache)).toEqual(KEYS.map((key) => `value of ${key}`));
    expect(cache.stats).toEqual({ hits: KEYS.length, misses: KEYS.length, standIns: 0 });

    await startNode("d", store);
    await nodesAre("a", "b", "c", "d");
    expect(rings.at(-1)?.moved).toBeGreaterThan(0.1);
    expect(rings.at(-1)?.moved).toBeLessThan(0.4);
    const changed = KEYS.filter((key) => cache.ownerOf(key) !== owners.get(key));
    expect(changed.map((key) => cache.ownerOf(key))).toEqual(changed.map(() => "d"));
    await readAll(cache);
    expect(cache.stats.misses, "only what has moved is read anew").toBe(KEYS.length + changed.length);
  });

  it.runIf(isThere)("leaves everybody else's keys where they are when a node goes", async () => {
    await startNode("a", store);
    await startNode("b", store);
    const c = await startNode("c", store);
    const { cache, nodesAre } = await startCache();
    await nodesAre("a", "b", "c");
    await readAll(cache);
    const lost = KEYS.filter((key) => cache.ownerOf(key) === "c").length;
    expect(lost).toBeGreaterThan(0);
    await c.stop();
    await nodesAre("a", "b");
    await readAll(cache);
    expect(cache.stats.misses).toBe(KEYS.length + lost);
  });

  it.runIf(isThere)(
    "reads through another node while the registration of a dead one is still there",
    async () => {
      const started = programs.start(server.connectString, "node", "z", "--store", store);
      const pid = Number((await started.said(/z: \S+(?: \(pid (\d+)\))? registered/))[1]);
      await startNode("a", store);
      const { cache, nodesAre } = await startCache({ downMs: 60_000 });
      await nodesAre("a", "z");
      await readAll(cache);
      const lost = KEYS.filter((key) => cache.ownerOf(key) === "z").length;
      expect(lost).toBeGreaterThan(0);
      // Of its session's 10 s the registration lasts most.
      await started.end("SIGKILL");
      if (store === "redis") process.kill(pid, "SIGKILL");
      expect(await readAll(cache)).toEqual(KEYS.map((key) => `value of ${key}`));
      expect(cache.ownerOf(KEYS.find((key) => cache.ownerOf(key) === "z") as string)).toBe("z");
      expect(cache.stats.standIns).toBeGreaterThan(0);
      const { hits } = cache.stats;
      await readAll(cache);
      expect(cache.stats.hits - hits, "the stand-in has them now").toBe(KEYS.length);
    },
    30_000,
  );
});

describe("cache nodes that are killed", () => {
  it("go from the ring when their session has ended, and get the same keys when they come back", async () => {
    const start = () =>
      programs.start(server.connectString, "node", "z", "--store", "in-process", "--session-timeout-ms", "1000");
    const z = start();
    await z.said("z: in-process registered");
    await startNode("a");
    const { cache, nodesAre } = await startCache();
    await nodesAre("a", "z");
    const its = KEYS.filter((key) => cache.ownerOf(key) === "z");
    expect(its.length).toBeGreaterThan(0);
    await z.end("SIGKILL");
    await nodesAre("a");
    const again = start();
    await nodesAre("a", "z");
    expect(KEYS.filter((key) => cache.ownerOf(key) === "z")).toEqual(its);
    expect((await again.end("SIGTERM")).code).toBe(0);
  }, 30_000);

  it.runIf(redis)("unregisters and ends with an error when its Redis has died", async () => {
    const a = await startNode("a", "redis");
    const { nodesAre } = await startCache();
    await nodesAre("a");
    const failed = expect(a.running).rejects.toThrow("a: redis-server ended with SIGKILL. Start this node again.");
    process.kill(a.pid, "SIGKILL");
    await failed;
    await nodesAre();
  });

  it.runIf(redis)("ends Redis when it cannot go on", async () => {
    const ended = new AbortController();
    ended.abort(new Error("not now"));
    await expect(startRedis({ bytesMax: 1 << 20, signal: ended.signal })).rejects.toThrow("not now");
  });

  it("says how it is called", async () => {
    const { code, problems } = await programs.start(server.connectString, "node", "a", "--store", "disk").ended;
    expect(code).toBe(2);
    expect(problems).toContain("--store is disk: it must be redis or in-process.");
  });
});
