/**
 * One core whose peers and disk are played by the test: it hears what the test says, and its writes are durable when the
 * test says so.
 */
import {
  type AckEpoch,
  type Append,
  type AppendAck,
  type Configuration,
  Core,
  DEFAULT_LIMITS,
  ENTRY,
  type Entry,
  type EpochRow,
  encodeEpochStart,
  type Fatal,
  GENESIS,
  GENESIS_ROW,
  type Heartbeat,
  type Join,
  type Limits,
  type LogReadRequest,
  type MemberSpec,
  type Message,
  type NewEpoch,
  type Notify,
  type Position,
  type Promises,
  rowOf,
  type Send,
  type StoreOperation,
  type Timeouts,
  timeoutsOf,
  type Zxid,
} from "../src/index.ts";
import { chainOf, ensembleOf } from "./cluster.ts";

export interface LoneOptions {
  readonly sid: number;
  readonly members?: readonly MemberSpec[];
  /** What its log holds at the start, all of it durable. */
  readonly log?: readonly Entry[];
  /** Up to where the state has it. */
  readonly applied?: number;
  readonly promises?: Partial<Promises>;
  readonly limits?: Partial<Limits>;
  readonly timeouts?: Timeouts;
  readonly priority?: number;
  readonly jitterSeed?: number;
  readonly vouched?: boolean;
  /** Peers with a connection from the start; all unless given. */
  readonly links?: readonly number[];
}

export const TIMEOUTS = timeoutsOf(2000, 10, 5);
const BOOT_ID = 77;

export class Lone {
  now = 1000;
  readonly core: Core;
  readonly sid: number;
  /** Since {@link taken}. */
  sent: Send[] = [];
  stores: StoreOperation[] = [];
  readonly reads: { readonly cookie: number; readonly index: number }[] = [];
  readonly failedReads: number[] = [];
  readonly logReads: LogReadRequest[] = [];
  readonly snapshots: number[] = [];
  readonly snapshotsCancelled: number[] = [];
  deliveredTo = 0;
  fatal: Fatal | undefined;
  private readonly timeouts: Timeouts;
  private readonly peers: readonly number[];

  constructor(options: LoneOptions) {
    const { sid, members = ensembleOf(3), log = [], applied = 0, timeouts = TIMEOUTS } = options;
    this.sid = sid;
    this.timeouts = timeouts;
    const voters = members.filter((member) => member.role === "participant" && member.sid !== sid);
    this.peers = voters.map((member) => member.sid);
    const last = log.at(-1) ?? GENESIS;
    const configuration: Configuration = { version: { epoch: 0, counter: 0 }, members };
    this.core = new Core(
      {
        sid,
        configuration,
        timeouts,
        limits: { ...DEFAULT_LIMITS, ...options.limits },
        priority: options.priority ?? 0,
        configHash: 1,
        chainOf,
      },
      {
        promises: {
          acceptedEpoch: last.epoch,
          acceptedLeader: rowsOf(log).at(-1)?.leader ?? 0,
          nonce: sid * 100 + 1,
          founders: members.map((member) => ({ sid: member.sid, nonce: member.sid * 100 + 1 })),
          belongs: true,
          ...options.promises,
        },
        bootId: BOOT_ID,
        jitterSeed: options.jitterSeed ?? 1,
        firstIndex: 1,
        last,
        applied: log[applied - 1] ?? GENESIS,
        epochs: rowsOf(log),
        vouched: options.vouched ?? false,
      },
      this.now,
    );
    for (const peer of options.links ?? members.map((member) => member.sid))
      if (peer !== sid) this.core.linkUp(this.now, peer);
    this.flush();
  }

  /** Takes what the core has produced. */
  flush(): void {
    for (;;) {
      const effects = this.core.takeEffects();
      if (effects === undefined) return;
      this.sent.push(...effects.sends);
      this.stores.push(...effects.stores);
      this.reads.push(...effects.reads);
      this.failedReads.push(...effects.failedReads);
      this.logReads.push(...effects.logReads);
      this.snapshots.push(...effects.snapshots);
      this.snapshotsCancelled.push(...effects.snapshotsCancelled);
      this.fatal = effects.fatal ?? this.fatal;
      this.deliveredTo = Math.max(this.deliveredTo, effects.deliverTo);
    }
  }

  /** One message of one turn. */
  hear(from: number, message: Message): void {
    this.core.receive(this.now, from, message);
    this.flush();
  }

  /** Everything handed to the disk so far is durable. */
  persist(): void {
    const last = this.stores.at(-1);
    if (last === undefined) return;
    this.core.stored(this.now, last.sequence);
    this.flush();
  }

  apply(index: number = this.deliveredTo): void {
    this.core.applied(this.now, index);
    this.flush();
  }

  /** Moves the clock, and ticks whenever something is due. */
  wait(ms: number): void {
    const end = this.now + ms;
    while (this.core.nextWakeup <= end) {
      this.now = Math.max(this.now, this.core.nextWakeup);
      this.core.tick(this.now);
      this.flush();
    }
    this.now = end;
  }

