/**
 * The log as the core knows it: its newest entries, which of them are durable, and the operations on their way to the
 * disk. Memory leads the disk; an operation that completes confirms only what still exists (§5.2).
 */
import { GENESIS_ROW, rowOf, zxidAt } from "./epoch-table.ts";
import { invariant } from "./invariants.ts";
import {
  type BootState,
  ENTRY,
  type Entry,
  type EpochRow,
  type Limits,
  type Position,
  type Promises,
  type StoreOperation,
  UNKNOWN_CHAIN,
} from "./types.ts";

interface Pending {
  readonly sequence: number;
  /** What is durable once it has completed; lowered by a truncation. */
  upTo: number;
  readonly bytes: number;
  readonly then: (() => void) | undefined;
}

export class CoreLog {
  /** Oldest entry that can still be read back. */
  firstIndex: number;
  last: Position;
  durable: number;
  rows: EpochRow[];
  /** As the core knows it. */
  committed: number;
  private readonly limits: Limits;
  private tail: Entry[] = [];
  /** The position before the first entry of `tail`. */
  private before: Position;
  private tailBytes = 0;
  private unstored: Entry[] = [];
  /** Bytes appended and not on the disk. */
  undurableBytes = 0;
  private pending: Pending[] = [];
  private sequence = 0;

  constructor(boot: BootState, limits: Limits) {
    this.limits = limits;
    this.firstIndex = boot.firstIndex;
    this.last = boot.last;
    this.before = boot.last;
    this.durable = boot.last.index;
    this.committed = boot.applied.index;
    // Rows that begin with the first entry are all there are: logs that share nothing else share their beginning.
    const complete = (boot.epochs[0]?.startIndex ?? 1) === 1;
    this.rows = complete ? [GENESIS_ROW, ...boot.epochs] : [...boot.epochs];
    const zxid = zxidAt(this.rows, boot.last.index);
    invariant(
      zxid !== undefined && zxid.epoch === boot.last.epoch && zxid.counter === boot.last.counter,
      () => `the epoch rows say that the last entry is ${zxid?.epoch}/${zxid?.counter}`,
    );
  }

  /** Oldest entry in memory; `last.index + 1` when none is. */
  get tailFirst(): number {
    return this.before.index + 1;
  }

  /** Something appended has not been handed to the disk. */
  get hasUnstored(): boolean {
    return this.unstored.length > 0;
  }

  entry(index: number): Entry | undefined {
    return this.tail[index - this.tailFirst];
  }

  /** Entries in memory from `from` on, within the bounds; at least one. */
  slice(from: number, to: number, entriesMax: number, bytesMax: number): Entry[] {
    const entries: Entry[] = [];
    let bytes = 0;
    for (let index = from; index <= to && entries.length < entriesMax; index++) {
      const entry = this.entry(index) as Entry;
      bytes += entry.payload.length;
      if (bytes > bytesMax && entries.length > 0) break;
      entries.push(entry);
    }
    return entries;
  }

  /** Where `index` is; its chain may be unknown. Undefined above the last and where no row reaches. */
  positionAt(index: number): Position | undefined {
    if (index === this.last.index) return this.last;
    if (index === this.before.index) return this.before;
    const entry = this.entry(index);
    if (entry !== undefined) return entry;
    if (index > this.last.index) return undefined;
    const zxid = zxidAt(this.rows, index);
    return zxid && { index, epoch: zxid.epoch, counter: zxid.counter, chain: UNKNOWN_CHAIN };
  }

  append(entry: Entry): void {
    const { last } = this;
    // I18: dense by index, and by counter within an epoch.
    const opens = entry.kind === ENTRY.epochStart;
    const follows = opens
      ? entry.epoch > last.epoch && entry.counter === 0
      : entry.epoch === last.epoch && entry.counter === last.counter + 1;
    invariant(
      entry.index === last.index + 1 && follows,
      () =>
        `entry ${entry.index} (${entry.epoch}/${entry.counter}) after ${last.index} (${last.epoch}/${last.counter})`,
    );
    this.tail.push(entry);
    this.tailBytes += entry.payload.length;
    this.undurableBytes += entry.payload.length;
    this.unstored.push(entry);
    this.last = entry;
    if (opens) {
      this.rows.push(rowOf(entry));
      // The epochs of what may still be compared with a leader's stay: those above the committed entry, and its own.
      while (this.rows.length > this.limits.epochRows && (this.rows[1] as EpochRow).startIndex <= this.committed)
        this.rows.shift();
    }
  }

