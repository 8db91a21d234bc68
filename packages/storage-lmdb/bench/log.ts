/** Durable appends through the engine: entries/s and latency by batch size, beside the bare write. Run: see README.md. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chainOf, type LogEntry, type LogPosition, TRANSACTION } from "@rookery/storage";
import { openLmdbEngine, realFiles } from "../src/index.ts";

const folder = mkdtempSync(join(process.argv[2] ?? process.cwd(), "bench-log-"));
const payload = Buffer.alloc(200, 7);

try {
  const raw = await realFiles.open(join(folder, "raw"), "create");
  await raw.write(Buffer.alloc(32 * 1024 * 1024), 0);
  const rawTimes: number[] = [];
  for (let n = 0; n < 2000; n++) {
    const began = performance.now();
    await raw.write(payload, n * 256);
    rawTimes.push(performance.now() - began);
  }
  print("bare write of 200 bytes, one at a time", 1, rawTimes);
  await raw.close();

  const engine = await openLmdbEngine({ folder: join(folder, "engine"), tables: ["t"] });
  let last: LogPosition = engine.log.last;
  for (const size of [1, 16, 128, 1024, 4096]) {
    const times: number[] = [];
    const rounds = Math.max(50, Math.min(2000, 400_000 / size));
    for (let round = 0; round < rounds; round++) {
      const entries = entriesFrom(last, size);
      last = entries.at(-1) as LogEntry;
      const began = performance.now();
      await engine.log.append(entries, last.index);
      times.push(performance.now() - began);
    }
    print(`appends of ${size}, one at a time`, size, times);
  }
  for (const size of [16, 128, 512]) {
    // Several appends at once, as the server does: the next batch fills while the disk is busy.
    const rounds = Math.floor(600_000 / size);
    const began = performance.now();
    const inFlight: Promise<void>[] = [];
    let building = 0;
    for (let round = 0; round < rounds; round++) {
      const built = performance.now();
      const entries = entriesFrom(last, size);
      building += performance.now() - built;
      last = entries.at(-1) as LogEntry;
      inFlight.push(engine.log.append(entries, last.index));
      if (inFlight.length >= 8) await inFlight.shift();
      if (round % 4 === 0) await new Promise(setImmediate);
    }
    await Promise.all(inFlight);
    const elapsed = performance.now() - began;
    const rate = (rounds * size) / (elapsed - building);
    console.log(
      `appends of ${size}, 8 waiting: ${Math.round(rate)} k entries/s (without the time to make entries and chains)`,
    );
  }
  console.log("engine", engine.sizes());
  await engine.close();
} finally {
  rmSync(folder, { recursive: true });
}

function entriesFrom(last: LogPosition, count: number): LogEntry[] {
  const entries: LogEntry[] = [];
  let previous = last;
  for (let n = 0; n < count; n++) {
    const entry = { index: previous.index + 1, epoch: 1, counter: previous.index + 1, kind: TRANSACTION, payload };
    previous = { ...entry, chain: chainOf(previous.chain, entry) };
    entries.push(previous as LogEntry);
  }
  return entries;
}

function print(name: string, entries: number, times: number[]): void {
  const total = times.reduce((sum, time) => sum + time, 0);
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor(sorted.length * part)] as number).toFixed(3);
  const rate = ((times.length * entries) / total).toFixed(1);
  console.log(`${name}: ${rate} k entries/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(0.9999)} ms`);
}
