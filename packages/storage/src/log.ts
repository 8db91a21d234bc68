/**
 * The port of the replicated log: an append-only sequence of entries with dense indexes.
 * It stores and returns entries; what they mean, and which are committed, is others' business.
 */

/** Where in the log something is. `index` is dense from 1; (`epoch`, `counter`) is the zxid; `chain` authenticates the prefix. */
export interface LogPosition {
  readonly index: number;
  /** Unsigned 32 bits: the high half of the zxid. */
  readonly epoch: number;
  /** Unsigned 32 bits: the low half of the zxid. */
  readonly counter: number;
  /** Unsigned 32 bits: {@link chainOf} the previous entry's chain and this entry. */
  readonly chain: number;
}

/** The position before the first entry of a new log. */
export const GENESIS: LogPosition = { index: 0, epoch: 0, counter: 0, chain: 0 };

/** What an entry carries, as a byte of its record: 1 transaction, 2 start of an epoch; others are consensus's to add. */
export type EntryKind = number;
export const TRANSACTION: EntryKind = 1;
export const EPOCH_START: EntryKind = 2;

/** One entry. The payload belongs to the log once appended: nobody writes to it again. */
export interface LogEntry extends LogPosition {
  readonly kind: EntryKind;
  readonly payload: Uint8Array;
}

/** How far {@link TransactionLog.read} goes: it stops before the entry that would pass either bound, but returns at least one. */
export interface ReadLimit {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/** Most pins held at a time. */
export const PINS_MAX = 16;

/** Keeps entries from being trimmed until it is released; releasing twice does no harm. */
export interface Pin {
  release(): void;
}

export interface TransactionLog {
  /** The oldest entry still held, or `last.index + 1` when none is. */
  readonly firstIndex: number;
  /** The newest entry appended, durable or not. */
  readonly last: LogPosition;
  /** The newest entry known to be on the medium. Never above `last.index`. */
  readonly durableIndex: number;
  /**
   * Appends entries that follow `last` without a gap (an invariant, asserted). Resolves when they and all
   * before them are on the medium. Appends issued while a flush is in flight share the next one.
   * Rejects with {@link StorageError} `FAILED` and then for ever: a failed flush is never retried (D12).
   * @param commitHint - The newest index known to be committed; it rides in the records.
   */
  append(entries: readonly LogEntry[], commitHint: number): Promise<void>;
  /** Entries from `from` on, in order. Throws `RangeError` outside `firstIndex..last.index`. */
  read(from: number, limit: ReadLimit): Promise<readonly LogEntry[]>;
  /** Forgets every entry above `index`, in a new generation. Resolves when that is durable, in one order with the appends. */
  truncate(index: number): Promise<void>;
  /** May drop entries at or below `index`, whole segments at a time; never one above a pin. */
  trim(index: number): Promise<void>;
  /**
   * From now on keeps every entry above `index`: whoever is sent a snapshot at `index` will ask for them.
   * At most {@link PINS_MAX} at a time (an invariant, asserted). An installation empties the log all the same.
   * Throws `RangeError` when entry `index + 1` is trimmed already.
   */
  pin(index: number): Pin;
}