  /** What was sent since the last time, of one type; forgets all of it. */
  taken<T extends Message["type"]>(type: T): { to: number; message: Extract<Message, { type: T }> }[] {
    const { sent } = this;
    this.sent = [];
    return sent.filter((send) => send.message.type === type) as ReturnType<typeof this.taken<T>>;
  }

  // ── Peers, played by the test ──────────────────────────────────────────────────────────────────────────────

  /** Comes to follow `leader`, which leads an established epoch. */
  find(leader: number, epoch = 1): void {
    this.hear(leader, leading(leader, epoch));
  }

  /** Follows `leader` in `epoch`, with the promise durable. */
  led(leader: number, epoch: number, last: Position, established = true): void {
    this.find(leader, epoch);
    this.hear(leader, newEpoch(epoch, last, established));
    this.persist();
  }

  /** Is elected by the votes of everybody, and has claimed the next epoch durably with the joins of `joining`. */
  claim(joining: readonly number[]): void {
    const own = this.taken("notify").at(-1)?.message;
    if (own === undefined) throw new Error("has said nothing of its vote");
    for (const from of this.peers) this.hear(from, own);
    for (const from of joining) this.hear(from, join());
    this.persist();
  }

  /** Leads an established epoch in which `followers` have acknowledged everything. */
  lead(followers: readonly number[]): number {
    this.claim(followers);
    const { acceptedEpoch } = this.core.promises;
    for (const from of followers) this.hear(from, ackEpoch(acceptedEpoch));
    this.persist();
    for (const from of followers) this.hear(from, ack(acceptedEpoch, this.core.last.index, this.now));
    this.apply();
    this.sent = [];
    return acceptedEpoch;
  }

  get heartbeatMs(): number {
    return this.timeouts.heartbeatMs;
  }

  get electionMs(): number {
    return this.timeouts.electionMs;
  }
}

/** A log of epochs, each with its start and so many transactions behind it. */
export function history(...epochs: readonly { epoch: number; leader: number; writes: number }[]): Entry[] {
  const log: Entry[] = [];
  for (const { epoch, leader, writes } of epochs) {
    for (let counter = 0; counter <= writes; counter++) {
      const start = counter === 0;
      const bare = {
        index: log.length + 1,
        epoch,
        counter,
        kind: start ? ENTRY.epochStart : ENTRY.transaction,
        payload: start ? encodeEpochStart(leader) : new TextEncoder().encode(`${epoch}/${counter}`),
      };
      log.push({ ...bare, chain: chainOf(log.at(-1)?.chain ?? 0, bare) });
    }
  }
  return log;
}

export function rowsOf(log: readonly Entry[]): EpochRow[] {
  return [GENESIS_ROW, ...log.filter(({ kind }) => kind === ENTRY.epochStart).map(rowOf)];
}

export function positionOf({ index, epoch, counter, chain }: Position): Position {
  return { index, epoch, counter, chain };
}

/** Looks for a leader, and votes for `sid`. */
export function looking(sid: number, round: number, zxid: Zxid = { epoch: 0, counter: 0 }): Notify {
  const vote = { ...zxid, priority: 0, sid };
  return { type: "notify", state: "looking", round, vote, acceptedEpoch: 0, leader: 0, established: false };
}

export function leading(sid: number, epoch = 1, established = true): Notify {
  const vote = { epoch, counter: 0, priority: 0, sid };
  return { type: "notify", state: "leading", round: 0, vote, acceptedEpoch: epoch, leader: sid, established };
}

export function join(acceptedEpoch = 0, acceptedLeader = 0, last: Position = GENESIS): Join {
  return { type: "join", acceptedEpoch, acceptedLeader, last: positionOf(last) };
}

export function newEpoch(epoch: number, last: Position = GENESIS, established = true, leaderBoot = 5): NewEpoch {
  return { type: "newEpoch", epoch, leaderBoot, last: positionOf(last), established };
}

export function ackEpoch(epoch: number, log: readonly Entry[] = [], leaderBoot = BOOT_ID, commit = 0): AckEpoch {
  return { type: "ackEpoch", epoch, leaderBoot, last: positionOf(log.at(-1) ?? GENESIS), commit, epochs: rowsOf(log) };
}

export function append(epoch: number, prev: Position, entries: readonly Entry[], commit = 0): Append {
  return { type: "append", epoch, prev: positionOf(prev), entries, commit, sentAt: 1 };
}

export function heartbeat(epoch: number, commit = 0, more: Partial<Heartbeat> = {}): Heartbeat {
  return {
    type: "heartbeat",
    epoch,
    commit,
    established: true,
    sentAt: 1,
    readSeq: 0,
    digestIndex: 0,
    digest: 0,
    levels: [],
    ...more,
  };
}

export function ack(epoch: number, durable: number, sentAt = 1, more: Partial<AppendAck> = {}): AppendAck {
  return { type: "appendAck", epoch, durable, applied: 0, sentAt, readSeq: 0, reject: undefined, ...more };
}
