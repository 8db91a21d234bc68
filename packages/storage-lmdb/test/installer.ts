/**
 * Installs one state after the other, with a little log between, until it is killed, and says what it was promised, one line each:
 * `open <last> <applied>`, `ack <index>`, `commit <index>`, `installed <index>`. All rows of a state name the index it was
 * installed at or committed at. Arguments: folder, seed.
 */
import { writeSync } from "node:fs";
import { chainOf, type LogEntry, TRANSACTION } from "@rookery/storage";
import { openLmdbEngine } from "../src/index.ts";

const [folder, seed] = process.argv.slice(2) as [string, string];
let state = Number(seed) | 0;

const say = (line: string): void => void writeSync(1, `${line}\n`);
const engine = await openLmdbEngine({ folder, tables: ["t"], segmentBytes: 64 * 1024, spaceIntervalMs: 0 });
const { log } = engine;
say(`open ${log.last.index} ${engine.state.applied.index}`);

const KEYS = Array.from({ length: 200 }, (_, n) => Buffer.from(`k${1000 + n}`));

for (;;) {
  const index = log.last.index + 10 + random(20);
  const installation = await engine.install({ index, epoch: 1, counter: index, chain: index });
  const rows = KEYS.map((key) => ({ table: 0, key, value: Buffer.from(`${index}`.padEnd(50 + random(400))) }));
  for (let at = 0; at < rows.length; at += 50) {
    const put = installation.put(rows.slice(at, at + 50));
    if (random(3) === 0) await Promise.all([put, append()]);
    else await put;
  }
  if (random(4) === 0) {
    await installation.abort();
  } else {
    await installation.finish();
    say(`installed ${index}`);
  }
  await append();
  const { last } = log;
  const value = Buffer.from(`${last.index}`.padEnd(60));
  await engine.state.commit(
    KEYS.map((key) => ({ table: 0, key, value })),
    last,
  );
  say(`commit ${last.index}`);
  await append();
}

async function append(): Promise<void> {
  const payload = Buffer.alloc(random(3000), 1);
  const { index, chain } = log.last;
  const entry = { index: index + 1, epoch: 1, counter: index + 1, kind: TRANSACTION, payload };
  const appended: LogEntry = { ...entry, chain: chainOf(chain, entry) };
  await log.append([appended], 0);
  say(`ack ${appended.index}`);
}

function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
  return Math.floor((state / 0x8000_0000) * below);
}
