/**
 * Commits what is durable in this member's own log: an ensemble of one. Everything proposed in a turn, and while a
 * flush is in flight, shares the next flush.
 */
import { chainOf, type LogEntry, StorageError, TRANSACTION, type TransactionLog } from "@rookery/storage";
import type { Proposed, Proposer, Runtime } from "./ports.ts";

/** Highest counter of an epoch; a standalone member's zxid then goes on in the next one, as ZooKeeper's does. */
const COUNTER_MAX = 0xffff_ffff;

export class StandaloneProposer implements Proposer {
  onCommitted: (index: number) => void = () => {};
  onFailed: (error: Error) => void = () => {};
  onFlushed: (ms: number) => void = () => {};
  uncommittedBytes = 0;
  private readonly log: TransactionLog;
  private readonly runtime: Runtime;
  private last: Proposed;
  private batch: LogEntry[] = [];
  private batchBytes = 0;
  private flushing = false;
  private deferred = false;
  /** A batch the log had no room for. */
  private stuck: { readonly batch: LogEntry[]; readonly batchBytes: number } | undefined;
  private waiters: (() => void)[] = [];

  constructor(log: TransactionLog, runtime: Runtime) {
    this.log = log;
    this.runtime = runtime;
    this.last = log.last;
  }

  get nextIndex(): number {
    return this.last.index + 1;
  }

  propose(payload: Uint8Array): Proposed {
    const { last } = this;
    const rolls = last.counter === COUNTER_MAX;
    const index = last.index + 1;
    const epoch = rolls ? last.epoch + 1 : last.epoch;
    const counter = rolls ? 0 : last.counter + 1;
    const chain = chainOf(last.chain, { index, epoch, counter, kind: TRANSACTION, payload });
    const entry: LogEntry = { index, epoch, counter, chain, kind: TRANSACTION, payload };
    this.last = entry;
    this.batch.push(entry);
    this.batchBytes += payload.length;
    this.uncommittedBytes += payload.length;
    if (!this.flushing && !this.deferred) {
      this.deferred = true;
      this.runtime.defer(this.onTurn);
    }
    return entry;
  }

  drained(): Promise<void> {
    if ((!this.flushing && this.batch.length === 0) || this.stuck !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  private readonly onTurn = () => {
    this.deferred = false;
    if (!this.flushing) this.flush();
  };

  retry(): void {
    const { stuck } = this;
    if (stuck === undefined) return;
    this.stuck = undefined;
    this.append(stuck.batch, stuck.batchBytes);
  }

  private flush(): void {
    const { batch, batchBytes } = this;
    if (batch.length === 0) return;
    this.batch = [];
    this.batchBytes = 0;
    this.flushing = true;
    this.append(batch, batchBytes);
  }

  private append(batch: LogEntry[], batchBytes: number): void {
    const begunMs = this.runtime.monotonicMs();
    const upTo = (batch[batch.length - 1] as LogEntry).index;
    this.log.append(batch, (batch[0] as LogEntry).index - 1).then(
      () => {
        this.flushing = false;
        this.uncommittedBytes -= batchBytes;
        this.onFlushed(this.runtime.monotonicMs() - begunMs);
        this.flush();
        // Behind the log's own start of the next write: the disk works on that batch while this one is applied.
        queueMicrotask(() => {
          this.onCommitted(upTo);
          if (!this.flushing && this.batch.length === 0) this.wake();
        });
      },
      (error: Error) => {
        if (error instanceof StorageError && error.code === "FULL") {
          // Nothing was written and the log lives: the batch waits for room, and with it those who asked.
          this.stuck = { batch, batchBytes };
          this.wake();
          return;
        }
        this.onFailed(error);
        this.wake();
      },
    );
  }

  private wake(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const wake of waiters) wake();
  }
}
