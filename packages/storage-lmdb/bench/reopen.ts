/** Time to open after a kill, for trees of different sizes and logs of different lengths. Run: see README.md. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
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
    console.log(`  open after an orderly close: ${list(times)} ms`);

    // What a kill leaves: the files as they are while the engine has them open, with entries to replay.
    const running = await openLmdbEngine({ folder, tables: ["t"] });
    let last: LogPosition = running.log.last;
    const more = Array.from({ length: 1000 }, () => {
      const entry = { index: last.index + 1, epoch: 1, counter: last.index + 1, kind: TRANSACTION, payload };
      last = { ...entry, chain: chainOf(last.chain, entry) };
      return last as LogEntry;
    });
    await running.log.append(more, last.index);
    const killed: number[] = [];
    for (let n = 0; n < 3; n++) {
      const copy = `${folder}-copy`;
      for (const name of ["log", "state", "meta"]) cpSync(join(folder, name), join(copy, name), { recursive: true });
      const recovered = await openLmdbEngine({ folder: copy, tables: ["t"] });
      killed.push(recovered.recovery.elapsedMs);
      if (recovered.recovery.replayEntries !== 1000) throw new Error(`${recovered.recovery.replayEntries} to replay`);
      await recovered.close();
      rmSync(copy, { recursive: true });
    }
    console.log(`  open after a kill, 1000 entries to replay: ${list(killed)} ms`);
    await running.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function list(times: readonly number[]): string {
  return times.map((ms) => ms.toFixed(1)).join(", ");
}
