/**
 * Writes to a folder as fast as it can until it is killed, and says what it was promised, one line each:
 * `open <last> <applied>`, `ack <index> <chain>`, `commit <index>`. Arguments: folder, seed.
 */
import { writeSync } from "node:fs";
import { chainOf, type LogEntry, type LogPosition, TRANSACTION } from "@rookery/storage";
import { openLmdbEngine } from "../src/index.ts";

const [folder, seed] = process.argv.slice(2) as [string, string];
let state = Number(seed) | 0;

const say = (line: string): void => void writeSync(1, `${line}\n`);
const engine = await openLmdbEngine({ folder, tables: ["t"], segmentBytes: 256 * 1024, spaceIntervalMs: 0 });
engine.onFailure = (error) => {
  say(`failed ${error.message}`);
  process.exit(1);
};
const { log } = engine;
say(`open ${log.last.index} ${engine.state.applied.index}`);

/** Positions by index, for the state to name. */
const positions = new Map<number, LogPosition>();
let acked = engine.state.applied;
let committing = false;

for (;;) {
  const entries: LogEntry[] = [];
  let previous: LogPosition = log.last;
  for (let n = random(30); n >= 0; n--) {
    const payload = Buffer.alloc(random(10) === 0 ? random(9000) : random(300), n);
    const entry = { index: previous.index + 1, epoch: 1, counter: previous.index + 1, kind: TRANSACTION, payload };
    previous = { ...entry, chain: chainOf(previous.chain, entry) };
    entries.push(previous as LogEntry);
  }
  const last = previous;
  positions.set(last.index, last);
  const appended = log.append(entries, acked.index).then(() => {
    acked = last;
    say(`ack ${last.index} ${last.chain}`);
    if (committing) return;
    committing = true;
    void commit(last);
  });
  if (random(4) === 0) await appended;
  else await new Promise(setImmediate);
  if (log.last.index - log.durableIndex > 2000) await appended;
}

async function commit(applied: LogPosition): Promise<void> {
  // Two keys that must agree, and one that says how far.
  const value = Buffer.from(`${applied.index}`);
  const changes = ["a", "b"].map((key) => ({ table: 0, key: Buffer.from(key), value }));
  for (let n = 0; n < 40; n++) {
    changes.push({ table: 0, key: Buffer.from(`k${(applied.index + n) % 5000}`), value: Buffer.alloc(500, n) });
  }
  await engine.state.commit(changes, applied);
  say(`commit ${applied.index}`);
  await log.trim(applied.index - 500);
  committing = false;
}

function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
  return Math.floor((state / 0x8000_0000) * below);
}
