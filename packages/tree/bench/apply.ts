/** Processor time of applied transactions, in microseconds each. Run: see README.md. */
import { openMemoryEngine } from "@rookery/storage";
import { applyTransaction, type Change, STATE_TABLES, Tree } from "../src/index.ts";

const COUNT = 50_000;
const ROUNDS = 40;
const DATA = Buffer.alloc(100, 7);
const OTHER = Buffer.alloc(100, 8);
const OPEN_ACL = new Uint8Array(0);

const create = (path: string, parentCversion: number): Change => ({
  type: "create",
  path,
  data: DATA,
  acl: OPEN_ACL,
  kind: 0,
  ttlMs: 0,
  parentCversion,
  withStat: false,
});

/** 100 parents, so that neither one hot parent nor a cold one a create decides. */
const parents = Array.from({ length: 100 }, (_, n) => create(`/parent${n}`, n + 1));
const paths = Array.from({ length: COUNT }, (_, n) => `/parent${n % 100}/node${String(n).padStart(10, "0")}`);
const loads: readonly (readonly [string, readonly Change[]])[] = [
  ["create, 100 bytes", paths.map((path, n) => create(path, Math.floor(n / 100) + 1))],
  ["setData, 100 bytes", paths.map((path) => ({ type: "setData", path, data: OTHER, version: 1 }))],
  ["delete", paths.map((path) => ({ type: "delete", path }))],
];

const best = new Map<string, number>();
for (let round = 0; round < ROUNDS; round++) {
  const tree = new Tree(openMemoryEngine({ tables: STATE_TABLES }).state, { cacheBytesMax: 1 << 30 });
  let index = 0;
  const apply = (change: Change) => {
    index++;
    const transaction = { sessionHigh: 0, sessionLow: 1, xid: 1, timeMs: 1_700_000_000_000 + index, change };
    applyTransaction(tree, { index, epoch: 1, counter: index, chain: 0 }, transaction);
  };
  for (const change of parents) apply(change);
  for (const [name, changes] of loads) {
    const start = process.cpuUsage();
    for (const change of changes) apply(change);
    const { user, system } = process.cpuUsage(start);
    best.set(name, Math.min(best.get(name) ?? Infinity, (user + system) / COUNT));
    tree.takeCommit();
    tree.commitDone();
  }
}
for (const [name, us] of best) console.log(`${name.padEnd(24)} ${us.toFixed(2)} µs`);
