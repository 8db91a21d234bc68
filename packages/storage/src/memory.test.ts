import { describe, expect, it } from "vitest";
import { entriesAfter, type Faults, storageEngineSuite } from "./conformance.ts";
import type { StorageError } from "./engine.ts";
import { GENESIS, type LogEntry } from "./log.ts";
import { type Flush, MemoryDisk, type MemoryEngine, openMemoryEngine } from "./memory.ts";

const disks = new Map<string, MemoryDisk>();

storageEngineSuite({
  name: "memory",
  supports: { durability: true, lock: true },
  async open({ folder, tables, identity }) {
    const disk = disks.get(folder) ?? new MemoryDisk();
    disks.set(folder, disk);
    return openMemoryEngine({ disk, tables, ...identity });
  },
  faults(engine): Faults {
    const memory = engine as MemoryEngine;
    return {
      hold: () => memory.hold(),
      release: () => memory.release(),
      failNextLogFlush: () => memory.failNext("log"),
      fill: () => memory.setSpace("none"),
      makeRoom: () => memory.setSpace("ok"),
    };
  },
});

const UNBOUNDED = { entriesMax: Number.POSITIVE_INFINITY, bytesMax: Number.POSITIVE_INFINITY };

describe("a crash of the engine in memory", () => {
  it("keeps what was resolved and loses what was under way", async () => {
    const engine = openMemoryEngine({ tables: ["t"] });
    const entries = entriesAfter(GENESIS, 5);
    await engine.log.append(entries.slice(0, 3), 2);
    engine.hold();
    void engine.log.append(entries.slice(3), 0);
    void engine.state.commit([{ table: 0, key: Buffer.from("a"), value: Buffer.from("1") }], GENESIS);
    void engine.writeMeta({ ...engine.meta, acceptedEpoch: 9 });
    await turn();
    const next = engine.crash();
    expect(next.log.last.index).toBe(3);
    expect(next.state.get(0, Buffer.from("a"))).toBeUndefined();
    expect(next.meta.acceptedEpoch).toBe(0);
    expect(next.recovery).toMatchObject({ created: false, replayEntries: 3, tornBytes: 0, commitHint: 2 });
  });

  it("spares what it is told to: some of a batch, a commit, a record", async () => {
    const engine = openMemoryEngine({ tables: ["t"] });
    engine.hold();
    void engine.log.append(entriesAfter(GENESIS, 5), 0);
    void engine.state.commit([{ table: 0, key: Buffer.from("a"), value: Buffer.from("1") }], GENESIS);
    void engine.writeMeta({ ...engine.meta, acceptedEpoch: 9 });
    await turn();
    expect(engine.pending).toMatchObject({ log: { items: 5 }, state: { items: 1 }, meta: { items: 1 } });
    const next = engine.crash({ log: 2, torn: true, state: true, meta: true });
    expect(next.log.last.index).toBe(2);
    expect(next.state.get(0, Buffer.from("a"))).toEqual(Buffer.from("1"));
    expect(next.meta.acceptedEpoch).toBe(9);
    expect(next.recovery.tornBytes).toBeGreaterThan(0);
    expect(next.recovery.tornAt).toContain("after entry 2");
  });

  it("never settles what the engine before it had promised", async () => {
    const engine = openMemoryEngine({ tables: ["t"] });
    let settled = false;
    engine.hold();
    const appended = engine.log.append(entriesAfter(GENESIS, 1), 0);
    void appended.finally(() => {
      settled = true;
    });
    await turn();
    const flush = engine.pending.log as Flush;
    const next = engine.crash({ log: 1 });
    flush.complete();
    engine.release();
    await turn();
    expect(settled).toBe(false);
    expect(next.log.last.index).toBe(1);
    expect(() => engine.log.append([], 0)).toThrow(/invariant/);
  });

  it("keeps a truncation under way or loses it", async () => {
    for (const kept of [0, 1]) {
      const engine = openMemoryEngine({ tables: [] });
      await engine.log.append(entriesAfter(GENESIS, 4), 0);
      engine.hold();
      void engine.log.truncate(1);
      await turn();
      expect(engine.crash({ log: kept }).log.last.index).toBe(kept ? 1 : 4);
    }
  });
});

describe("the scheduled disk", () => {
  it("decides when and how each flush ends", async () => {
    const flushes: Flush[] = [];
    const engine = openMemoryEngine({ tables: ["t"], schedule: (flush) => flushes.push(flush) });
    const entries = entriesAfter(GENESIS, 3);
    const appended = engine.log.append(entries, 0);
    const committed = engine.state.commit([], entries[2] as LogEntry);
    await turn();
    expect(flushes.map(({ lane, items }) => [lane, items])).toEqual([["log", 3]]);
    flushes.pop()?.complete();
    await appended;
    await turn();
    expect(flushes.map(({ lane }) => lane)).toEqual(["state"]);
    const heard: StorageError[] = [];
    engine.onFailure = (error) => heard.push(error);
    flushes.pop()?.fail();
    await expect(committed).rejects.toMatchObject({ code: "FAILED" });
    expect(heard).toHaveLength(1);
    expect(await engine.log.read(1, UNBOUNDED)).toHaveLength(3);
  });
});

async function turn(): Promise<void> {
  await new Promise(setImmediate);
}
