import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GENESIS, MemoryDisk, openMemoryEngine, type StateChange, type StateReader } from "@rookery/storage";
import { entriesAfter } from "@rookery/storage/conformance";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openLmdbEngine } from "./index.ts";

type Step =
  | { readonly do: "commit"; readonly changes: readonly StateChange[] }
  | {
      readonly do: "scan";
      readonly table: number;
      readonly from: Uint8Array;
      readonly to: Uint8Array;
      readonly limit: number;
    }
  | { readonly do: "snapshot" }
  | { readonly do: "reopen" };

// Few bytes, so that keys meet, extend each other and are removed again.
const key = fc
  .array(fc.constantFrom(0, 1, 127, 128, 255), { minLength: 1, maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes));
const value = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.integer({ min: 1000, max: 20_000 }).map((length) => new Uint8Array(length).fill(length)),
);
const change: fc.Arbitrary<StateChange> = fc.record({
  table: fc.integer({ min: 0, max: 1 }),
  key,
  value: fc.option(value, { nil: undefined, freq: 3 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("commit" as const), changes: fc.array(change, { maxLength: 30 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("scan" as const),
      table: fc.integer({ min: 0, max: 1 }),
      from: key,
      to: key,
      limit: fc.integer({ min: 0, max: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "snapshot" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "reopen" as const }) },
);

describe("any run of commits, snapshots and reopens", () => {
  it("shows the same tables as the engine in memory", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const folder = await mkdtemp(join(tmpdir(), "rookery-state-"));
        const options = { folder, tables: ["a", "b"], segmentBytes: 64 * 1024, spaceIntervalMs: 0 };
        const disk = new MemoryDisk();
        let ours = await openLmdbEngine(options);
        let model = openMemoryEngine({ tables: options.tables, disk });
        try {
          for (const now of steps) {
            if (now.do === "commit") {
              const entries = entriesAfter(ours.log.last, 1);
              const before = ours.state.snapshot();
              const was = all(before);
              await Promise.all([ours, model].map((engine) => engine.log.append(entries, 0)));
              await Promise.all([ours, model].map((engine) => engine.state.commit(now.changes, entries[0] ?? GENESIS)));
              expect(all(before)).toEqual(was);
              before.close();
              for (const { table, key: changed } of now.changes) {
                expect(text(ours.state.get(table, changed))).toBe(text(model.state.get(table, changed)));
              }
            } else if (now.do === "scan") {
              expect(scan(ours.state, now.table, now)).toEqual(scan(model.state, now.table, now));
            } else if (now.do === "snapshot") {
              const snapshot = ours.state.snapshot();
              expect(all(snapshot)).toEqual(all(model.state));
              expect(snapshot.applied.index).toBe(model.state.applied.index);
              snapshot.close();
            } else {
              await ours.close();
              await model.close();
              ours = await openLmdbEngine(options);
              model = openMemoryEngine({ tables: options.tables, disk });
            }
            expect(ours.state.applied.index).toBe(model.state.applied.index);
          }
          expect(all(ours.state)).toEqual(all(model.state));
        } finally {
          await ours.close();
          await rm(folder, { recursive: true });
        }
      }),
      { numRuns: 15, seed: 7 },
    );
  });
});

function all(reader: StateReader): string[][] {
  return [0, 1].map((table) => scan(reader, table, { from: new Uint8Array(), to: new Uint8Array(5).fill(255) }));
}

function scan(
  reader: StateReader,
  table: number,
  range: { readonly from: Uint8Array; readonly to: Uint8Array; readonly limit?: number },
): string[] {
  const found: string[] = [];
  reader.scan(table, range, (at, held) => void found.push(`${text(at)}=${text(held)}`));
  return found;
}

function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "none" : Buffer.from(Uint8Array.from(bytes)).toString("latin1");
}
