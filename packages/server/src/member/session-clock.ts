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
  private readonly checkMs: number;
  private checkedMs: number;

  /** @param checkMs - How often {@link expire} will be called. */
  constructor(tickMs: number, checkMs: number, nowMs: number) {
    this.tickMs = tickMs;
    this.checkMs = checkMs;
    this.checkedMs = nowMs;
  }

  /** Sessions in the clock. */
  get size(): number {
    let size = 0;
    for (const bucket of this.buckets.values()) size += bucket.size;
    return size;
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
   * When the caller itself is late by more than a quarter of the shortest timeout (two ticks), every session is given
   * that long: nobody could be heard meanwhile, and a pause of the server must not become an outage of its clients.
   */
  expire(nowMs: number): T[] {
    const lateMs = nowMs - this.checkedMs - this.checkMs;
    this.checkedMs = nowMs;
    if (lateMs > this.tickMs / 2) {
      for (const bucket of this.buckets.values()) for (const session of bucket) session.heardMs += lateMs;
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

  /** Sessions by the tick they expire at unless heard of again, for reports: the buckets themselves lag behind. */
  sets(): ReadonlyMap<number, readonly T[]> {
    const sets = new Map<number, T[]>();
    for (const bucket of this.buckets.values()) {
      for (const session of bucket) {
        const dueMs = this.dueOf(session);
        const set = sets.get(dueMs);
        if (set === undefined) sets.set(dueMs, [session]);
        else set.push(session);
      }
    }
    return sets;
  }

  /** The tick a session expires at unless it is heard of again. */
  dueOf({ heardMs, timeoutMs }: Timed): number {
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
