/** Changes for many readers: each has an iterator of its own with a bound, and a mark where something was dropped. */
import { CoordinationError } from "@rookery/client";
import { positiveInteger } from "./checks.ts";

export interface ChangesOptions {
  /** What is kept for a reader that lags; above it, all of it becomes one `resync`. A positive integer, default 1024. */
  readonly bufferMax?: number | undefined;
  /** Aborting it ends the iterator with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/** In place of changes that a lagging reader did not take out in time: it must look at the whole again. */
export interface ResyncChange {
  readonly type: "resync";
}

const BUFFER_MAX = 1024;
const RESYNC: ResyncChange = Object.freeze({ type: "resync" });

/**
 * The changes from the moment it was made, in order. Iterate over it once, and end the loop or call `return` when you are done.
 * What is looked at in the same turn as it is made is what the changes begin from.
 */
export class Changes<T> implements AsyncIterableIterator<T | ResyncChange>, AsyncDisposable {
  private readonly bufferMax: number;
  private readonly signal: AbortSignal | undefined;
  private readonly onEnd: (ended: Changes<T>) => void;
  private readonly waiting: { resolve(result: Result<T>): void; reject(error: Error): void }[] = [];
  private buffer: (T | ResyncChange)[] = [];
  private head = 0;
  private ended = false;
  private failure: Error | undefined;

  /** @internal */
  constructor({ bufferMax = BUFFER_MAX, signal }: ChangesOptions, onEnd: (ended: Changes<T>) => void) {
    positiveInteger("bufferMax", bufferMax);
    this.bufferMax = bufferMax;
    this.signal = signal;
    this.onEnd = onEnd;
    signal?.addEventListener("abort", this.onAbort, { once: true });
    if (signal?.aborted === true) this.onAbort();
  }

  /** @internal */
  put(item: T): void {
    if (this.ended) return;
    const reader = this.waiting.shift();
    if (reader !== undefined) reader.resolve({ done: false, value: item });
    else if (this.buffer.length - this.head < this.bufferMax) this.buffer.push(item);
    else {
      this.buffer = [RESYNC];
      this.head = 0;
    }
  }

  /** What is kept can still be taken out. @internal */
  finish(failure?: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = failure;
    this.signal?.removeEventListener("abort", this.onAbort);
    this.onEnd(this);
    for (const reader of this.waiting.splice(0)) this.settle(reader);
  }

  next(): Promise<IteratorResult<T | ResyncChange, undefined>> {
    if (this.head < this.buffer.length) {
      const value = this.buffer[this.head++] as T | ResyncChange;
      if (this.head === this.buffer.length) {
        this.buffer = [];
        this.head = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve, reject) => {
      const reader = { resolve, reject };
      if (this.ended) this.settle(reader);
      else this.waiting.push(reader);
    });
  }

  return(): Promise<IteratorResult<T | ResyncChange, undefined>> {
    this.buffer = [];
    this.head = 0;
    this.finish();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  private readonly onAbort = () => {
    this.buffer = [];
    this.head = 0;
    this.finish(new CoordinationError("ABORTED", "the changes were aborted", { cause: this.signal?.reason }));
  };

  /** An error is thrown once; after it there is nothing. */
  private settle(reader: { resolve(result: Result<T>): void; reject(error: Error): void }): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure === undefined) reader.resolve({ done: true, value: undefined });
    else reader.reject(failure);
  }
}

type Result<T> = IteratorResult<T | ResyncChange, undefined>;

/** Where changes are put in. */
export class Feed<T> {
  private readonly readers = new Set<Changes<T>>();
  private end: { readonly error: Error | undefined } | undefined;

  put(item: T): void {
    for (const reader of this.readers) reader.put(item);
  }

  changes(options: ChangesOptions = {}): Changes<T> {
    const reader = new Changes<T>(options, (ended) => this.readers.delete(ended));
    if (this.end !== undefined) reader.finish(this.end.error);
    else if (options.signal?.aborted !== true) this.readers.add(reader);
    return reader;
  }

  /** Ends when the changes do that it is made of. Never rejects. */
  async endWith(changes: AsyncIterator<unknown>): Promise<void> {
    try {
      while ((await changes.next()).done !== true);
      this.close();
    } catch (error) {
      this.close(error as Error);
    }
  }

  /** All iterators end, by `error` if there is one. */
  close(error?: Error): void {
    if (this.end !== undefined) return;
    this.end = { error };
    for (const reader of [...this.readers]) reader.finish(error);
  }
}