  /** Forgets everything above `index`, whose chain the caller knows. */
  truncate(position: Position, stores: StoreOperation[], commit: number): void {
    const { index } = position;
    invariant(index >= commit, () => `truncation to ${index}, below the committed ${commit}`); // I7
    this.store(stores, commit);
    while (this.tail.length > 0 && (this.tail.at(-1) as Entry).index > index) {
      this.tailBytes -= (this.tail.pop() as Entry).payload.length;
    }
    if (this.before.index > index) this.before = position;
    while (this.rows.length > 1 && (this.rows.at(-1) as EpochRow).startIndex > index) this.rows.pop();
    this.last = position;
    this.durable = Math.min(this.durable, index);
    for (const pending of this.pending) pending.upTo = Math.min(pending.upTo, index);
    const sequence = this.push(this.durable, undefined);
    stores.push({ sequence, type: "truncate", index });
  }

  /** A snapshot takes the place of everything; it counts as durable once stored. */
  install(position: Position, rows: readonly EpochRow[], stores: StoreOperation[], commit: number): void {
    this.store(stores, commit);
    this.tail = [];
    this.tailBytes = 0;
    this.before = position;
    this.last = position;
    this.rows = [...rows];
    this.firstIndex = position.index + 1;
    this.durable = 0;
    for (const pending of this.pending) pending.upTo = 0;
    const sequence = this.push(position.index, undefined);
    stores.push({ sequence, type: "install", position });
  }

  /** Hands what was appended since the last time to the disk, as one operation. */
  store(stores: StoreOperation[], commit: number): void {
    if (this.unstored.length === 0) return;
    const entries = this.unstored;
    this.unstored = [];
    let bytes = 0;
    for (const { payload } of entries) bytes += payload.length;
    const sequence = this.push((entries.at(-1) as Entry).index, undefined, bytes);
    stores.push({ sequence, type: "append", entries, commit });
  }

  /** Makes promises durable behind everything appended before; then calls `then`. */
  promise(promises: Promises, stores: StoreOperation[], commit: number, then: () => void): void {
    this.store(stores, commit);
    const sequence = this.push(this.last.index, then);
    stores.push({ sequence, type: "promise", promises });
  }

  stored(sequence: number): void {
    while (this.pending.length > 0 && (this.pending[0] as Pending).sequence <= sequence) {
      const { upTo, then, bytes } = this.pending.shift() as Pending;
      this.undurableBytes -= bytes;
      if (upTo > this.durable) this.durable = upTo;
      then?.();
    }
  }

  /** Lets go of entries in memory that are durable and applied, when there are too many. */
  shrink(applied: number): void {
    const { tailEntries, tailBytes } = this.limits;
    if (this.tail.length <= tailEntries && this.tailBytes <= tailBytes) return;
    const keep = Math.min(applied, this.durable);
    let count = 0;
    let bytes = this.tailBytes;
    while (
      count < this.tail.length &&
      (this.tail[count] as Entry).index <= keep &&
      (this.tail.length - count > tailEntries / 2 || bytes > tailBytes / 2)
    ) {
      bytes -= (this.tail[count] as Entry).payload.length;
      count++;
    }
    if (count === 0) return;
    const { index, epoch, counter, chain } = this.tail[count - 1] as Entry;
    this.before = { index, epoch, counter, chain };
    this.tail.splice(0, count);
    this.tailBytes = bytes;
  }

  private push(upTo: number, then: (() => void) | undefined, bytes = 0): number {
    const sequence = ++this.sequence;
    this.pending.push({ sequence, upTo, then, bytes });
    return sequence;
  }
}
