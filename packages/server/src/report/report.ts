/** What the words report on, and the little that they keep between them. */
import type { Member } from "../member/member.ts";
import type { Runtime } from "../member/ports.ts";
import { type Host, THIS_HOST } from "./host.ts";

/** Set by ZooTrace in ZooKeeper. Nothing here depends on it: it is kept for whoever asks. */
const TRACE_MASK_DEFAULT = 306n;

export class Report {
  readonly member: Member;
  readonly runtime: Runtime;
  readonly host: Host;
  /** The port in use; known once the listener listens. */
  clientPort: number;
  traceMask = TRACE_MASK_DEFAULT;
  /** Whether what the start took still counts: until the statistics are reset. */
  tellsStart = true;

  constructor(member: Member, runtime: Runtime, host: Host = THIS_HOST) {
    this.member = member;
    this.runtime = runtime;
    this.host = host;
    this.clientPort = member.options.clientPort;
  }

  /** What to add to a monotonic time to get wall time, as of now. */
  get wallOffsetMs(): number {
    return Math.round(this.runtime.wallMs() - this.runtime.monotonicMs());
  }
}
