/**
 * The epochs of a log, one row each, and where two logs part (§7.2). Within an epoch zxids are as dense as indexes, so
 * the rows alone say the zxid of any entry.
 */
import type { EpochRow, Zxid } from "./types.ts";

/** Entries before the first epoch start: those of a log that began without one have zxid (0, index). */
export const GENESIS_ROW: EpochRow = { epoch: 0, leader: 0, startIndex: 0 };

/** The zxid of the entry at `index`, or undefined when the rows do not reach back so far. */
export function zxidAt(rows: readonly EpochRow[], index: number): Zxid | undefined {
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at] as EpochRow;
    if (row.startIndex <= index) return { epoch: row.epoch, counter: index - row.startIndex };
  }
  return undefined;
}

/** The index that an entry with this zxid has in a log with these rows; infinite when they know nothing of its epoch. */
export function indexOf(rows: readonly EpochRow[], { epoch, counter }: Zxid): number {
  const row = rows.find((one) => one.epoch === epoch);
  return row === undefined ? Number.POSITIVE_INFINITY : row.startIndex + counter;
}

/**
 * The last index up to which two logs are certainly the same, exact since both hold prefixes of what the leader of the
 * newest common epoch wrote. Undefined when they have no epoch in common.
 */
export function matchPoint(
  ours: readonly EpochRow[],
  ourLast: number,
  theirs: readonly EpochRow[],
  theirLast: number,
): number | undefined {
  let a = ours.length - 1;
  let b = theirs.length - 1;
  while (a >= 0 && b >= 0) {
    const own = ours[a] as EpochRow;
    const other = theirs[b] as EpochRow;
    if (own.epoch === other.epoch && own.leader === other.leader && own.startIndex === other.startIndex) {
      return Math.min(endOf(ours, a, ourLast), endOf(theirs, b, theirLast));
    }
    // The newer of the two has no partner; of one epoch with two leaders neither has.
    if (own.epoch >= other.epoch) a--;
    if (other.epoch >= own.epoch) b--;
  }
  return undefined;
}

function endOf(rows: readonly EpochRow[], at: number, last: number): number {
  const next = rows[at + 1];
  return next === undefined ? last : next.startIndex - 1;
}

/** The payload of an epoch's start: who opens it, one byte. */
export function encodeEpochStart(leader: number): Uint8Array {
  return Uint8Array.of(leader);
}

/** The row that an epoch's start stands for. */
export function rowOf(entry: {
  readonly epoch: number;
  readonly index: number;
  readonly payload: Uint8Array;
}): EpochRow {
  return { epoch: entry.epoch, leader: entry.payload[0] ?? 0, startIndex: entry.index };
}
