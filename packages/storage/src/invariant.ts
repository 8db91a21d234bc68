/** The checks every engine makes of its caller. Only a bug can fail them, so they throw plain errors, in production too. */
import { chainOf } from "./chain.ts";
import type { LogEntry, LogPosition } from "./log.ts";
import { KEY_BYTES_MAX, type StateChange } from "./state.ts";

export function invariant(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Error(`invariant: ${what()}`);
}

/** The entries continue `last`: dense indexes, ascending zxids, and each one's chain. */
export function checkAppend(last: LogPosition, entries: readonly LogEntry[]): void {
  let previous = last;
  for (const entry of entries) {
    checkFollows(previous, entry, chainOf(previous.chain, entry));
    previous = entry;
  }
}

/** `entry` may stand right after `previous`; `chain` is what its chain must be. */
export function checkFollows(previous: LogPosition, entry: LogEntry, chain: number): void {
  if (
    entry.index === previous.index + 1 &&
    (entry.epoch > previous.epoch || (entry.epoch === previous.epoch && entry.counter > previous.counter)) &&
    entry.chain === chain
  ) {
    return;
  }
  throw new Error(
    `invariant: entry ${name(entry)} appended after ${name(previous)}: ` +
      `an entry follows the last one by index, has a greater zxid, and its chain is ${chain}`,
  );
}

export function name(position: LogPosition): string {
  return `${position.index} (zxid ${position.epoch}/${position.counter}, chain ${position.chain})`;
}

export function checkCommit(
  changes: readonly StateChange[],
  tables: number,
  before: LogPosition,
  applied: LogPosition,
  last: LogPosition,
): void {
  invariant(
    applied.index >= before.index && applied.index <= last.index,
    () => `applied ${name(applied)} committed outside ${before.index}..${last.index}`,
  );
  for (const { table, key } of changes) {
    invariant(table >= 0 && table < tables, () => `change of table ${table} of ${tables}`);
    invariant(
      key.length > 0 && key.length <= KEY_BYTES_MAX,
      () => `key of ${key.length} bytes; a key has 1 to ${KEY_BYTES_MAX}`,
    );
  }
}
