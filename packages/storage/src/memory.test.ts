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
    return openMemoryEngine({ disk, tables, nonce: 2 ** 40 + disks.size, ...identity });
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

  it("after a failed flush may find any part of it, and of what else was under way", async () => {
    for (const kept of [0, 2, 3]) {
      const engine = openMemoryEngine({ tables: ["t"] });
      engine.hold();
      const appended = engine.log.append(entriesAfter(GENESIS, 3), 0);
      const promised = engine.writeMeta({ ...engine.meta, acceptedEpoch: 9 });
      await turn();
      const { log, meta } = engine.pending as { log: Flush; meta: Flush };
      log.fail();
      meta.complete();
      await expect(appended).rejects.toMatchObject({ code: "FAILED" });
      await expect(promised).rejects.toMatchObject({ code: "FAILED" });
      const next = engine.crash({ log: kept, meta: kept > 0 });
      expect(next.log.last.index).toBe(kept);
      expect(next.meta.acceptedEpoch).toBe(kept > 0 ? 9 : 0);
    }
  });

  it("keeps an installation whole or not at all, wherever it was", async () => {
    const position = { index: 50, epoch: 3, counter: 7, chain: 99 };
    const row = { table: 0, key: Buffer.from("a"), value: Buffer.from("new") };
    for (const when of ["put", "finish, lost", "finish, kept", "finished"]) {
      const flushes: Flush[] = [];
      const engine = openMemoryEngine({ tables: ["t"], schedule: (flush) => flushes.push(flush) });
      const complete = async (operation: string): Promise<void> => {
        await turn();
        expect(flushes.map((flush) => flush.operation)).toEqual([operation]);
        flushes.pop()?.complete();
        await turn();
      };
      void engine.log.append(entriesAfter(GENESIS, 3), 0);
      await complete("append");
      void engine.state.commit([{ ...row, value: Buffer.from("old") }], GENESIS);
      await complete("commit");
      const installation = await engine.install(position);
      void installation.put([row]);
      if (when !== "put") {
        await complete("put");
        void installation.finish();
        if (when === "finished") await complete("finish");
      }
      await turn();
      const next = engine.crash({ install: when === "put" || when === "finish, kept" });
      const installed = when === "finish, kept" || when === "finished";
      expect(Buffer.from(next.state.get(0, row.key) ?? []).toString(), when).toBe(installed ? "new" : "old");
      expect(next.state.applied, when).toEqual(installed ? position : GENESIS);
      expect([next.log.firstIndex, next.log.last.index], when).toEqual(installed ? [51, 50] : [1, 3]);
    }
  });
});

describe("a disk in memory", () => {
  it("has the identity it was given, for good", async () => {
    const disk = new MemoryDisk();
    await using engine = openMemoryEngine({ tables: [], disk, nonce: 77 });
    expect(engine.meta).toMatchObject({ nonce: 77, founders: [] });
    expect(engine.crash().meta.nonce).toBe(77);
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

  it("carries one flush a lane, and the lanes do not wait for each other", async () => {
    const flushes: Flush[] = [];
    const engine = openMemoryEngine({ tables: ["t"], schedule: (flush) => flushes.push(flush) });
    const first = engine.log.append(entriesAfter(GENESIS, 2), 0);
    const promises = [1, 2].map((acceptedEpoch) => engine.writeMeta({ ...engine.meta, acceptedEpoch }));
    const committed = engine.state.commit([], GENESIS);
    const installation = await engine.install({ index: 9, epoch: 1, counter: 1, chain: 1 });
    const puts = ["a", "b"].map((key) =>
      installation.put([{ table: 0, key: Buffer.from(key), value: Buffer.from("1") }]),
    );
    await turn();
    const cut = engine.log.truncate(1);
    const second = engine.log.append(
      entriesAfter(engine.log.last, 1, () => Buffer.from("other")),
      0,
    );
    const rest = [first, cut, second, ...promises, committed, ...puts];
    const seen: string[] = [];
    while (flushes.length > 0) {
      // The newest first: no order between lanes is needed, and within one there is nothing to choose.
      const flush = flushes.pop() as Flush;
      seen.push(`${flush.lane}:${flush.operation}`);
      flush.complete();
      await turn();
    }
    await Promise.all(rest);
    const of = (lane: string): string[] => seen.filter((what) => what.startsWith(`${lane}:`));
    expect(of("log")).toEqual(["log:append", "log:truncate", "log:append"]);
    expect(of("meta")).toEqual(["meta:meta", "meta:meta"]);
    expect(of("install")).toEqual(["install:put", "install:put"]);
    expect(of("state")).toEqual(["state:commit"]);
    await installation.abort();
  });
});

async function turn(): Promise<void> {
  await new Promise(setImmediate);
}
