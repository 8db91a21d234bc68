import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeEpochStart, GENESIS_ROW, matchPoint, rowOf, zxidAt } from "./epoch-table.ts";
import type { EpochRow } from "./types.ts";

/** One entry, as far as it matters here: who wrote it, in which epoch, as which of it. */
interface Written {
  readonly epoch: number;
  readonly leader: number;
  readonly counter: number;
}

/**
 * Logs as they can come about: a leader starts from some log, or a prefix of it, opens an epoch of its own and writes. Any
 * prefix of such a log is a log.
 */
const worlds = fc
  .array(
    fc.record({
      from: fc.nat(),
      kept: fc.nat(),
      leader: fc.integer({ min: 1, max: 3 }),
      writes: fc.integer({ min: 0, max: 4 }),
      raise: fc.integer({ min: 1, max: 2 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((claims) => {
    const logs: (readonly Written[])[] = [[]];
    let epoch = 0;
    for (const { from, kept, leader, writes, raise } of claims) {
      epoch += raise;
      const base = logs[from % logs.length] as readonly Written[];
      const prefix = base.slice(0, kept % (base.length + 1));
      logs.push([...prefix, ...Array.from({ length: writes + 1 }, (_, counter) => ({ epoch, leader, counter }))]);
    }
    return logs;
  });

const pairs = fc.tuple(worlds, fc.nat(), fc.nat(), fc.nat(), fc.nat()).map(([logs, a, b, cutA, cutB]) => {
  const pick = (at: number, cut: number) => {
    const log = logs[at % logs.length] as readonly Written[];
    return log.slice(0, cut % (log.length + 1));
  };
  return [pick(a, cutA), pick(b, cutB)] as const;
});

function rowsOf(log: readonly Written[]): EpochRow[] {
  const rows = [GENESIS_ROW];
  for (const [at, { epoch, leader, counter }] of log.entries())
    if (counter === 0) rows.push({ epoch, leader, startIndex: at + 1 });
  return rows;
}

function commonPrefix(a: readonly Written[], b: readonly Written[]): number {
  let length = 0;
  while (length < a.length && length < b.length) {
    const [one, other] = [a[length], b[length]];
    if (one?.epoch !== other?.epoch || one?.leader !== other?.leader || one?.counter !== other?.counter) break;
    length++;
  }
  return length;
}

describe("the epoch table (D7, §7.2)", () => {
  it("the match point is the last index up to which two logs are the same, and the same from either side", () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const expected = commonPrefix(a, b);
        expect(matchPoint(rowsOf(a), a.length, rowsOf(b), b.length)).toBe(expected);
        expect(matchPoint(rowsOf(b), b.length, rowsOf(a), a.length)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("without an epoch in common there is no match point, however long the logs are", () => {
    const ours = [{ epoch: 3, leader: 1, startIndex: 1 }];
    expect(matchPoint(ours, 90, [{ epoch: 2, leader: 1, startIndex: 1 }], 80)).toBeUndefined();
    expect(matchPoint(ours, 90, [], 0)).toBeUndefined();
  });

  it("rows that differ only in the leader or in the start are not the same epoch", () => {
    const row = { epoch: 3, leader: 1, startIndex: 5 };
    const before = [GENESIS_ROW, { epoch: 1, leader: 1, startIndex: 1 }];
    for (const other of [
      { ...row, leader: 2 },
      { ...row, startIndex: 4 },
    ])
      expect(matchPoint([...before, row], 9, [...before, other], 9)).toBe(other.startIndex === 4 ? 3 : 4);
  });

  it("the rows say the zxid of every entry", () => {
    fc.assert(
      fc.property(worlds, (logs) => {
        for (const log of logs) {
          for (const [at, { epoch, counter }] of log.entries())
            expect(zxidAt(rowsOf(log), at + 1)).toEqual({ epoch, counter });
        }
      }),
      { numRuns: 200 },
    );
  });

  it("entries from before the first epoch have zxid 0 and their index", () => {
    expect(zxidAt([GENESIS_ROW, { epoch: 1, leader: 1, startIndex: 9 }], 8)).toEqual({ epoch: 0, counter: 8 });
  });

  it("below the oldest row there is no zxid", () => {
    expect(zxidAt([{ epoch: 4, leader: 1, startIndex: 9 }], 8)).toBeUndefined();
  });

  it("an epoch's start names who opens it", () => {
    expect(rowOf({ epoch: 4, index: 9, payload: encodeEpochStart(255) })).toEqual({
      epoch: 4,
      leader: 255,
      startIndex: 9,
    });
  });
});
