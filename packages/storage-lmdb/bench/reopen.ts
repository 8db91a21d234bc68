/** Time to open after a kill, for trees of different sizes and logs of different lengths. Run: see README.md. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chainOf, type LogEntry, type LogPosition, type StateChange, TRANSACTION } from "@rookery/storage";
import { openLmdbEngine } from "../src/index.ts";

const value = Buffer.alloc(160, 7);
const payload = Buffer.alloc(200, 7);

for (const keys of [1_000, 100_000, 1_000_000]) {
  const folder = mkdtempSync(join(process.argv[2] ?? process.cwd(), "bench-reopen-"));
  try {
    const engine = await openLmdbEngine({ folder, tables: ["t"] });
    for (let made = 0; made < keys; made += 10_000) {
      const changes: StateChange[] = [];
      let last: LogPosition = engine.log.last;
      const entries: LogEntry[] = [];
      for (let n = made; n < Math.min(keys, made + 10_000); n++) {
        const key = Buffer.alloc(16);
        key.writeUInt32BE(Math.imul(n, 2_654_435_761) >>> 0);
        key.writeUInt32BE(n, 4);
        changes.push({ table: 0, key, value });
        const entry = { index: last.index + 1, epoch: 1, counter: last.index + 1, kind: TRANSACTION, payload };
        last = { ...entry, chain: chainOf(last.chain, entry) };
        entries.push(last as LogEntry);
      }
      await engine.log.append(entries, last.index);
      await engine.state.commit(changes, last);
    }
    const { stateBytes, logBytes } = engine.sizes();
    await engine.close();
    const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;
    console.log(`${keys} keys and as many entries (state about ${megabytes(stateBytes)}, log ${megabytes(logBytes)})`);
    const times: number[] = [];
    for (let n = 0; n < 5; n++) {
      const reopened = await openLmdbEngine({ folder, tables: ["t"] });
      times.push(reopened.recovery.elapsedMs);
      await reopened.close();
    }
    console.log(`  open after an orderly close: ${times.map((ms) => ms.toFixed(1)).join(", ")} ms`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
