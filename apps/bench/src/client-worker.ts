/**
 * One client package at work in a process of its own: `depth` loops that each await an answer before they ask again.
 * Called as `client-worker NAME FOLDER PORT OPERATION DEPTH WARM SECONDS`; prints one line of JSON.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { createHistogram } from "node:perf_hooks";
import { connect } from "@rookery/client";

/** What every package can do, in its own way of waiting. */
interface Worker {
  create(path: string, data: Buffer): Promise<unknown>;
  get(path: string): Promise<unknown>;
  set(path: string, data: Buffer): Promise<unknown>;
  close(): Promise<unknown>;
}

const VALUE = Buffer.alloc(128, "x");
const ZNODES = 1000;
const SESSION_MS = 30_000;
const [name = "", folder = "", port = "", operation = "", depth = "", warm = "", seconds = ""] = process.argv.slice(2);
const packages = createRequire(join(folder, "package.json"));
const address = `127.0.0.1:${port}`;

const open: Readonly<Record<string, () => Promise<Worker>>> = {
  "@rookery/client": async () => {
    const zk = await connect(address, { sessionTimeoutMs: SESSION_MS });
    return {
      create: (path, data) => zk.create(path, data, { parents: true }),
      get: (path) => zk.get(path),
      set: (path, data) => zk.set(path, data),
      close: () => zk.close(),
    };
  },
  "node-zookeeper-client": async () => {
    const zookeeper = packages("node-zookeeper-client");
    const zk = zookeeper.createClient(address, { sessionTimeout: SESSION_MS });
    await new Promise((resolve) => {
      zk.once("connected", resolve);
      zk.connect();
    });
    // Its callbacks are made into promises by the least there is, as the others give promises.
    const call = (act: (done: (error: Error | null, value?: unknown) => void) => void) =>
      new Promise((resolve, reject) =>
        act((error, value) => {
          if (error) reject(error);
          else resolve(value);
        }),
      );
    return {
      create: (path, data) => call((done) => zk.mkdirp(path, data, done)),
      get: (path) => call((done) => zk.getData(path, done)),
      set: (path, data) => call((done) => zk.setData(path, data, -1, done)),
      close: async () => zk.close(),
    };
  },
  zookeeper: async () => {
    const { Promise: Client } = packages("zookeeper");
    const zk = new Client({ connect: address, timeout: SESSION_MS, debug_level: 1, host_order_deterministic: true });
    await new Promise((resolve) => {
      zk.once("connect", resolve);
      zk.init({});
    });
    return {
      create: async (path, data) => {
        const parts = path.split("/").slice(1, -1);
        for (let at = 1; at <= parts.length; at++)
          await zk.create(`/${parts.slice(0, at).join("/")}`, "", 0).catch(() => {});
        return zk.create(path, data, 0);
      },
      get: (path) => zk.get(path, false),
      set: (path, data) => zk.set(path, data, -1),
      close: async () => zk.close(),
    };
  },
};

const worker = await (open[name] as () => Promise<Worker>)();
const paths = Array.from({ length: ZNODES }, (_, at) => `/clients/z${at}`);
const root = await worker.get(paths.at(-1) as string).catch(() => undefined);
if (root === undefined) for (const path of paths) await worker.create(path, VALUE);

const latencies = createHistogram();
let operations = 0;
let until = 0;
let at = 0;

async function loop(): Promise<void> {
  while (performance.now() < until) {
    const path = paths[at++ % ZNODES] as string;
    const begun = performance.now();
    if (operation === "reads") await worker.get(path);
    else await worker.set(path, VALUE);
    latencies.record(Math.max(1, Math.round((performance.now() - begun) * 1000)));
    operations++;
  }
}

async function loops(ms: number): Promise<void> {
  until = performance.now() + ms;
  await Promise.all(Array.from({ length: Number(depth) }, loop));
}

await loops(Number(warm) * 1000);
operations = 0;
latencies.reset();
const cpu = process.cpuUsage();
const begun = performance.now();
await loops(Number(seconds) * 1000);
const elapsed = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  `${JSON.stringify({
    perSecond: operations / elapsed,
    cpuMicros: (user + system) / operations,
    p99Ms: latencies.percentile(99) / 1000,
  })}\n`,
);
await worker.close();
// Another package's timers are its own affair.
process.exit(0);
