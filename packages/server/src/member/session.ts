/** A session on the member that holds it: its timing and its connection beside what the tree knows of it. */
import type { TreeSession } from "@rookery/tree";
import type { Client } from "./client.ts";
import type { Timed } from "./session-clock.ts";

export class ServerSession implements Timed {
  readonly id: bigint;
  /** The id in halves, unsigned 32 bits each. */
  readonly high: number;
  readonly low: number;
  timeoutMs: number;
  heardMs: number;
  dueMs = 0;
  /** The connection that holds it now. */
  client: Client | undefined;
  /** A close is on its way: requests for it are dropped. */
  closing = false;
  /** This member has forgotten it. */
  gone = false;
  /** Its proposals that have not been applied. */
  inFlight = 0;
  /** Undefined until its creation has been applied. */
  tree: TreeSession | undefined;
  /** On the leader: the server whose connection it last came by, which alone may write for it; 0 while unknown. */
  owner = 0;
  /** It lives on this member alone. */
  local = false;
  /** A local session is on its way to become a global one. */
  upgrading = false;

  constructor(id: bigint, timeoutMs: number, heardMs: number) {
    this.id = id;
    this.high = Number(BigInt.asUintN(32, id >> 32n));
    this.low = Number(BigInt.asUintN(32, id));
    this.timeoutMs = timeoutMs;
    this.heardMs = heardMs;
  }
}
