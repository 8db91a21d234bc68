/** A cache spread over nodes: started as a node, or as a program that uses the cache. */
import { setTimeout as pause } from "node:timers/promises";
import { openClient, runProgram, type Surroundings, UsageError } from "../support/program.ts";
import { CacheClient } from "./cache-client.ts";
import { runNode } from "./node.ts";

const KEYS = 1000;
const REPORT_MS = 1000;
/** Reads under way at a time. */
const AT_A_TIME = 20;

await runProgram({
  usage: `Usage: node dist/cache/main.js node NAME [--store redis|in-process] [--weight NUMBER] [--megabytes COUNT] [--root PATH]
       node dist/cache/main.js load [--root PATH]

A node starts redis-server, or keeps the values itself, and registers. A load reads ${KEYS} values through the cache, again and
again, and says each second how many were cached.
  --store      what keeps the values (redis if it is installed)
  --weight     its share of the keys, compared with the others' (1)
  --megabytes  how much it may keep (64)
  --root       the znode that nodes are registered below (/caches)`,
  flags: ["store", "weight", "megabytes", "root"],
  async run(words, surroundings) {
    const { signal, out } = surroundings;
    const root = words.text("root", "/caches");
    if (words.first === "load") {
      words.exactly(1);
      await load(root, surroundings);
    } else if (words.first === "node") {
      const [, id] = words.exactly(2) as [string, string];
      if (id.includes("/")) throw new UsageError(`${id} must be a name without slashes.`);
      const store = words.text("store");
      if (store !== undefined && store !== "redis" && store !== "in-process")
        throw new UsageError(`--store is ${store}: it must be redis or in-process.`);
      const weight = words.integer("weight", 1, 1);
      const bytesMax = words.integer("megabytes", 64, 1) * 2 ** 20;
      await using client = await openClient(surroundings);
      await runNode({ client, root, id, weight, bytesMax, store, out, signal });
    } else throw new UsageError("Say what to be: node or load.");
  },
});

async function load(root: string, surroundings: Surroundings): Promise<void> {
  const { signal, out } = surroundings;
  await using client = await openClient(surroundings);
  await using cache = new CacheClient(client, {
    root,
    onRing: ({ nodes, moved }) =>
      out(
        `nodes: ${nodes.join(", ") || "none"}; ${(moved * 100).toFixed(1)} % of the keys have another node than before`,
      ),
  });
  await cache.ready(signal);
  // In place of a database that takes its time.
  const source = async (key: string) => {
    await pause(5);
    return `value of ${key}`;
  };
  let before = cache.stats;
  let reportedMs = performance.now();
  for (let at = 0; ; at = (at + AT_A_TIME) % KEYS) {
    const keys = Array.from({ length: AT_A_TIME }, (_, offset) => `product-${at + offset}`);
    await Promise.all(keys.map((key) => cache.through(key, source)));
    if (performance.now() - reportedMs >= REPORT_MS) {
      const { hits, misses, standIns } = cache.stats;
      const [hit, missed] = [hits - before.hits, misses - before.misses];
      const share = ((hit * 100) / (hit + missed)).toFixed(1);
      out(`${hit + missed} reads, ${share} % cached, ${standIns - before.standIns} calls answered by stand-ins`);
      before = cache.stats;
      reportedMs = performance.now();
    }
    await pause(2, undefined, { signal });
  }
}
