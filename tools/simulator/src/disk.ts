/**
 * A modelled disk: operations become durable in order, a batch at a time, and a crash keeps any prefix of those under
 * way, the last of them perhaps in part. Promises are one atomic record; appends can tear between entries.
 */
import { ENTRY, type EpochRow, GENESIS, type Position, type Promises, type StoreOperation } from "@rookery/consensus";
import type { Stream } from "./chance.ts";
import { Log } from "./log.ts";

/** What the state machine holds, as far as it is durable, and the epochs up to there. */
export interface State {
  readonly position: Position;
  readonly rows: readonly EpochRow[];
}

export type DiskOperation =
  | { readonly kind: "store"; readonly operation: StoreOperation; readonly state: State | undefined }
  /** The state at a position is durable, and the log may go up to `trimTo`. */
  | { readonly kind: "state"; readonly state: State; readonly trimTo: number };

export class Disk {
  promises: Promises;
  readonly log: Log;
  state: State = { position: GENESIS, rows: [] };
  private pending: DiskOperation[] = [];
  private writing = 0;

  constructor(nonce: number) {
    this.promises = { acceptedEpoch: 0, acceptedLeader: 0, nonce, founders: [], belongs: false };
    this.log = new Log(GENESIS);
  }

  /** Takes an operation; true when a batch is to be started for it. */
  enqueue(operation: DiskOperation): boolean {
    this.pending.push(operation);
    return this.writing === 0;
  }

  /** Starts to write everything that waits; false when nothing does. */
  begin(): boolean {
    this.writing = this.pending.length;
    return this.writing > 0;
  }

  /** The batch is durable. Answers the newest sequence of the core's own in it, 0 when there is none. */
  complete(): number {
    let sequence = 0;
    for (let at = 0; at < this.writing; at++) {
      const operation = this.pending[at] as DiskOperation;
      this.carryOut(operation);
      if (operation.kind === "store") sequence = operation.operation.sequence;
    }
    this.pending.splice(0, this.writing);
    this.writing = 0;
    return sequence;
  }

  /** The process is gone: of what was under way, a prefix has arrived. */
  crash(chance: Stream, tearing: number): void {
    const kept = chance.below(this.pending.length + 1);
    for (let at = 0; at < kept; at++) this.carryOut(this.pending[at] as DiskOperation);
    const torn = this.pending[kept];
    if (torn?.kind === "store" && torn.operation.type === "append" && chance.happens(tearing)) {
      const { entries } = torn.operation;
      this.log.append(entries.slice(0, chance.below(entries.length)));
    }
    this.pending = [];
    this.writing = 0;
  }

  /** A copy of what is durable. */
  copy(): { readonly promises: Promises; readonly log: Log; readonly state: State } {
    return { promises: this.promises, log: this.log.copy(), state: this.state };
  }

  restore(from: ReturnType<Disk["copy"]>): void {
    this.promises = from.promises;
    this.log.reset(from.log.base);
    this.log.append(from.log.entries);
    this.state = from.state;
  }

  /** An empty folder, which draws a new identity. */
  wipe(nonce: number): void {
    this.promises = { acceptedEpoch: 0, acceptedLeader: 0, nonce, founders: [], belongs: false };
    this.log.reset(GENESIS);
    this.state = { position: GENESIS, rows: [] };
  }

  /** The rows of every epoch in state and log. */
  rows(): EpochRow[] {
    const rows = [...this.state.rows];
    for (const { kind, index, epoch, payload } of this.log.entries) {
      if (kind === ENTRY.epochStart && index > this.state.position.index) {
        rows.push({ epoch, leader: payload[0] ?? 0, startIndex: index });
      }
    }
    return rows;
  }

  /** Whether the log on disk holds this position, as itself or in its state. */
  holds(position: Position): boolean {
    if (position.index <= this.log.base.index) return true;
    return this.log.at(position.index)?.chain === position.chain;
  }

  private carryOut(operation: DiskOperation): void {
    if (operation.kind === "state") {
      this.state = operation.state;
      this.log.trim(operation.trimTo);
      return;
    }
    const store = operation.operation;
    switch (store.type) {
      case "append":
        this.log.append(store.entries);
        break;
      case "truncate":
        this.log.truncate(store.index);
        break;
      case "install":
        this.log.reset(store.position);
        if (operation.state !== undefined) this.state = operation.state;
        break;
      case "promise":
        this.promises = store.promises;
        break;
    }
  }
}
