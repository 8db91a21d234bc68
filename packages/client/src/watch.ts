/** A watch that stays: its events as an async iterator, or given to a function. */
import type { CoordinationError } from "./errors.ts";
import { Fifo } from "./fifo.ts";
import type { GapEvent, NodeEvent, WatchEvent, WatchListener } from "./types.ts";
import type { Watcher } from "./watches.ts";

/**
 * What {@link Client.watch} gives. Iterate over it once, and end the loop or call `close` when you are done:
 *
 * ```ts
 * for await (const event of watch) if (event.type === "gap") await readAnew(); else apply(event);
 * ```
 *
 * The loop ends when the watch or the client is closed, and throws when the client ends by an error.
 */
export class Watch implements AsyncIterableIterator<WatchEvent>, AsyncDisposable, Watcher {
  readonly path: string;
  readonly recursive: boolean;
  private readonly chroot: string;
  private readonly bufferMax: number;
  private readonly listener: WatchListener | undefined;
  private readonly onClose: () => Promise<void>;
  private readonly events = new Fifo<WatchEvent>();
  private readonly readers = new Fifo<{
    resolve(result: IteratorResult<WatchEvent>): void;
    reject(error: Error): void;
  }>();
  private ended = false;
  private failure: CoordinationError | undefined;

  /** @internal */
  constructor(
    path: string,
    recursive: boolean,
    chroot: string,
    bufferMax: number,
    listener: WatchListener | undefined,
    onClose: () => Promise<void>,
  ) {
    this.path = path;
    this.recursive = recursive;
    this.chroot = chroot;
    this.bufferMax = bufferMax;
    this.listener = listener;
    this.onClose = onClose;
  }

  /** @internal */
  onEvent(type: NodeEvent["type"], path: string): void {
    this.put({ type, path: relativeTo(this.chroot, path) });
  }

  /** @internal */
  onGap(_path: string, reason: GapEvent["reason"]): void {
    // An iterator learns of the end by its end.
    if (reason !== "closed" || this.listener !== undefined) this.put({ type: "gap", path: this.path, reason });
    if (reason === "closed") this.finish();
  }

  /** The client ended by an error. @internal */
  fail(error: CoordinationError): void {
    if (this.ended) return;
    if (this.listener === undefined) this.failure = error;
    this.onGap(this.path, "closed");
  }

  next(): Promise<IteratorResult<WatchEvent>> {
    const event = this.events.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.failure !== undefined) {
      const { failure } = this;
      this.failure = undefined;
      return Promise.reject(failure);
    }
    if (this.ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => this.readers.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<WatchEvent>> {
    await this.close();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends it here at once, and resolves when the server has forgotten it, if there is one to tell. */
  async close(): Promise<void> {
    if (this.ended) return;
    this.finish();
    this.events.drain();
    await this.onClose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private put(event: WatchEvent): void {
    if (this.ended) return;
    const { listener, readers, events } = this;
    if (listener !== undefined) {
      callListener(listener, event);
      return;
    }
    const reader = readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: event });
      return;
    }
    if (events.length < this.bufferMax) {
      events.push(event);
      return;
    }
    events.drain();
    events.push({ type: "gap", path: this.path, reason: "overflow" });
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    for (const reader of this.readers.drain()) {
      if (this.failure === undefined) reader.resolve(DONE);
      else {
        reader.reject(this.failure);
        this.failure = undefined;
      }
    }
  }
}

const DONE: IteratorResult<WatchEvent> = { done: true, value: undefined };

/** A path below a chroot, as seen from there; others, such as the ensemble's configuration, as they are. */
export function relativeTo(chroot: string, absolute: string): string {
  if (chroot === "") return absolute;
  if (absolute === chroot) return "/";
  return absolute.startsWith(chroot) && absolute[chroot.length] === "/" ? absolute.slice(chroot.length) : absolute;
}

/** What a listener throws is its own: it must not end the connection that brought the event. */
export function callListener(listener: WatchListener, event: WatchEvent): void {
  try {
    listener(event);
  } catch (error) {
    throwLater(error);
  }
}

/** Makes it an uncaught exception, once what is under way is done. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
