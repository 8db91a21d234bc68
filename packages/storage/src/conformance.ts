/** The suite every storage engine passes. Run it on your own: `storageEngineSuite({ name, supports, open })` in a vitest file. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chainOf } from "./chain.ts";
import type { Meta, Space, StorageEngine, StorageError } from "./engine.ts";
import { EPOCH_START, GENESIS, type LogEntry, type LogPosition, PINS_MAX, TRANSACTION } from "./log.ts";
import { KEY_BYTES_MAX, SNAPSHOTS_MAX, type StateChange, type StateReader } from "./state.ts";

export interface OpenOptions {
  /** A folder of this case's own, removed after it. An engine that keeps no files may use it as a name. */
  readonly folder: string;
  readonly tables: readonly string[];
  readonly identity?: { readonly sid: number; readonly clusterId: string };
}

/** What the suite can do to the medium below an engine. */
export interface Faults {
  /** Flushes of the log wait from now on. */
  hold(): void;
  /** Those held go through, and so do all later ones. */
  release(): void;
  failNextLogFlush(): void;
  /** Takes the room away: an append of 700 kB does not fit any more. Resolves when the engine has noticed. */
  fill(): Promise<void> | void;
  /** Gives it back. */
  makeRoom(): Promise<void> | void;
}

export interface Subject {
  readonly name: string;
  readonly supports: {
    /** What was resolved is there after a reopen. */
    readonly durability: boolean;
    /** A second open of a folder in use is refused. */
    readonly lock: boolean;
  };
  open(options: OpenOptions): Promise<StorageEngine>;
  /** Leave it out, and the cases about failures are skipped. */
  readonly faults?: (engine: StorageEngine) => Faults;
}

/** Makes `count` entries that follow `last`. */
export function entriesAfter(
  last: LogPosition,
  count: number,
  payload: (index: number) => Uint8Array = (index) => Buffer.from(`entry ${index}`),
): LogEntry[] {
  const entries: LogEntry[] = [];
  let previous = last;
  for (let made = 0; made < count; made++) {
    const index = previous.index + 1;
    const entry = {
      index,
      epoch: Math.max(1, previous.epoch),
      counter: previous.epoch === 0 ? 0 : previous.counter + 1,
      kind: previous.epoch === 0 ? EPOCH_START : TRANSACTION,
      payload: payload(index),
    };
    previous = { ...entry, chain: chainOf(previous.chain, entry) };
    entries.push(previous as LogEntry);
  }
  return entries;
}

const UNBOUNDED = { entriesMax: Number.POSITIVE_INFINITY, bytesMax: Number.POSITIVE_INFINITY };
const LEAST = new Uint8Array([0]);
const MOST = new Uint8Array(KEY_BYTES_MAX).fill(255);

