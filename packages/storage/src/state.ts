/**
 * The port of the durable state: ordered tables of bytes that change in whole batches.
 * Reads are synchronous and see only what was committed; what is applied and not yet committed is the caller's to keep.
 */
import type { LogPosition } from "./log.ts";

/** Longest key, in bytes, that every engine accepts. */
export const KEY_BYTES_MAX = 1900;

/** Most snapshots open at a time. */
export const SNAPSHOTS_MAX = 8;

/** One change. `value` undefined removes the key. Neither buffer may be written to until the commit has settled. */
export interface StateChange {
  /** Position of the table's name in the list the engine was opened with. */
  readonly table: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** Which part of a table: `from` is included, `to` is not; keys ascend bytewise. */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly limit?: number;
}

export interface StateReader {
  /** The value, or undefined. It is a view that holds only until the next call on this store: copy what is kept. */
  get(table: number, key: Uint8Array): Uint8Array | undefined;
  /** Calls `visit` for each entry in key order until it returns false. Key and value are views that hold during the call. */
  scan(table: number, range: KeyRange, visit: (key: Uint8Array, value: Uint8Array) => boolean | void): void;
  /** As `scan` without touching the values. */
  scanKeys(table: number, range: KeyRange, visit: (key: Uint8Array) => boolean | void): void;
}

export interface StateStore extends StateReader {
  /** The log position whose effect, and that of all before it, the tables hold. */
  readonly applied: LogPosition;
  /**
   * Makes all changes, and `applied`, durable at once or not at all. One commit at a time (an invariant, asserted).
   * Rejects with {@link StorageError} `FAILED`, and then for ever; `FULL` is possible only as reported by the engine's space.
   * Until it resolves, reads may show either side of it.
   */
  commit(changes: readonly StateChange[], applied: LogPosition): Promise<void>;
  /**
   * The tables as they are at one `applied`, unmoved by later commits, for as long as it is open: it may be scanned in
   * pieces, each from where the last one ended. At most {@link SNAPSHOTS_MAX} are open at a time (an invariant, asserted);
   * each is `close()`d soon, since what commits replace meanwhile keeps its room on the medium, which grows by that.
   */
  snapshot(): StateSnapshot;
}

export interface StateSnapshot extends StateReader {
  readonly applied: LogPosition;
  close(): void;
}
