/** The checks every engine makes of its caller. Only a bug can fail them, so they throw plain errors, in production too. */
import { chainOf } from "./chain.ts";
import { INSTALL_BYTES_MAX } from "./engine.ts";
import { type LogEntry, type LogPosition, PINS_MAX, type Pin } from "./log.ts";
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
  for (const change of changes) checkChange(change, tables);
}

function checkChange({ table, key }: StateChange, tables: number): void {
  invariant(table >= 0 && table < tables, () => `change of table ${table} of ${tables}`);
  invariant(
    key.length > 0 && key.length <= KEY_BYTES_MAX,
    () => `key of ${key.length} bytes; a key has 1 to ${KEY_BYTES_MAX}`,
  );
}

/** Rows of an installation: each a key with a value, behind `last`, no more than a batch. Returns their bytes. */
export function checkRows(rows: readonly StateChange[], tables: number, last: StateChange | undefined): number {
  let previous = last;
  let bytes = 0;
  for (const row of rows) {
    checkChange(row, tables);
    invariant(row.value !== undefined, () => "a row installed without a value");
    const { table, key } = row;
    invariant(
      previous === undefined ||
        table > previous.table ||
        (table === previous.table && Buffer.compare(key, previous.key) > 0),
      () => `a row of table ${table} installed after one of table ${previous?.table} that does not come before it`,
    );
    bytes += key.length + row.value.length;
    previous = row;
  }
  invariant(bytes <= INSTALL_BYTES_MAX || rows.length === 1, () => `${rows.length} rows of ${bytes} bytes at once`);
  return bytes;
}

/** A new state begins where the old one is, or later: nothing applied is ever taken back. */
export function checkInstall(position: LogPosition, applied: LogPosition): void {
  invariant(
    position.index >= applied.index,
    () => `installation of a state at ${name(position)}, below what is applied, ${name(applied)}`,
  );
}

/** The pins of a log. */
export class Pins {
  readonly #held = new Set<{ readonly index: number }>();

  /** No entry above this may be trimmed. */
  get lowest(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const { index } of this.#held) if (index < lowest) lowest = index;
    return lowest;
  }

  add(index: number, firstIndex: number): Pin {
    if (index < firstIndex - 1) {
      throw new RangeError(`log entry ${index + 1} was trimmed; the first is ${firstIndex}`);
    }
    invariant(this.#held.size < PINS_MAX, () => `more than ${PINS_MAX} pins of the log`);
    const pin = { index };
    this.#held.add(pin);
    return { release: () => void this.#held.delete(pin) };
  }
}
