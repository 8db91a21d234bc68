/** A lease that is a place in a queue whose turn it is. */
import { type Client, CoordinationError, type SessionState, type Zxid } from "@rookery/client";
import type { Lease, LossPolicy } from "./lease.ts";
import type { Place } from "./place.ts";
import { type WaitOptions, within } from "./waiting.ts";

/** A {@link Lease} that others can ask for. */
export interface LockLease extends Lease {
  /**
   * Aborted when somebody asks the holder to let go, by `requestRelease`, {@link requestRevocation} or Curator's Revoker. The
   * lease stays valid until it is released: finish what is under way, and release it.
   */
  readonly revocation: AbortSignal;
}

export class Hold implements LockLease {
  protected readonly place: Place;
  protected readonly lossPolicy: LossPolicy;
  private readonly ended = new AbortController();

  /** Undefined if it could not be relied on from the beginning. */
  static of(place: Place, lossPolicy: LossPolicy): Hold | undefined {
    return isSound(place, lossPolicy) ? new Hold(place, lossPolicy) : undefined;
  }

  constructor(place: Place, lossPolicy: LossPolicy) {
    this.place = place;
    this.lossPolicy = lossPolicy;
    const { client } = place.queue;
    if (lossPolicy === "connection") client.events.on("state", this.onState);
    place.signal.addEventListener("abort", this.onOver, { once: true });
  }

  get path(): string {
    return this.place.path;
  }

  get token(): Zxid {
    return this.place.token;
  }

  get signal(): AbortSignal {
    return this.ended.signal;
  }

  get revocation(): AbortSignal {
    return this.place.revocation;
  }

  release(options?: WaitOptions): Promise<void> {
    return within(`releasing ${this.path}`, options, this.place.leave());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** Not to be relied on any more; the znode stays until the release. */
  end(reason: CoordinationError): void {
    this.place.queue.client.events.off("state", this.onState);
    this.place.signal.removeEventListener("abort", this.onOver);
    this.ended.abort(reason);
  }

  private readonly onOver = (): void => this.end(this.place.signal.reason);

  private readonly onState = (state: SessionState): void => {
    if (state === "connected") return;
    const { path } = this;
    this.end(new CoordinationError("CONNECTION_LOSS", `${path}: the connection broke, the session may end`, { path }));
  };
}

/** Whether a lease upon this place can be relied on at this moment. */
export function isSound({ queue, signal }: Place, lossPolicy: LossPolicy): boolean {
  return !signal.aborted && (lossPolicy === "session" || isConnected(queue.client));
}

function isConnected(client: Client): boolean {
  return client.state === "connected";
}
