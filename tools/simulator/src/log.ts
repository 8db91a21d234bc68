/** A log as the simulator knows it: dense entries behind a base that snapshots have swallowed. */
import type { Entry, Position } from "@rookery/consensus";

export class Log {
  /** The last position before the first entry kept. */
  base: Position;
  readonly entries: Entry[];

  constructor(base: Position, entries: Entry[] = []) {
    this.base = base;
    this.entries = entries;
  }

  get last(): Position {
    return this.entries.at(-1) ?? this.base;
  }

  get lastIndex(): number {
    return this.base.index + this.entries.length;
  }

  /** Undefined where the log does not reach: swallowed, or not written yet. */
  at(index: number): Entry | undefined {
    return this.entries[index - this.base.index - 1];
  }

  /** The chain at an index, the base's included. */
  chainAt(index: number): number | undefined {
    return index === this.base.index ? this.base.chain : this.at(index)?.chain;
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) this.entries.push(entry);
  }

  /** Keeps what is at or before `index`. */
  truncate(index: number): void {
    this.entries.length = Math.max(0, Math.min(this.entries.length, index - this.base.index));
  }

  /** Drops what is at or before `index`. */
  trim(index: number): void {
    const base = this.at(index);
    if (base === undefined) return;
    this.entries.splice(0, index - this.base.index);
    this.base = base;
  }

  /** As if a snapshot at `position` had replaced everything. */
  reset(position: Position): void {
    this.base = position;
    this.entries.length = 0;
  }

  copy(): Log {
    return new Log(this.base, this.entries.slice());
  }
}
