/**
 * What goes into the core and what comes out: log entries, what is persistent, peer messages, effects.
 * Everything is plain data; integers are JS numbers, times are integer milliseconds of a clock that never goes back.
 * Rule ids (D1, E3, P2, S1, B2 …) are those of the consensus design, quoted where a rule is carried out.
 */

/** A transaction id: the epoch of the leader that made the entry, and its counter within it. Both unsigned 32 bits. */
export interface Zxid {
  readonly epoch: number;
  readonly counter: number;
}

/** Where in the log something is. `index` is dense from 1; `chain` authenticates everything up to it. */
export interface Position extends Zxid {
  readonly index: number;
  /** Unsigned 32 bits. */
  readonly chain: number;
}

/** The position before the first entry. */
export const GENESIS: Position = { index: 0, epoch: 0, counter: 0, chain: 0 };

/** The chain of a position that is known by its zxid only: it is not compared. */
export const UNKNOWN_CHAIN = 0;

/** What an entry carries. `transaction` is the state machine's; the others are the core's own. */
export const ENTRY = {
  transaction: 1,
  /** Opens an epoch (D2): zxid (epoch, 0), payload {@link encodeEpochStart}. */
  epochStart: 2,
} as const;

export interface Entry extends Position {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** One epoch of the log: who led it and where it starts (§7.2). */
export interface EpochRow {
  readonly epoch: number;
  readonly leader: number;
  readonly startIndex: number;
}

// ── Configuration ────────────────────────────────────────────────────────────────────────────────────────────

/** One server of the ensemble. */
export interface MemberSpec {
  /** 1 to 255. */
  readonly sid: number;
  readonly role: "participant" | "observer";
  /** Voting weight; 1 unless the operator says otherwise. 0 never stands for election. */
  readonly weight: number;
  /** Group of a hierarchical quorum; 0 when there are none. */
  readonly group: number;
}

/** Who belongs to the ensemble, as of one entry of the log; the zero zxid is the configuration given at bootstrap. */
export interface Configuration {
  readonly version: Zxid;
  /** In the order of their sids. */
  readonly members: readonly MemberSpec[];
}

export interface Timeouts {
  /** Between heartbeats of a leader. */
  readonly heartbeatMs: number;
  /** Silence after which a follower leaves its leader, and a leader without its quorum steps down. */
  readonly electionMs: number;
  /** Time without progress in discovery or synchronisation (initLimit ticks). */
  readonly syncMs: number;
  /** How long a decided voter waits for a better vote when not everybody agrees (E3). */
  readonly finalizeMs: number;
  /** First interval of repeated notifications; doubles up to `electionMs`. */
  readonly notifyMs: number;
}

/** Every bound of the core (§4.5). Reaching one has a defined answer, never growth. */
export interface Limits {
  /** Proposed and not yet committed: above, `propose` answers "overloaded". */
  readonly uncommittedEntries: number;
  readonly uncommittedBytes: number;
  /** One Append: so many entries and bytes, or one entry. */
  readonly appendEntries: number;
  readonly appendBytes: number;
  /** Sent to one learner and not acknowledged. */
  readonly windowBytes: number;
  readonly windowEntries: number;
  /** Entries kept in memory for learners; older ones are read from the log. */
  readonly tailEntries: number;
  readonly tailBytes: number;
  /** Reads of the log under way for one learner. */
  readonly logReads: number;
  /** Snapshots being sent at a time; voters first. */
  readonly snapshotSends: number;
  /** Reads (`readIndex`) waiting for a round. */
  readonly pendingReads: number;
  /** Highest counter of an epoch; the next epoch begins before it is passed (§10). */
  readonly counterMax: number;
  /** Epoch rows kept. */
  readonly epochRows: number;
}

export interface CoreConfig {
  readonly sid: number;
  /** The configuration given to a new ensemble; the log's own entries override it (§11.2). */
  readonly configuration: Configuration;
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  /** Breaks ties of equal zxid before the sid (E9). Same rank for all: 0. */
  readonly priority: number;
  /** Of the configuration text: members that disagree on who belongs must not found an ensemble together. */
  readonly configHash: number;
  /** The chain of an entry after `previous`. Handed in, since the log's format owns it. */
  readonly chainOf: (previous: number, entry: Omit<Entry, "chain">) => number;
  /** Called with what happened, for logs and transcripts. */
  readonly trace?: ((event: TraceEvent) => void) | undefined;
}

/** What must survive a crash beside the log (§5.1). */
export interface Promises {
  readonly acceptedEpoch: number;
  readonly acceptedLeader: number;
  /** Identity of this disk, drawn when its folder was made; never 0. */
  readonly nonce: number;
  /** The disks that found the ensemble, by sid; empty until they are known. */
  readonly founders: readonly Founder[];
  /** Every founder has written down the same founders: from here on this member takes part. */
  readonly belongs: boolean;
}

export interface Founder {
  readonly sid: number;
  readonly nonce: number;
}

/** What recovery found. */
export interface BootState {
  readonly promises: Promises;
  /** Drawn anew at each start of the process, 1 to 2^53−1. */
  readonly bootId: number;
  /** Seed of the timers' jitter, any 32 bits. */
  readonly jitterSeed: number;
  /** Oldest entry that the log still holds; `last.index + 1` when it holds none. */
  readonly firstIndex: number;
  readonly last: Position;
  /** What the state holds: committed, by its nature. */
  readonly applied: Position;
  /** Rows of every epoch in state and log, oldest first. */
  readonly epochs: readonly EpochRow[];
  /** The operator vouches that an empty disk may vote (the `initialize` marker). */
  readonly vouched: boolean;
}

// ── Peer messages (§14) ──────────────────────────────────────────────────────────────────────────────────────

/** For whom a server votes: recency first, then priority, then sid. */
export interface Vote extends Zxid {
  readonly priority: number;
  readonly sid: number;
}

export type PeerState = "looking" | "following" | "leading" | "observing";

/** Who I am, on each new link: how new members find out that nobody has voted before them (§13.4, bootstrap). */
export interface Hail {
  readonly type: "hail";
  readonly nonce: number;
  readonly configHash: number;
  /** As the sender has written them down; empty before. */
  readonly founders: readonly Founder[];
  readonly belongs: boolean;
}

export interface Notify {
  readonly type: "notify";
  readonly state: PeerState;
  readonly round: number;
  readonly vote: Vote;
  readonly acceptedEpoch: number;
  /** Whom the sender follows or that it leads; 0 while looking. */
  readonly leader: number;
  readonly established: boolean;
}

export interface Join {
  readonly type: "join";
  readonly acceptedEpoch: number;
  readonly acceptedLeader: number;
  readonly last: Position;
}

export interface NewEpoch {
  readonly type: "newEpoch";
  readonly epoch: number;
  readonly leaderBoot: number;
  /** The leader's last entry before it opens the epoch. */
  readonly last: Position;
  readonly established: boolean;
}

export interface AckEpoch {
  readonly type: "ackEpoch";
  readonly epoch: number;
  readonly leaderBoot: number;
  readonly last: Position;
  readonly commit: number;
  readonly epochs: readonly EpochRow[];
}

export interface Append {
  readonly type: "append";
  readonly epoch: number;
  readonly prev: Position;
  /** Dense, right behind `prev`. */
  readonly entries: readonly Entry[];
  readonly commit: number;
  readonly sentAt: number;
}

export interface Heartbeat {
  readonly type: "heartbeat";
  readonly epoch: number;
  readonly commit: number;
  readonly established: boolean;
  readonly sentAt: number;
  /** Newest round of reads that asks for this acknowledgement; 0 for none. */
  readonly readSeq: number;
  /** Digest of the leader's state at an applied index; index 0 for none (B4). */
  readonly digestIndex: number;
  readonly digest: number;
  /** Each voter that has promised this epoch, and up to where it has acknowledged: a disk put back to an older day is recognised by it. */
  readonly levels: readonly Level[];
}

/** A voter has promised `epoch` to `leader`, and acknowledged up to `index` in it. */
export interface Witnessed {
  readonly epoch: number;
  readonly leader: number;
  readonly index: number;
}

export interface Level {
  readonly sid: number;
  readonly index: number;
}

export interface AppendAck {
  readonly type: "appendAck";
  readonly epoch: number;
  readonly durable: number;
  readonly applied: number;
  /** That of the newest message answered. */
  readonly sentAt: number;
  readonly readSeq: number;
  /** Set when an Append did not fit: the log it must fit to. */
  readonly reject: { readonly last: Position; readonly epochs: readonly EpochRow[] } | undefined;
}

export interface ReadIndex {
  readonly type: "readIndex";
  readonly id: number;
}

export interface ReadIndexAck {
  readonly type: "readIndexAck";
  readonly id: number;
  /** 0 when the asked one does not lead. */
  readonly index: number;
}

/** The leader hands over to the receiver, which holds everything (§6.2). */
export interface TransferLead {
  readonly type: "transferLead";
  readonly epoch: number;
}

/** The new leader by transfer calls the others. */
export interface FollowMe {
  readonly type: "followMe";
  readonly epoch: number;
}

/**
 * The receiver may not take part, and why. It checks the reason against what it holds itself, so that a late or repeated
 * message harms nobody.
 */
export interface Refuse {
  readonly type: "refuse";
  /** `emptied`: its disk is new and the ensemble is not. `rolledBack`: its disk lacks what it had acknowledged. */
  readonly reason: "emptied" | "rolledBack";
  /** Of `rolledBack`: what it had promised and acknowledged, and to whom. */
  readonly epoch: number;
  readonly leader: number;
  readonly index: number;
}

export type Message =
  | Hail
  | Notify
  | Join
  | NewEpoch
  | AckEpoch
  | Append
  | Heartbeat
  | AppendAck
  | ReadIndex
  | ReadIndexAck
  | TransferLead
  | FollowMe
  | Refuse;

// ── Effects ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Carried out in order, durable in order (§4.2). `sequence` ascends by one; {@link Core.stored} names it. */
export type StoreOperation =
  | { readonly sequence: number; readonly type: "append"; readonly entries: readonly Entry[]; readonly commit: number }
  | { readonly sequence: number; readonly type: "truncate"; readonly index: number }
  /** The snapshot that was built at `position` takes the place of log and state. */
  | { readonly sequence: number; readonly type: "install"; readonly position: Position }
  | { readonly sequence: number; readonly type: "promise"; readonly promises: Promises };

export interface Send {
  readonly to: number;
  readonly message: Message;
}

export type Phase = "election" | "discovery" | "synchronization" | "broadcast";

/** What this member is at the moment. A new object at each change. */
export interface RoleState {
  readonly role: PeerState;
  readonly phase: Phase;
  /** Of the last promise. */
  readonly epoch: number;
  /** 0 when none is known. */
  readonly leader: number;
  /** Clients may be served: the state has everything up to the epoch's start. */
  readonly canServe: boolean;
  readonly canPropose: boolean;
}

/** Read the entries `from`…`to` for a learner and hand them to {@link Core.logRead}. */
export interface LogReadRequest {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly bytesMax: number;
}

/** Why the member must stop. `message` is for people: what, and what to do. */
export interface Fatal {
  readonly code: "emptied" | "rolledBack" | "diverged" | "storage";
  readonly message: string;
}

/** Everything produced since the last time it was taken. */
export interface Effects {
  readonly stores: StoreOperation[];
  readonly sends: Send[];
  /** Committed up to here: deliver what has not been delivered, in order, then tell {@link Core.applied}. */
  deliverTo: number;
  /** Reads that may be answered once so much is applied. */
  readonly reads: { readonly cookie: number; readonly index: number }[];
  /** Reads that must be given up: no leader answered. */
  readonly failedReads: number[];
  role: RoleState | undefined;
  readonly logReads: LogReadRequest[];
  /** Sends to these learners that were under way have lost their point; older than `snapshots`. */
  readonly snapshotsCancelled: number[];
  /** Learners that need a snapshot: send it, then {@link Core.snapshotSent}. */
  readonly snapshots: number[];
  fatal: Fatal | undefined;
}

export type Proposal =
  | { readonly accepted: true; readonly entry: Entry }
  | { readonly accepted: false; readonly reason: "notLeader" | "overloaded" | "draining" };

/** For logs and transcripts. */
export interface TraceEvent {
  readonly sid: number;
  readonly at: number;
  readonly what: string;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}