export function storageEngineSuite({ name, supports, open, faults }: Subject): void {
  describe(`storage engine: ${name}`, () => {
    let folder: string;
    let opened: StorageEngine[];
    const tables = ["nodes", "children", "sessions"];
    const openHere = async (): Promise<StorageEngine> => {
      const engine = await open({ folder, tables });
      opened.push(engine);
      return engine;
    };
    const append = async ({ log }: StorageEngine, count: number): Promise<LogEntry[]> => {
      const entries = entriesAfter(log.last, count);
      await log.append(entries, 0);
      return entries;
    };

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "rookery-storage-"));
      opened = [];
    });

    afterEach(async () => {
      for (const engine of opened) await engine.close();
      await rm(folder, { recursive: true, force: true });
    });

    describe("a new folder", () => {
      it("is an empty member that says it was created", async () => {
        const { log, state, recovery, meta, space } = await openHere();
        expect(recovery).toMatchObject({ created: true, replayEntries: 0, tornBytes: 0, tornAt: undefined });
        expect(log.last).toEqual(GENESIS);
        expect(log.firstIndex).toBe(1);
        expect(log.durableIndex).toBe(0);
        expect(state.applied).toEqual(GENESIS);
        expect(meta).toMatchObject({
          incarnation: 1,
          acceptedEpoch: 0,
          acceptedLeader: 0,
          damaged: false,
          founders: [],
          belongs: false,
        });
        expect(Number.isSafeInteger(meta.nonce) && meta.nonce >= 1).toBe(true);
        expect(space).toBe("ok");
      });
    });

    describe("log", () => {
      it("gives back what was appended", async () => {
        const { log } = await openHere();
        const entries = entriesAfter(GENESIS, 3);
        await log.append(entries, 0);
        expect(plain(await log.read(1, UNBOUNDED))).toEqual(plain(entries));
        expect(position(log.last)).toEqual(position(entries[2] as LogEntry));
        expect(log.durableIndex).toBe(3);
      });

      it("keeps empty and large payloads", async () => {
        const { log } = await openHere();
        const entries = entriesAfter(GENESIS, 3, (index) =>
          Buffer.alloc([0, 1_500_000, 7][index - 1] as number, index),
        );
        await log.append(entries, 0);
        expect(plain(await log.read(1, UNBOUNDED))).toEqual(plain(entries));
      });

      it("shows entries at once and counts them durable when their append resolves", async () => {
        const { log } = await openHere();
        const entries = entriesAfter(GENESIS, 2);
        const appended = log.append(entries, 0);
        expect(log.last.index).toBe(2);
        expect(log.durableIndex).toBe(0);
        expect(await log.read(1, UNBOUNDED)).toHaveLength(2);
        await appended;
        expect(log.durableIndex).toBe(2);
      });

      it("resolves appends in order", async () => {
        const { log } = await openHere();
        const order: number[] = [];
        const waits: Promise<unknown>[] = [];
        for (let turn = 0; turn < 20; turn++) {
          const last = log.last.index;
          waits.push(
            log.append(entriesAfter(log.last, 3), 0).then(() => {
              expect(log.durableIndex).toBeGreaterThanOrEqual(last + 3);
              order.push(turn);
            }),
          );
          if (turn % 3 === 0) await new Promise(setImmediate);
        }
        await Promise.all(waits);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(log.durableIndex).toBe(60);
      });

      it("resolves an append of nothing when all before it is durable", async () => {
        const { log } = await openHere();
        void log.append(entriesAfter(GENESIS, 2), 0);
        await log.append([], 0);
        expect(log.durableIndex).toBe(2);
      });

      it("takes more entries at once than one flush carries", async () => {
        const { log } = await openHere();
        const entries = entriesAfter(GENESIS, 10_000);
        await log.append(entries, 0);
        expect(log.durableIndex).toBe(10_000);
        expect(plain(await log.read(9_999, UNBOUNDED))).toEqual(plain(entries.slice(9_998)));
      });

      it("refuses a gap, a repetition, a zxid that does not ascend and a wrong chain as bugs", async () => {
        const { log } = await openHere();
        const [first, second, third] = entriesAfter(GENESIS, 3) as [LogEntry, LogEntry, LogEntry];
        await log.append([first], 0);
        const refused = async (entry: LogEntry): Promise<void> => {
          await expect(async () => log.append([entry], 0)).rejects.toThrow(/invariant/);
        };
        await refused(third);
        await refused(first);
        await refused({ ...second, chain: second.chain ^ 1 });
        const stale = { ...second, counter: 0 };
        await refused({ ...stale, chain: chainOf(first.chain, stale) });
        await log.append([second], 0);
        expect(log.last.index).toBe(2);
      });

      it("reads up to either bound, but at least one entry", async () => {
        const { log } = await openHere();
        await log.append(
          entriesAfter(GENESIS, 10, () => Buffer.alloc(100)),
          0,
        );
        const indexes = async (from: number, entriesMax: number, bytesMax: number): Promise<number[]> =>
          (await log.read(from, { entriesMax, bytesMax })).map(({ index }) => index);
        expect(await indexes(4, 3, 1e9)).toEqual([4, 5, 6]);
        expect(await indexes(4, 1e9, 250)).toEqual([4, 5]);
        expect(await indexes(4, 1e9, 200)).toEqual([4, 5]);
        expect(await indexes(4, 1e9, 1)).toEqual([4]);
        expect(await indexes(4, 0, 0)).toEqual([4]);
        expect(await indexes(9, 1e9, 1e9)).toEqual([9, 10]);
      });

      it("throws a RangeError for entries it does not hold", async () => {
        const { log } = await openHere();
        await expect(log.read(1, UNBOUNDED)).rejects.toThrow(RangeError);
        await log.append(entriesAfter(GENESIS, 2), 0);
        await expect(log.read(0, UNBOUNDED)).rejects.toThrow(RangeError);
        await expect(log.read(3, UNBOUNDED)).rejects.toThrow(RangeError);
      });

      it("forgets what is truncated and goes on from there with other entries", async () => {
        const { log } = await openHere();
        const entries = await append({ log } as StorageEngine, 10);
        await log.truncate(4);
        expect(position(log.last)).toEqual(position(entries[3] as LogEntry));
        expect(log.durableIndex).toBe(4);
        await expect(log.read(5, UNBOUNDED)).rejects.toThrow(RangeError);
        const others = entriesAfter(log.last, 3, (index) => Buffer.from(`other ${index}`));
        await log.append(others, 0);
        expect(plain(await log.read(1, UNBOUNDED))).toEqual(plain([...entries.slice(0, 4), ...others]));
      });

      it("truncates everything, and nothing", async () => {
        const { log } = await openHere();
        await append({ log } as StorageEngine, 3);
        await log.truncate(3);
        expect(log.last.index).toBe(3);
        await log.truncate(0);
        expect(position(log.last)).toEqual(position(GENESIS));
        const entries = await append({ log } as StorageEngine, 2);
        expect(plain(await log.read(1, UNBOUNDED))).toEqual(plain(entries));
      });

      it("takes appends and truncations without waiting for each other", async () => {
        const { log } = await openHere();
        const all: Promise<void>[] = [];
        const first = entriesAfter(GENESIS, 5);
        all.push(log.append(first, 0));
        all.push(log.truncate(3));
        expect(log.last.index).toBe(3);
        const second = entriesAfter(log.last, 2, () => Buffer.from("b"));
        all.push(log.append(second, 0));
        all.push(log.truncate(4));
        const third = entriesAfter(log.last, 3, () => Buffer.from("c"));
        all.push(log.append(third, 0));
        let highest = 0;
        for (const step of all) {
          await step;
          expect(log.durableIndex).toBeLessThanOrEqual(log.last.index);
          highest = Math.max(highest, log.durableIndex);
        }
        expect(highest).toBe(7);
        expect(plain(await log.read(1, UNBOUNDED))).toEqual(
          plain([...first.slice(0, 3), ...second.slice(0, 1), ...third]),
        );
      });

      it("settles a truncation before the append asked for right after it", async () => {
        const { log } = await openHere();
        await append({ log } as StorageEngine, 10);
        const order: string[] = [];
        const truncated = log.truncate(4).then(() => order.push(`truncate ${log.durableIndex}`));
        const entries = entriesAfter(log.last, 2, () => Buffer.from("after"));
        const appended = log.append(entries, 0).then(() => order.push(`append ${log.durableIndex}`));
        await Promise.all([truncated, appended]);
        expect(order).toEqual(["truncate 4", "append 6"]);
        expect(plain(await log.read(5, UNBOUNDED))).toEqual(plain(entries));
      });

      it("is read from anywhere while it is appended to and truncated", async () => {
        const { log } = await openHere();
        /** The history as of each truncation: what a read returns is part of one of them. */
        const histories: LogEntry[][] = [[]];
        let writing = true;
        const write = async (): Promise<void> => {
          for (let round = 0; round < 40; round++) {
            let history = histories.at(-1) as LogEntry[];
            if (round % 5 === 4) {
              const to = log.last.index - 3;
              void log.truncate(to);
              history = history.slice(0, to);
              histories.push(history);
            }
            const entries = entriesAfter(log.last, 20, () => Buffer.alloc(300, round));
            history.push(...entries);
            const appended = log.append(entries, 0);
            if (round % 3 === 0) await appended;
            else await new Promise(setImmediate);
          }
          await log.append([], 0);
          writing = false;
        };
        const read = async (seed: number): Promise<void> => {
          let from = 1;
          for (let step = seed; writing || from <= log.last.index; step = (step * 7 + 3) % 101) {
            if (from > log.last.index) {
              from = Math.max(1, log.last.index - step);
              await new Promise(setImmediate);
              continue;
            }
            const oldest = histories.length - 1;
            const entries = await log.read(from, { entriesMax: 1 + (step % 30), bytesMax: 1e6 });
            const possible = histories
              .slice(oldest)
              .some((history) => entries.every(({ index, chain }) => history[index - 1]?.chain === chain));
            expect(possible, `entries from ${from} on are of one history`).toBe(true);
            from += entries.length;
          }
        };
        const done = write();
        await Promise.all([done, read(1), read(50)]);
        expect(plain(await log.read(1, UNBOUNDED))).toEqual(plain(histories.at(-1) as LogEntry[]));
      });

      it("refuses to truncate what the state has applied", async () => {
        const { log, state } = await openHere();
        const entries = entriesAfter(GENESIS, 4);
        await log.append(entries, 0);
        await state.commit([], entries[2] as LogEntry);
        await expect(async () => log.truncate(2)).rejects.toThrow(/invariant/);
        await expect(async () => log.truncate(5)).rejects.toThrow(/invariant/);
        await log.truncate(3);
      });

      it("never trims what the state has not applied, and reads on from what it keeps", async () => {
        const { log, state } = await openHere();
        const entries = entriesAfter(GENESIS, 50);
        await log.append(entries, 0);
        await log.trim(40);
        expect(log.firstIndex).toBe(1);
        await state.commit([], entries[29] as LogEntry);
        await log.trim(40);
        expect(log.firstIndex).toBeLessThanOrEqual(31);
        const from = log.firstIndex;
        expect(plain(await log.read(from, UNBOUNDED))).toEqual(plain(entries.slice(from - 1)));
        if (from > 1) await expect(log.read(from - 1, UNBOUNDED)).rejects.toThrow(RangeError);
      });

      it("keeps what is above a pin until that is released", async () => {
        const { log, state } = await openHere();
        const entries = entriesAfter(GENESIS, 60, () => Buffer.alloc(3000, 1));
        for (let at = 0; at < 60; at += 4) await log.append(entries.slice(at, at + 4), 0);
        await state.commit([], entries[49] as LogEntry);
        const pin = log.pin(20);
        const lower = log.pin(10);
        await log.trim(50);
        expect(log.firstIndex).toBeLessThanOrEqual(11);
        expect((await log.read(11, { entriesMax: 1, bytesMax: 1 }))[0]?.index).toBe(11);
        lower.release();
        lower.release();
        await log.trim(50);
        expect(log.firstIndex).toBeLessThanOrEqual(21);
        const { firstIndex } = log;
        pin.release();
        await log.trim(50);
        expect(log.firstIndex).toBeGreaterThanOrEqual(firstIndex);
        expect(log.firstIndex).toBeLessThanOrEqual(51);
        if (log.firstIndex > 1) expect(() => log.pin(log.firstIndex - 2)).toThrow(RangeError);
        log.pin(log.firstIndex - 1).release();
      });

      it("has a bounded number of pins", async () => {
        const { log } = await openHere();
        const pins = Array.from({ length: PINS_MAX }, () => log.pin(0));
        expect(() => log.pin(0)).toThrow(/invariant/);
        for (const pin of pins) pin.release();
        log.pin(0).release();
      });
    });

    describe.runIf(supports.durability)("reopening", () => {
      it("keeps entries, state, applied position and meta", async () => {
        const entries = entriesAfter(GENESIS, 20);
        const applied = entries[11] as LogEntry;
        const meta: Meta = {
          clusterId: "00000000000000ab",
          sid: 1,
          incarnation: 2,
          acceptedEpoch: 7,
          acceptedLeader: 3,
          damaged: true,
          nonce: 2 ** 53 - 1,
          belongs: true,
          founders: [
            { sid: 1, nonce: 2 ** 53 - 1 },
            { sid: 2, nonce: 7 },
          ],
        };
        {
          await using engine = await openHere();
          await engine.log.append(entries, 5);
          await engine.state.commit([put(0, "a", "1"), put(2, "b", "2")], applied);
          await engine.writeMeta(meta);
        }
        await using engine = await openHere();
        expect(engine.recovery).toMatchObject({ created: false, replayEntries: 8, tornBytes: 0 });
        expect(position(engine.log.last)).toEqual(position(entries[19] as LogEntry));
        expect(engine.log.durableIndex).toBe(20);
        expect(plain(await engine.log.read(1, UNBOUNDED))).toEqual(plain(entries));
        expect(position(engine.state.applied)).toEqual(position(applied));
        expect(text(engine.state.get(0, bytes("a")))).toBe("1");
        expect(text(engine.state.get(2, bytes("b")))).toBe("2");
        expect(engine.meta).toEqual(meta);
      });

      it("goes on where the log ended, many times", async () => {
        const all: LogEntry[] = [];
        for (let life = 0; life < 6; life++) {
          await using engine = await openHere();
          expect(engine.log.last.index).toBe(all.length);
          all.push(...(await append(engine, 5)));
          if (life % 2 === 1) {
            await engine.log.truncate(all.length - 2);
            all.length -= 2;
          }
        }
        await using engine = await openHere();
        expect(plain(await engine.log.read(1, UNBOUNDED))).toEqual(plain(all));
      });

      it("keeps the identity of its disk", async () => {
        let nonce = 0;
        {
          await using engine = await openHere();
          nonce = engine.meta.nonce;
        }
        await using engine = await openHere();
        expect(engine.meta.nonce).toBe(nonce);
      });

      it("keeps the last of several meta records", async () => {
        {
          await using engine = await openHere();
          const writes = [1, 2, 3].map((acceptedEpoch) => engine.writeMeta({ ...engine.meta, acceptedEpoch }));
          expect(engine.meta.acceptedEpoch).toBe(3);
          await Promise.all(writes);
        }
        await using engine = await openHere();
        expect(engine.meta.acceptedEpoch).toBe(3);
      });

      it("refuses another member's folder and changes nothing", async () => {
        const identity = { sid: 2, clusterId: "00000000000000aa" };
        await (await open({ folder, tables, identity })).close();
        await expect(open({ folder, tables, identity: { ...identity, sid: 3 } })).rejects.toMatchObject({
          code: "UNUSABLE",
        });
        await expect(
          open({ folder, tables, identity: { ...identity, clusterId: "00000000000000bb" } }),
        ).rejects.toMatchObject({ code: "UNUSABLE" });
        await using engine = await open({ folder, tables, identity });
        expect(engine.meta).toMatchObject(identity);
      });

      it("flushes what was asked for before it closes", async () => {
        {
          await using engine = await openHere();
          void engine.log.append(entriesAfter(GENESIS, 5), 0);
        }
        await using engine = await openHere();
        expect(engine.log.last.index).toBe(5);
      });
    });

    describe("state", () => {
      it("changes all tables together with the applied position", async () => {
        const { log, state } = await openHere();
        const [first, second] = entriesAfter(GENESIS, 2) as [LogEntry, LogEntry];
        await log.append([first, second], 0);
        await state.commit([put(0, "k", "v"), put(1, "k", "w")], first);
        expect(text(state.get(0, bytes("k")))).toBe("v");
        expect(text(state.get(1, bytes("k")))).toBe("w");
        expect(state.get(2, bytes("k"))).toBeUndefined();
        expect(position(state.applied)).toEqual(position(first));
        await state.commit([remove(0, "k"), remove(0, "never there"), put(1, "k", "x")], second);
        expect(state.get(0, bytes("k"))).toBeUndefined();
        expect(text(state.get(1, bytes("k")))).toBe("x");
        expect(position(state.applied)).toEqual(position(second));
      });

      it("takes the last of several changes of a key", async () => {
        const { state } = await openHere();
        await state.commit(
          [put(0, "a", "1"), remove(0, "a"), put(0, "b", "1"), put(0, "a", "2"), remove(0, "b")],
          GENESIS,
        );
        expect(text(state.get(0, bytes("a")))).toBe("2");
        expect(state.get(0, bytes("b"))).toBeUndefined();
      });

      it("keeps keys of one byte and of the greatest length, empty values and large ones", async () => {
        const { state } = await openHere();
        const long = Buffer.alloc(KEY_BYTES_MAX, 0x61);
        const large = Buffer.alloc(3_000_000, 9);
        await state.commit(
          [
            { table: 0, key: Buffer.from([0]), value: Buffer.alloc(0) },
            { table: 0, key: long, value: large },
            { table: 0, key: Buffer.from([255]), value: Buffer.from("end") },
          ],
          GENESIS,
        );
        expect(state.get(0, Buffer.from([0]))).toHaveLength(0);
        expect(same(state.get(0, long), large)).toBe(true);
        expect(text(state.get(0, new Uint8Array([255])))).toBe("end");
        const lengths: number[] = [];
        state.scan(0, { from: LEAST, to: MOST }, (_key, value) => void lengths.push(value.length));
        expect(lengths).toEqual([0, 3_000_000, 3]);
      });

      it("refuses keys that are empty or too long as bugs, before anything is written", async () => {
        const { state } = await openHere();
        for (const length of [0, KEY_BYTES_MAX + 1]) {
          const change = { table: 0, key: Buffer.alloc(length, 1), value: bytes("v") };
          await expect(async () => state.commit([put(0, "a", "1"), change], GENESIS)).rejects.toThrow(/invariant/);
        }
        expect(state.get(0, bytes("a"))).toBeUndefined();
        await state.commit([put(0, "a", "2")], GENESIS);
        expect(text(state.get(0, bytes("a")))).toBe("2");
      });

      it("scans bytewise from the first key on up to the last, which is left out", async () => {
        const { state } = await openHere();
        const keys = [[0], [0, 0], [0, 255], [1], [1, 0], [127], [128], [200, 1], [255], [255, 254]];
        const shuffled = [...keys.slice(5), ...keys.slice(0, 5)].reverse();
        await state.commit(
          shuffled.map((key) => ({ table: 1, key: Buffer.from(key), value: Buffer.from(key) })),
          GENESIS,
        );
        const scanned = (from: number[], to: number[], limit?: number): number[][] => {
          const found: number[][] = [];
          const range = { from: Buffer.from(from), to: Buffer.from(to), ...(limit === undefined ? {} : { limit }) };
          state.scan(1, range, (key, value) => {
            expect(same(key, value)).toBe(true);
            found.push([...key]);
          });
          const alone: number[][] = [];
          state.scanKeys(1, range, (key) => void alone.push([...key]));
          expect(alone).toEqual(found);
          return found;
        };
        expect(scanned([0], [255, 255])).toEqual(keys);
        expect(scanned([], [255, 255])).toEqual(keys);
        expect(scanned([0, 1], [128])).toEqual([[0, 255], [1], [1, 0], [127]]);
        expect(scanned([0], [255, 255], 2)).toEqual([[0], [0, 0]]);
        expect(scanned([0], [255, 255], 0)).toEqual([]);
        expect(scanned([2], [3])).toEqual([]);
        expect(scanned([255, 255], [0])).toEqual([]);
      });

      it("stops a scan when the visitor says so, and reads inside a scan", async () => {
        const { state } = await openHere();
        await state.commit(
          Array.from({ length: 100 }, (_, n) => put(0, `k${String(n).padStart(3, "0")}`, `${n}`)),
          GENESIS,
        );
        const seen: string[] = [];
        state.scan(0, { from: LEAST, to: MOST }, (key) => {
          const copy = Buffer.from(key);
          seen.push(text(state.get(0, copy)));
          return seen.length < 5;
        });
        expect(seen).toEqual(["0", "1", "2", "3", "4"]);
      });

      it("waits for the log before it says that an entry is applied", async () => {
        const { log, state } = await openHere();
        const entries = entriesAfter(GENESIS, 3);
        void log.append(entries, 0);
        await state.commit([put(0, "a", "1")], entries[2] as LogEntry);
        expect(log.durableIndex).toBe(3);
        await expect(async () => state.commit([], { ...GENESIS, index: 9 })).rejects.toThrow(/invariant/);
        await expect(async () => state.commit([], entries[0] as LogEntry)).rejects.toThrow(/invariant/);
      });

      it("refuses a second commit while one is under way, as a bug", async () => {
        const { state } = await openHere();
        const first = state.commit([put(0, "a", "1")], GENESIS);
        await expect(async () => state.commit([put(0, "a", "2")], GENESIS)).rejects.toThrow(/invariant/);
        await first;
        expect(text(state.get(0, bytes("a")))).toBe("1");
      });

      it("shows a snapshot unmoved by later commits", async () => {
        const { log, state } = await openHere();
        const entries = await append({ log } as StorageEngine, 2);
        const many = Array.from({ length: 1000 }, (_, n) => put(0, `k${n}`, "old"));
        await state.commit(many, entries[0] as LogEntry);
        const snapshot = state.snapshot();
        const later = many.map(({ key }, n) =>
          n % 2 ? { table: 0, key, value: bytes("new") } : { table: 0, key, value: undefined },
        );
        await state.commit([...later, put(0, "extra", "new")], entries[1] as LogEntry);
        expect(position(snapshot.applied)).toEqual(position(entries[0] as LogEntry));
        expect(text(snapshot.get(0, bytes("k1")))).toBe("old");
        let old = 0;
        snapshot.scan(0, { from: LEAST, to: MOST }, (_key, value) => {
          expect(text(value)).toBe("old");
          old++;
        });
        expect(old).toBe(1000);
        let keys = 0;
        snapshot.scanKeys(0, { from: LEAST, to: MOST }, () => void keys++);
        expect(keys).toBe(1000);
        expect(text(state.get(0, bytes("k1")))).toBe("new");
        expect(state.get(0, bytes("k2"))).toBeUndefined();
        snapshot.close();
        const next = state.snapshot();
        expect(text(next.get(0, bytes("extra")))).toBe("new");
        next.close();
      });

      it("lets a snapshot be scanned in pieces while commits go on beside it", async () => {
        const { log, state } = await openHere();
        const name = (n: number): string => `k${String(n).padStart(5, "0")}`;
        const [first] = (await append({ log } as StorageEngine, 1)) as [LogEntry];
        await state.commit(
          Array.from({ length: 3000 }, (_, n) => put(0, name(n), `${n} at first`)),
          first,
        );
        const snapshot = state.snapshot();
        const seen: string[] = [];
        let from: Uint8Array = LEAST;
        for (let piece = 0; ; piece++) {
          let count = 0;
          snapshot.scan(0, { from, to: MOST, limit: 100 }, (key, value) => {
            seen.push(`${text(key)}=${text(value)}`);
            from = Buffer.from([...key, 0]);
            count++;
          });
          if (count < 100) break;
          // Around where the scan is, before and behind it; and the state's own reads use their cursors.
          const [entry] = (await append({ log } as StorageEngine, 1)) as [LogEntry];
          const changes: StateChange[] = [];
          for (let n = piece * 100; n < piece * 100 + 300 && n < 3000; n++) {
            changes.push(n % 3 === 0 ? remove(0, name(n)) : put(0, name(n), `${n} in ${piece}`));
            changes.push(put(0, `${name(n)}+`, "new"));
          }
          await state.commit(changes, entry);
          state.scan(0, { from: LEAST, to: MOST, limit: 7 }, () => {});
        }
        snapshot.close();
        expect(seen).toEqual(Array.from({ length: 3000 }, (_, n) => `${name(n)}=${n} at first`));
      });

      it("has several snapshots open, each as of its own commit, and a bounded number of them", async () => {
        const { log, state } = await openHere();
        const snapshots = [];
        for (let n = 0; n < SNAPSHOTS_MAX; n++) {
          const [entry] = (await append({ log } as StorageEngine, 1)) as [LogEntry];
          await state.commit([put(0, "a", `${n}`), put(0, `only ${n}`, "x"), remove(0, `only ${n - 1}`)], entry);
          snapshots.push(state.snapshot());
        }
        const [entry] = (await append({ log } as StorageEngine, 1)) as [LogEntry];
        await state.commit([put(0, "a", "last")], entry);
        expect(() => state.snapshot()).toThrow(/invariant/);
        for (const n of [3, 0, 7, 1]) {
          const snapshot = snapshots[n];
          expect(snapshot?.applied.index).toBe(n + 1);
          expect(snapshot && contents(snapshot, 0)).toEqual([`a=${n}`, `only ${n}=x`]);
        }
        // One less is one more, however often it is closed.
        snapshots[2]?.close();
        snapshots[2]?.close();
        const two = state.snapshot();
        expect(() => state.snapshot()).toThrow(/invariant/);
        expect(contents(two, 0)).toEqual(["a=last", "only 7=x"]);
        expect(text(snapshots[1]?.get(0, bytes("a")))).toBe("1");
        two.close();
        for (const snapshot of snapshots) snapshot.close();
      });
    });

    describe("an installation", () => {
      const target: LogPosition = { index: 50, epoch: 3, counter: 7, chain: 99 };
      const rows = [put(0, "a", "new"), put(0, "c", "new"), put(2, "b", "new")];
      const isInstalled = async ({ log, state }: StorageEngine): Promise<void> => {
        expect(position(state.applied)).toEqual(target);
        expect([0, 1, 2].map((table) => contents(state, table))).toEqual([["a=new", "c=new"], [], ["b=new"]]);
        expect(position(log.last)).toEqual(target);
        expect([log.firstIndex, log.durableIndex]).toEqual([51, 50]);
        for (const index of [1, 5, 50, 51]) await expect(log.read(index, UNBOUNDED)).rejects.toThrow(RangeError);
      };
      /** A member with entries 1..10, of which it has applied 6. */
      const lagging = async (): Promise<StorageEngine> => {
        const engine = await openHere();
        const entries = await append(engine, 10);
        await engine.state.commit([put(0, "a", "old"), put(1, "b", "old")], entries[5] as LogEntry);
        return engine;
      };
      const isLagging = async ({ log, state }: StorageEngine): Promise<void> => {
        expect(state.applied.index).toBe(6);
        expect([0, 1, 2].map((table) => contents(state, table))).toEqual([["a=old"], ["b=old"], []]);
        expect([log.firstIndex, log.last.index]).toEqual([1, 10]);
        expect(await log.read(1, UNBOUNDED)).toHaveLength(10);
      };

      it("replaces state and log by what was put", async () => {
        const engine = await lagging();
        const { log, state } = engine;
        const installation = await engine.install(target);
        await installation.put(rows.slice(0, 1));
        await isLagging(engine);
        await installation.put(rows.slice(1));
        await installation.finish();
        await isInstalled(engine);
        expect(engine.log).toBe(log);
        expect(() => state.get(0, bytes("a"))).toThrow(/invariant/);
        await installation.abort();
        await isInstalled(engine);
      });

      it.runIf(supports.durability)("is there after a reopen, and so is what came after it", async () => {
        {
          await using engine = await lagging();
          const installation = await engine.install(target);
          await installation.put(rows);
          await installation.finish();
        }
        let entries: LogEntry[];
        {
          await using engine = await openHere();
          await isInstalled(engine);
          expect(engine.recovery).toMatchObject({ created: false, replayEntries: 0, tornBytes: 0 });
          entries = await append(engine, 3);
          expect(entries[0]?.index).toBe(51);
          await engine.state.commit([put(1, "z", "later")], entries[0] as LogEntry);
        }
        await using engine = await openHere();
        expect(engine.state.applied.index).toBe(51);
        expect(engine.recovery.replayEntries).toBe(2);
        expect(contents(engine.state, 1)).toEqual(["z=later"]);
        expect(plain(await engine.log.read(51, UNBOUNDED))).toEqual(plain(entries));
      });

      it("takes appends, truncations, commits and promises right after it", async () => {
        const engine = await lagging();
        const installation = await engine.install(target);
        await installation.put(rows);
        await installation.finish();
        const { log, state } = engine;
        const entries = entriesAfter(log.last, 5);
        const appended = log.append(entries, 50);
        await state.commit([remove(0, "a"), put(1, "d", "1")], entries[1] as LogEntry);
        await appended;
        await log.truncate(53);
        await engine.writeMeta({ ...engine.meta, acceptedEpoch: 4 });
        await log.trim(52);
        expect(contents(state, 0)).toEqual(["c=new"]);
        expect(plain(await log.read(53, UNBOUNDED))).toEqual(plain(entries.slice(2, 3)));
        if (!supports.durability) return;
        await engine.close();
        await using reopened = await openHere();
        expect(reopened.meta.acceptedEpoch).toBe(4);
        expect(reopened.log.last.index).toBe(53);
        expect(contents(reopened.state, 1)).toEqual(["d=1"]);
      });

      it("lets state and log be used meanwhile, and settles what they were asked for first", async () => {
        const engine = await lagging();
        const { log, state } = engine;
        const installation = await engine.install(target);
        await installation.put(rows);
        const [, , , , , , seventh] = await log.read(1, UNBOUNDED);
        await state.commit([put(0, "a", "older")], seventh as LogEntry);
        await append(engine, 2);
        expect(contents(state, 0)).toEqual(["a=older"]);
        const done: string[] = [];
        const appended = log.append(entriesAfter(log.last, 1), 0).then(() => done.push("append"));
        const truncated = log.truncate(11).then(() => done.push("truncate"));
        const eighth = (await log.read(8, UNBOUNDED))[0] as LogEntry;
        const committed = state.commit([put(0, "a", "oldest")], eighth).then(() => done.push("commit"));
        const finished = installation.finish().then(() => done.push("finish"));
        await expect(async () => log.append(entriesAfter(log.last, 1), 0)).rejects.toThrow(/invariant/);
        await expect(async () => log.truncate(11)).rejects.toThrow(/invariant/);
        await Promise.all([appended, truncated, committed, finished]);
        expect(done.at(-1)).toBe("finish");
        expect(done).toHaveLength(4);
        await isInstalled(engine);
      });

      it("leaves everything as it was when it is aborted, or when the engine closes", async () => {
        const engine = await lagging();
        const installation = await engine.install(target);
        await installation.put(rows);
        await installation.abort();
        await installation.abort();
        await isLagging(engine);
        await expect(installation.put(rows)).rejects.toThrow(/invariant/);
        await expect(installation.finish()).rejects.toThrow(/invariant/);
        const again = await engine.install(target);
        void again.put(rows);
        await engine.close();
        if (!supports.durability) return;
        await isLagging(await openHere());
      });

      it("may be repeated, and replaces the one before", async () => {
        const engine = await lagging();
        const first = await engine.install({ ...target, index: 30 });
        await first.put([put(0, "x", "first"), put(1, "y", "first")]);
        await first.finish();
        await append(engine, 4);
        const second = await engine.install(target);
        await second.put(rows);
        await second.finish();
        await isInstalled(engine);
        const third = await engine.install(target);
        await third.put(rows);
        await third.finish();
        await isInstalled(engine);
        if (!supports.durability) return;
        await engine.close();
        await isInstalled(await openHere());
      });

      it("may be empty, and may replace a longer log", async () => {
        const engine = await lagging();
        const at = (await engine.log.read(8, UNBOUNDED))[0] as LogEntry;
        const installation = await engine.install(at);
        await installation.finish();
        expect(position(engine.state.applied)).toEqual(position(at));
        expect([0, 1, 2].map((table) => contents(engine.state, table))).toEqual([[], [], []]);
        expect([engine.log.firstIndex, engine.log.last.index, engine.log.durableIndex]).toEqual([9, 8, 8]);
      });

      it("keeps nothing of a row's buffers once it is put", async () => {
        const engine = await lagging();
        const installation = await engine.install(target);
        const [key, value] = [Buffer.from("k1"), Buffer.from("first")];
        await installation.put([{ table: 0, key, value }]);
        key.write("k2");
        value.write("other");
        await installation.put([{ table: 0, key, value }]);
        key.fill(0);
        value.fill(0);
        await installation.finish();
        expect(contents(engine.state, 0)).toEqual(["k1=first", "k2=other"]);
      });

      it("takes many rows in many calls at once", async () => {
        const engine = await lagging();
        const installation = await engine.install(target);
        const puts: Promise<void>[] = [];
        for (let batch = 0; batch < 10; batch++) {
          const name = (n: number): string => `k${String(batch * 1000 + n).padStart(6, "0")}`;
          puts.push(
            installation.put(
              Array.from({ length: 1000 }, (_, n) => ({
                table: 0,
                key: bytes(name(n)),
                value: n === 500 ? Buffer.alloc(10_000, batch) : bytes(name(n)),
              })),
            ),
          );
        }
        puts.push(installation.put([{ table: 1, key: bytes("large"), value: Buffer.alloc(3_000_000, 1) }]));
        await Promise.all(puts);
        await installation.finish();
        expect(contents(engine.state, 0)).toHaveLength(10_000);
        expect(text(engine.state.get(0, bytes("k009999")))).toBe("k009999");
        expect(engine.state.get(0, bytes("k007500"))).toHaveLength(10_000);
        expect(engine.state.get(1, bytes("large"))).toHaveLength(3_000_000);
      });

      it("refuses a second one beside it, a position below the applied one, and rows out of order, as bugs", async () => {
        const engine = await lagging();
        await expect(engine.install({ ...target, index: 5 })).rejects.toThrow(/invariant/);
        const installation = await engine.install(target);
        await expect(engine.install(target)).rejects.toThrow(/invariant/);
        await installation.put([put(1, "k", "v")]);
        for (const row of [
          put(1, "k", "again"),
          put(1, "a", "v"),
          put(0, "z", "v"),
          remove(1, "z"),
          put(3, "z", "v"),
        ]) {
          await expect(installation.put([row]), `${row.table} ${text(row.key)}`).rejects.toThrow(/invariant/);
        }
        await expect(installation.put([put(1, "z", "v"), put(1, "y", "v")])).rejects.toThrow(/invariant/);
        const half = Buffer.alloc(600_000);
        await expect(
          installation.put([
            { table: 1, key: bytes("m"), value: half },
            { table: 1, key: bytes("n"), value: half },
          ]),
        ).rejects.toThrow(/invariant/);
        await installation.put([put(1, "l", "v")]);
        await installation.finish();
        expect(contents(engine.state, 1)).toEqual(["k=v", "l=v"]);
      });

      it("leaves snapshots of the state it replaces as they are until they are closed", async () => {
        const engine = await lagging();
        const snapshot = engine.state.snapshot();
        const forgotten = engine.state.snapshot();
        const installation = await engine.install(target);
        await installation.put(rows);
        await installation.finish();
        expect(contents(snapshot, 0)).toEqual(["a=old"]);
        snapshot.close();
        await isInstalled(engine);
        expect(contents(forgotten, 1)).toEqual(["b=old"]);
      });
    });

    describe("closing", () => {
      it("may be asked for twice", async () => {
        const engine = await openHere();
        const first = engine.close();
        await engine.close();
        await first;
      });

      it("treats a use after it as a bug", async () => {
        const engine = await openHere();
        await engine.close();
        await expect(async () => engine.log.append(entriesAfter(GENESIS, 1), 0)).rejects.toThrow(/invariant/);
        await expect(async () => engine.state.commit([], GENESIS)).rejects.toThrow(/invariant/);
        expect(() => engine.state.get(0, bytes("a"))).toThrow(/invariant/);
      });

      it.runIf(supports.lock)("is what a second open of the folder waits for", async () => {
        const engine = await openHere();
        await expect(open({ folder, tables })).rejects.toMatchObject({ name: "StorageError", code: "LOCKED" });
        await engine.close();
        await openHere();
      });
    });

    describe.runIf(faults !== undefined)("faults", () => {
      const withFaults = async (): Promise<StorageEngine & { faults: Faults }> => {
        const engine = await openHere();
        return Object.assign(engine, { faults: (faults as NonNullable<typeof faults>)(engine) });
      };

      it("lets appends share the flush after the one in flight", async () => {
        const engine = await withFaults();
        const { log } = engine;
        await append(engine, 1);
        engine.faults.hold();
        const done: string[] = [];
        const first = log.append(entriesAfter(log.last, 1), 0).then(() => done.push("first"));
        await turns();
        const others = [1, 2, 3].map((n) =>
          log.append(entriesAfter(log.last, 1), 0).then(() => done.push(`other ${n}`)),
        );
        await turns();
        expect(done).toEqual([]);
        expect(log.durableIndex).toBe(1);
        expect(log.last.index).toBe(5);
        expect(await log.read(1, UNBOUNDED)).toHaveLength(5);
        engine.faults.release();
        await Promise.all([first, ...others]);
        expect(done).toEqual(["first", "other 1", "other 2", "other 3"]);
        expect(log.durableIndex).toBe(5);
      });

      it("does not count as durable what a truncation has taken back meanwhile", async () => {
        const engine = await withFaults();
        const { log } = engine;
        await append(engine, 2);
        engine.faults.hold();
        const appended = log.append(entriesAfter(log.last, 3), 0);
        await turns();
        const truncated = log.truncate(3);
        const other = log.append(
          entriesAfter(log.last, 2, () => Buffer.from("other")),
          0,
        );
        expect(log.durableIndex).toBe(2);
        engine.faults.release();
        await appended;
        expect(log.durableIndex).toBeLessThanOrEqual(5);
        await truncated;
        await other;
        expect(log.durableIndex).toBe(5);
        expect(text((await log.read(4, UNBOUNDED))[0]?.payload)).toBe("other");
      });

      it("stops for good when a flush fails, and says so once", async () => {
        const engine = await withFaults();
        const { log, state } = engine;
        await append(engine, 2);
        await state.commit([put(0, "a", "1")], GENESIS);
        const heard: StorageError[] = [];
        engine.onFailure = (error) => heard.push(error);
        engine.faults.failNextLogFlush();
        const failed = { name: "StorageError", code: "FAILED" };
        const first = log.append(entriesAfter(log.last, 1), 0);
        const second = log.append(entriesAfter(log.last, 1), 0);
        await expect(first).rejects.toMatchObject(failed);
        await expect(second).rejects.toMatchObject(failed);
        await expect(async () => log.append(entriesAfter(log.last, 1), 0)).rejects.toMatchObject(failed);
        await expect(async () => log.truncate(2)).rejects.toMatchObject(failed);
        await expect(async () => state.commit([put(0, "a", "2")], GENESIS)).rejects.toMatchObject(failed);
        await expect(engine.writeMeta(engine.meta)).rejects.toMatchObject(failed);
        expect(heard).toHaveLength(1);
        expect(heard[0]).toMatchObject(failed);
        expect(log.durableIndex).toBe(2);
        expect(text(state.get(0, bytes("a")))).toBe("1");
      });

      it("fails an installation with everything else, and keeps what was", async () => {
        const engine = await withFaults();
        await append(engine, 2);
        const installation = await engine.install({ index: 50, epoch: 3, counter: 7, chain: 99 });
        await installation.put([put(0, "a", "1")]);
        engine.faults.failNextLogFlush();
        const failed = { name: "StorageError", code: "FAILED" };
        const appended = engine.log.append(entriesAfter(engine.log.last, 1), 0);
        const finished = installation.finish();
        await expect(appended).rejects.toMatchObject(failed);
        await expect(finished).rejects.toMatchObject(failed);
        await expect(installation.put([put(0, "b", "1")])).rejects.toMatchObject(failed);
        await expect(engine.install(GENESIS)).rejects.toThrow();
        await installation.abort();
        await expect(engine.install(GENESIS)).rejects.toMatchObject(failed);
        expect(engine.log.durableIndex).toBe(2);
        expect(engine.state.get(0, bytes("a"))).toBeUndefined();
      });

      it("refuses an installation with FULL when there is no room, and everything is as before", async () => {
        const engine = await withFaults();
        await append(engine, 2);
        const installation = await engine.install({ index: 50, epoch: 3, counter: 7, chain: 99 });
        await engine.faults.fill();
        await expect(
          installation.put([{ table: 0, key: bytes("a"), value: Buffer.alloc(900_000) }]),
        ).rejects.toMatchObject({ code: "FULL" });
        await installation.abort();
        expect(engine.log.last.index).toBe(2);
        await engine.faults.makeRoom();
        await append(engine, 1);
        const again = await engine.install({ index: 50, epoch: 3, counter: 7, chain: 99 });
        await again.put([put(0, "a", "1")]);
        await again.finish();
        expect(engine.log.last.index).toBe(50);
      });

      it("refuses appends with FULL when there is no room, keeps reading, and goes on when there is", async () => {
        const engine = await withFaults();
        const { log } = engine;
        await append(engine, 2);
        const heard: Space[] = [];
        engine.onSpace = (space) => heard.push(space);
        await engine.faults.fill();
        expect(engine.space).not.toBe("ok");
        await expect(
          log.append(
            entriesAfter(log.last, 1, () => Buffer.alloc(700_000)),
            0,
          ),
        ).rejects.toMatchObject({ code: "FULL" });
        expect(log.last.index).toBe(2);
        expect(await log.read(1, UNBOUNDED)).toHaveLength(2);
        await engine.faults.makeRoom();
        expect(engine.space).toBe("ok");
        await log.append(
          entriesAfter(log.last, 1, () => Buffer.alloc(700_000)),
          0,
        );
        expect(log.durableIndex).toBe(3);
        expect(heard.at(0)).not.toBe("ok");
        expect(heard.at(-1)).toBe("ok");
      });
    });
  });
}

function put(table: number, key: string, value: string): StateChange {
  return { table, key: bytes(key), value: bytes(value) };
}

function remove(table: number, key: string): StateChange {
  return { table, key: bytes(key), value: undefined };
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

/** Native methods are kept off views that an engine owns. */
function text(value: Uint8Array | undefined): string {
  return value === undefined ? "(none)" : String.fromCharCode(...value);
}

/** Everything in a table, as `key=value`. */
function contents(reader: StateReader, table: number): string[] {
  const found: string[] = [];
  reader.scan(table, { from: LEAST, to: MOST }, (key, value) => void found.push(`${text(key)}=${text(value)}`));
  return found;
}

function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (a?.length !== b.length) return false;
  for (let at = 0; at < b.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function position({ index, epoch, counter, chain }: LogPosition): LogPosition {
  return { index, epoch, counter, chain };
}

/** Entries so that they compare by value, whichever kind of byte array carries the payload. */
function plain(entries: readonly LogEntry[]): object[] {
  return entries.map((entry) => ({
    ...position(entry),
    kind: entry.kind,
    bytes: entry.payload.length,
    contents: chainOf(0, entry),
  }));
}

/** Long enough for whatever is not waiting for the medium. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}
