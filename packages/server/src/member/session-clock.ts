/**
 * When sessions expire. A session sits in the bucket of a tick and is looked at again only then, so that hearing from
 * it costs one store. Source: ZooKeeper 3.9, ExpiryQueue; specification §2.4.
 */

/** A session as its keeper sees it. */
export interface Timed {
  readonly timeoutMs: number;
  /** Monotonic milliseconds at which something was last heard of it. */
  heardMs: number;
  /** The tick it will be looked at. Written by the clock alone. */
  dueMs: number;
}

export class SessionClock<T extends Timed> {
  private readonly tickMs: number;
  private readonly buckets = new Map<number, Set<T>>();
  private checkedMs: number;

  constructor(tickMs: number, nowMs: number) {
    this.tickMs = tickMs;
    this.checkedMs = nowMs;
  }

  add(session: T): void {
    session.dueMs = this.dueOf(session);
    this.bucket(session.dueMs).add(session);
  }

  remove(session: T): void {
    const bucket = this.buckets.get(session.dueMs);
    if (bucket === undefined) return;
    bucket.delete(session);
    if (bucket.size === 0) this.buckets.delete(session.dueMs);
  }

  /**
   * The sessions whose time has come; they leave the clock.
   * When the caller itself was late by `stallMs` beyond a tick, every session is given that long: nobody could be heard.
   */
  expire(nowMs: number): T[] {
    const stallMs = nowMs - this.checkedMs - 2 * this.tickMs;
    this.checkedMs = nowMs;
    if (stallMs > 0) {
      for (const bucket of this.buckets.values()) for (const session of bucket) session.heardMs += stallMs;
    }
    const expired: T[] = [];
    for (const [dueMs, bucket] of [...this.buckets]) {
      if (dueMs > nowMs) continue;
      this.buckets.delete(dueMs);
      for (const session of bucket) {
        if (this.dueOf(session) > nowMs) this.add(session);
        else expired.push(session);
      }
    }
    return expired;
  }

  /** Buckets by due time, for reports. Sessions heard of since stand where they will be looked at. */
  *sets(): IterableIterator<readonly [number, ReadonlySet<T>]> {
    yield* this.buckets;
  }

  private dueOf({ heardMs, timeoutMs }: T): number {
    return (Math.floor((heardMs + timeoutMs) / this.tickMs) + 1) * this.tickMs;
  }

  private bucket(dueMs: number): Set<T> {
    let bucket = this.buckets.get(dueMs);
    if (bucket === undefined) {
      bucket = new Set();
      this.buckets.set(dueMs, bucket);
    }
    return bucket;
  }
}
