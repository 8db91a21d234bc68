/** What the parts of the core share: who we are, the log, what goes out, and the time. */

import { CoreLog } from "./log.ts";
import { Membership } from "./membership.ts";
import type {
  BootState,
  CoreConfig,
  Effects,
  Entry,
  Fatal,
  Level,
  Message,
  Notify,
  Position,
  Promises,
  TraceEvent,
  Witnessed,
} from "./types.ts";

/** What was last heard of another member. */
export interface PeerView {
  readonly notify: Notify;
  readonly heardAt: number;
}

/** Of this member's own promises, as many are remembered. */
const PROMISED_MAX = 16;

export class Context {
  readonly config: CoreConfig;
  readonly sid: number;
  readonly bootId: number;
  readonly vouched: boolean;
  /** Its operator vouches for it, and it was empty at the start. */
  readonly vouchedEmpty: boolean;
  readonly log: CoreLog;
  readonly membership: Membership;
  /** Members with a connection. */
  readonly links = new Set<number>();
  /** Links that had better be given no more for now. */
  readonly paused = new Set<number>();
  readonly views = new Map<number, PeerView>();
  /** What voters were seen to have promised and acknowledged: their disks may not know less (rolled back). */
  readonly witnessed = new Map<number, Witnessed>();
  /** That of the disk at the start and those since, the newest few. */
  private readonly promised: { readonly epoch: number; readonly leader: number }[];
  now: number;
  /** As of the last write that was asked for. */
  promises: Promises;
  /** As they are on the disk. */
  durablePromises: Promises;
  commit: number;
  applied: number;
  effects: Effects | undefined;
  failed: Fatal | undefined;
  private seed: number;

  constructor(config: CoreConfig, boot: BootState, now: number) {
    this.config = config;
    this.sid = config.sid;
    this.bootId = boot.bootId;
    this.vouched = boot.vouched;
    this.vouchedEmpty = boot.vouched && boot.promises.acceptedEpoch === 0 && boot.last.index === 0;
    this.now = now;
    this.log = new CoreLog(boot, config.limits);
    this.membership = new Membership([config.configuration]);
    this.promises = boot.promises;
    this.promised = [{ epoch: boot.promises.acceptedEpoch, leader: boot.promises.acceptedLeader }];
    this.durablePromises = boot.promises;
    this.commit = boot.applied.index;
    this.applied = boot.applied.index;
    this.seed = (boot.jitterSeed ^ 0x9e37_79b9) >>> 0 || 1;
  }

  get out(): Effects {
    this.effects ??= {
      stores: [],
      sends: [],
      deliverTo: 0,
      reads: [],
      failedReads: [],
      role: undefined,
      logReads: [],
      snapshots: [],
      snapshotsCancelled: [],
      fatal: undefined,
    };
    return this.effects;
  }

  get isVoter(): boolean {
    return this.membership.isVoter(this.sid);
  }

  /** Whether this member may take part at all (§13.4, bootstrap). */
  get belongs(): boolean {
    return this.promises.belongs || !this.isVoter;
  }

  send(to: number, message: Message): void {
    if (to !== this.sid && this.links.has(to)) this.out.sends.push({ to, message });
  }

  broadcast(to: readonly number[], message: Message): void {
    for (const sid of to) this.send(sid, message);
  }

  /** Writes the promises, behind everything appended so far, and calls `then` when they are durable. */
  persist(change: Partial<Promises>, then: () => void): void {
    const promises = { ...this.promises, ...change };
    this.promises = promises;
    if (change.acceptedEpoch !== undefined) {
      this.promised.push({ epoch: promises.acceptedEpoch, leader: promises.acceptedLeader });
      if (this.promised.length > PROMISED_MAX) this.promised.shift();
    }
    this.log.promise(promises, this.out.stores, this.commit, () => {
      this.durablePromises = promises;
      then();
    });
  }

  /** Everything up to `index` is committed. */
  commitTo(index: number): void {
    if (index <= this.commit) return;
    this.commit = index;
    this.log.committed = index;
    this.out.deliverTo = index;
  }

  fail(code: Fatal["code"], message: string): void {
    if (this.failed !== undefined) return;
    this.failed = { code, message };
    this.out.fatal = this.failed;
    this.trace("fatal", { code, message });
  }

  /** 0 ≤ x < 1, from the boot seed (E8). */
  random(): number {
    let x = this.seed;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.seed = x >>> 0;
    return this.seed / 0x1_0000_0000;
  }

  /** `ms`, give or take 40 %: timers of several members must not keep step (E8). */
  spread(ms: number): number {
    return Math.round(ms * (0.6 + 0.8 * this.random()));
  }

  witness(epoch: number, leader: number, { sid, index }: Level): void {
    const seen = this.witnessed.get(sid);
    if (seen === undefined || epoch > seen.epoch || (epoch === seen.epoch && index > seen.index))
      this.witnessed.set(sid, { epoch, leader, index });
  }

  /** Whether this disk, with nothing lost since, would know of a promise of `epoch` to `leader` and does not. */
  hasForgotten(epoch: number, leader: number): boolean {
    if (epoch > this.promises.acceptedEpoch) return true;
    // A refusal that does not name it.
    if (leader === 0) return false;
    // Below the first there may have been any.
    if (epoch < (this.promised[0]?.epoch ?? 0)) return false;
    return !this.promised.some((promise) => promise.epoch === epoch && promise.leader === leader);
  }

  /**
   * A disk that was put back to an older day lacks what it promised or acknowledged: it may not vote on it, and is told. It
   * believes that only if its own records agree. Who accepted the epoch is not in every message.
   */
  isRolledBack(from: number, acceptedEpoch: number, lastIndex: number, acceptedLeader?: number): boolean {
    const seen = this.witnessed.get(from);
    if (seen === undefined || !this.membership.isVoter(from)) return false;
    const same = acceptedEpoch === seen.epoch;
    const elsewhere = same && acceptedLeader !== undefined && acceptedLeader !== seen.leader;
    const behind = acceptedEpoch < seen.epoch || (same && lastIndex < seen.index) || elsewhere;
    if (behind) this.send(from, { type: "refuse", reason: "rolledBack", ...seen });
    return behind;
  }

  trace(what: string, detail: TraceEvent["detail"] = {}): void {
    this.config.trace?.({ sid: this.sid, at: this.now, what, detail });
  }
}

/** A position alone, of something that carries more. */
export function positionOf({ index, epoch, counter, chain }: Position | Entry): Position {
  return { index, epoch, counter, chain };
}
