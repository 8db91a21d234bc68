import type { Position, Vote, Zxid } from "./types.ts";

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`. */
export function compareZxid(a: Zxid, b: Zxid): number {
  return a.epoch !== b.epoch ? a.epoch - b.epoch : a.counter - b.counter;
}

/** Recency, then priority, then sid (§6, E9). */
export function compareVote(a: Vote, b: Vote): number {
  return compareZxid(a, b) || a.priority - b.priority || a.sid - b.sid;
}

export function sameZxid(a: Zxid, b: Zxid): boolean {
  return a.epoch === b.epoch && a.counter === b.counter;
}

/** `index (zxid epoch/counter)`, for messages to people. */
export function nameOf({ index, epoch, counter }: Position): string {
  return `${index} (zxid 0x${epoch.toString(16)}${counter.toString(16).padStart(8, "0")})`;
}
