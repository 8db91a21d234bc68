import { beforeEach, describe, expect, it } from "vitest";
import { history, rowsOf } from "../test/lone.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { CoreLog } from "./log.ts";
import { type BootState, type Entry, GENESIS, type Limits, type StoreOperation } from "./types.ts";

const PROMISES = { acceptedEpoch: 1, acceptedLeader: 1, nonce: 1, founders: [], belongs: true };

function bootOf(entries: readonly Entry[] = []): BootState {
  return {
    promises: PROMISES,
    bootId: 1,
    jitterSeed: 1,
    firstIndex: 1,
    last: entries.at(-1) ?? GENESIS,
    applied: GENESIS,
    epochs: rowsOf(entries),
    vouched: false,
  };
}

describe("the log in memory (§5.2)", () => {
  const ten = history({ epoch: 1, leader: 1, writes: 9 });
  let stores: StoreOperation[];
  let log: CoreLog;

  function open(entries: readonly Entry[] = [], limits: Partial<Limits> = {}): void {
    stores = [];
    log = new CoreLog(bootOf(entries), { ...DEFAULT_LIMITS, ...limits });
  }

  function append(...entries: readonly Entry[]): number {
    for (const entry of entries) log.append(entry);
    log.store(stores, 0);
    return (stores.at(-1) as StoreOperation).sequence;
  }

  beforeEach(() => open());

  it("memory leads the disk: what is appended is durable when its operation has completed", () => {
    const sequence = append(...ten.slice(0, 3));
    expect([log.last.index, log.durable]).toEqual([3, 0]);
    log.stored(sequence);
    expect(log.durable).toBe(3);
  });

  it("an operation that completes after a truncation confirms only what still exists", () => {
    const first = append(...ten.slice(0, 5));
    log.truncate(ten[1] as Entry, stores, 0);
    log.stored(first);
    expect(log.durable).toBe(2);
  });

  it("an entry that was cut off and written anew is not confirmed by the completion of the old one", () => {
    append(...ten.slice(0, 2));
    const old = append(ten[2] as Entry);
    log.truncate(ten[1] as Entry, stores, 0);
    const [, , , other] = history({ epoch: 1, leader: 1, writes: 1 }, { epoch: 2, leader: 2, writes: 1 });
    const [, , start] = history({ epoch: 1, leader: 1, writes: 1 }, { epoch: 2, leader: 2, writes: 1 });
    const anew = append(start as Entry, other as Entry);
    log.stored(old);
    expect(log.durable).toBe(2);
    log.stored(anew);
    expect(log.durable).toBe(4);
  });

  it("a truncation goes to the disk behind what was appended before it", () => {
    for (const entry of ten.slice(0, 3)) log.append(entry);
    log.truncate(ten[0] as Entry, stores, 0);
    expect(stores.map(({ type, sequence }) => [sequence, type])).toEqual([
      [1, "append"],
      [2, "truncate"],
    ]);
  });

  it("a truncation takes the rows of the epochs it cuts off with it", () => {
    const entries = history({ epoch: 1, leader: 1, writes: 1 }, { epoch: 2, leader: 2, writes: 1 });
    append(...entries);
    log.truncate(entries[1] as Entry, stores, 0);
    expect(log.rows).toEqual(rowsOf(entries.slice(0, 2)));
    expect(log.last).toMatchObject({ index: 2, epoch: 1 });
  });

  it("I7 a truncation below what is committed is a bug, and stops", () => {
    append(...ten.slice(0, 5));
    expect(() => log.truncate(ten[1] as Entry, stores, 3)).toThrow(/below the committed 3/);
  });

  it("I18 an entry that does not follow the last is a bug, and stops", () => {
    append(...ten.slice(0, 3));
    const [, , , fourth, fifth] = ten as [Entry, Entry, Entry, Entry, Entry];
    expect(() => log.append(fifth)).toThrow(/entry 5/);
    expect(() => log.append({ ...fourth, counter: 7 })).toThrow(/entry 4/);
    expect(() => log.append({ ...fourth, epoch: 0 })).toThrow(/entry 4/);
  });

  it("I18 an epoch that begins with another entry than its start is a bug, and stops", () => {
    append(...ten.slice(0, 3));
    expect(() => log.append({ ...(ten[3] as Entry), epoch: 2, counter: 1 })).toThrow(/entry 4/);
  });

  it("I18 a counter of 0 is an epoch's start and nothing else is", () => {
    append(...ten.slice(0, 3));
    const fourth = ten[3] as Entry;
    expect(() => log.append({ ...fourth, epoch: 2, counter: 0 })).toThrow(/entry 4/);
    expect(() => log.append({ ...fourth, kind: (ten[0] as Entry).kind })).toThrow(/entry 4/);
  });

  it("a promise is durable behind everything that was appended before it", () => {
    let told = false;
    log.append(ten[0] as Entry);
    log.promise(PROMISES, stores, 0, () => {
      told = true;
    });
    expect(stores.map(({ type }) => type)).toEqual(["append", "promise"]);
    log.stored(1);
    expect(told).toBe(false);
    log.stored(2);
    expect(told).toBe(true);
  });

  it("a snapshot takes the place of everything, and nothing is durable before it is", () => {
    const old = append(...ten.slice(0, 5));
    const other = history({ epoch: 2, leader: 2, writes: 8 });
    log.install(other[8] as Entry, rowsOf(other), stores, 0);
    expect([log.last.index, log.durable, log.firstIndex]).toEqual([9, 0, 10]);
    log.stored(old);
    expect(log.durable).toBe(0);
    log.stored((stores.at(-1) as StoreOperation).sequence);
    expect(log.durable).toBe(9);
    expect(log.rows).toEqual(rowsOf(other));
  });

  it("epochRows: the oldest rows go when there are too many, but none that a leader may still have to be compared with", () => {
    const epochs = [1, 2, 3, 4, 5].map((epoch) => ({ epoch, leader: 1, writes: 0 }));
    open([], { epochRows: 3 });
    append(...history(...epochs));
    expect(log.rows).toHaveLength(6);
    open([], { epochRows: 3 });
    log.committed = 4;
    append(...history(...epochs));
    expect(log.rows.map(({ epoch }) => epoch)).toEqual([3, 4, 5]);
  });

  it("tailEntries: memory lets go of the oldest entries that are durable and applied, down to half", () => {
    open([], { tailEntries: 4 });
    const sequence = append(...ten);
    log.shrink(10);
    expect(log.tailFirst).toBe(1);
    log.stored(sequence);
    log.shrink(5);
    expect(log.tailFirst).toBe(6);
    log.shrink(10);
    expect(log.tailFirst).toBe(9);
    expect(log.entry(8)).toBeUndefined();
    expect(log.entry(9)).toBe(ten[8]);
  });

  it("tailBytes: memory lets go of entries that are too long together", () => {
    open([], { tailBytes: 9 });
    log.stored(append(...ten));
    log.shrink(10);
    expect(log.tailFirst).toBeGreaterThan(8);
  });

  it("where an entry is, is known as long as its row is; its chain only while it is in memory", () => {
    open(ten.slice(0, 4));
    log.append(ten[4] as Entry);
    expect(log.positionAt(5)).toMatchObject({ index: 5, counter: 4, chain: (ten[4] as Entry).chain });
    expect(log.positionAt(4)).toMatchObject({ chain: (ten[3] as Entry).chain });
    expect(log.positionAt(2)).toEqual({ index: 2, epoch: 1, counter: 1, chain: 0 });
    expect(log.positionAt(6)).toBeUndefined();
  });

  it("a slice keeps to its bounds of entries and bytes, but for one entry that is longer alone", () => {
    append(...ten);
    expect(log.slice(2, 10, 3, 1000).map(({ index }) => index)).toEqual([2, 3, 4]);
    expect(log.slice(2, 10, 9, 6).map(({ index }) => index)).toEqual([2, 3]);
    expect(log.slice(2, 10, 9, 1).map(({ index }) => index)).toEqual([2]);
    expect(log.slice(2, 3, 9, 1000).map(({ index }) => index)).toEqual([2, 3]);
  });

  it("rows that do not fit to the last entry are a bug of recovery, and stop", () => {
    const boot = { ...bootOf(ten), epochs: rowsOf(ten.slice(0, 0)) };
    expect(() => new CoreLog(boot, DEFAULT_LIMITS)).toThrow(/epoch rows/);
  });
});
