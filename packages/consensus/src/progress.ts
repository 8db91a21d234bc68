/** What a leader knows of one learner, and how far it has sent ahead (§4.5, B3). */
import type { Limits } from "./types.ts";

interface Sent {
  readonly to: number;
  readonly bytes: number;
}

export class Progress {
  readonly sid: number;
  readonly voter: boolean;
  /** It has acknowledged the epoch over the connection that is up. */
  active = true;
  /** Not spoken to, since it has not been heard for an election timeout although its connection is up. */
  silent = false;
  /** Durable there and the same as here. */
  match: number;
  next: number;
  /** Applied there, for reports. */
  applied = 0;
  /** Its log cannot be brought in line by entries: it waits for a snapshot, or has one on the way. */
  needsSnapshot: boolean;
  sendingSnapshot = false;
  /** Index of a snapshot that was sent and is not known to be in force there; 0 for none. */
  installing = 0;
  /** When the last one ended: the next waits a while. */
  snapshotAt = Number.NEGATIVE_INFINITY;
  /** A read of the log for it is under way. */
  reading: number | undefined;
  /** When the newest message that it has answered was sent, by the leader's clock, ms. */
  ackAt: number;
  readSeq = 0;
  /** When `match` last moved, or nothing was outstanding. */
  movedAt: number;
  sentCommit = 0;
  rejectAt = Number.NEGATIVE_INFINITY;
  private readonly sent: Sent[] = [];
  private inFlightBytes = 0;

  constructor(sid: number, voter: boolean, match: number | undefined, now: number) {
    this.sid = sid;
    this.voter = voter;
    this.match = match ?? 0;
    this.next = this.match + 1;
    this.needsSnapshot = match === undefined;
    this.ackAt = now;
    this.movedAt = now;
  }

  hasRoom(limits: Limits): boolean {
    return this.inFlightBytes < limits.windowBytes && this.next - this.match <= limits.windowEntries;
  }

  /** Entries up to `to` are on their way. */
  sending(to: number, bytes: number, now: number): void {
    if (this.sent.length === 0) this.movedAt = now;
    this.sent.push({ to, bytes });
    this.inFlightBytes += bytes;
    this.next = to + 1;
  }

  acknowledged(durable: number, now: number): void {
    if (durable <= this.match) return;
    this.match = durable;
    this.movedAt = now;
    if (this.next <= durable) this.next = durable + 1;
    while (this.sent.length > 0 && (this.sent[0] as Sent).to <= durable)
      this.inFlightBytes -= (this.sent.shift() as Sent).bytes;
  }

  /** Sends again from behind `index`, or from behind `match` where that is more. */
  rewind(now: number, index = 0): void {
    this.next = Math.max(this.match, index) + 1;
    this.sent.length = 0;
    this.inFlightBytes = 0;
    this.movedAt = now;
  }

  get outstanding(): boolean {
    return this.next > this.match + 1;
  }
}
