/**
 * What members say to each other, as values, and who hears which on what connection. The consensus core has the same shapes
 * for its own part; here they are what the wire can carry. `message.proto` is their form on the wire.
 */

export interface WireZxid {
  readonly epoch: number;
  readonly counter: number;
}

export interface WirePosition extends WireZxid {
  readonly index: number;
  readonly chain: number;
}

export interface WireEntry extends WirePosition {
  readonly kind: number;
  readonly payload: Uint8Array;
}

export interface WireEpochRow {
  readonly epoch: number;
  readonly leader: number;
  readonly startIndex: number;
}

/** Consensus, on the control connection. */
export type ConsensusMessage =
  | {
      readonly type: "hail";
      readonly nonce: number;
      readonly configHash: number;
      readonly founders: readonly { readonly sid: number; readonly nonce: number }[];
      readonly belongs: boolean;
    }
  | {
      readonly type: "notify";
      readonly state: "looking" | "following" | "leading" | "observing";
      readonly round: number;
      readonly vote: WireZxid & { readonly priority: number; readonly sid: number };
      readonly acceptedEpoch: number;
      readonly leader: number;
      readonly established: boolean;
    }
  | {
      readonly type: "join";
      readonly acceptedEpoch: number;
      readonly acceptedLeader: number;
      readonly last: WirePosition;
    }
  | {
      readonly type: "newEpoch";
      readonly epoch: number;
      readonly leaderBoot: number;
      readonly last: WirePosition;
      readonly established: boolean;
    }
  | {
      readonly type: "ackEpoch";
      readonly epoch: number;
      readonly leaderBoot: number;
      readonly last: WirePosition;
      readonly commit: number;
      readonly epochs: readonly WireEpochRow[];
    }
  | {
      readonly type: "append";
      readonly epoch: number;
      readonly prev: WirePosition;
      /** Dense, right behind `prev`. The same array may be handed in for several receivers: it is encoded once. */
      readonly entries: readonly WireEntry[];
      readonly commit: number;
      readonly sentAt: number;
    }
  | {
      readonly type: "heartbeat";
      readonly epoch: number;
      readonly commit: number;
      readonly established: boolean;
      readonly sentAt: number;
      readonly readSeq: number;
      readonly digestIndex: number;
      readonly digest: number;
      readonly levels: readonly { readonly sid: number; readonly index: number }[];
    }
  | {
      readonly type: "appendAck";
      readonly epoch: number;
      readonly durable: number;
      readonly applied: number;
      readonly sentAt: number;
      readonly readSeq: number;
      readonly reject: { readonly last: WirePosition; readonly epochs: readonly WireEpochRow[] } | undefined;
    }
  | { readonly type: "readIndex"; readonly id: number }
  | { readonly type: "readIndexAck"; readonly id: number; readonly index: number }
  | { readonly type: "transferLead"; readonly epoch: number }
  | { readonly type: "followMe"; readonly epoch: number }
  | {
      readonly type: "refuse";
      readonly reason: "emptied" | "rolledBack";
      readonly epoch: number;
      readonly leader: number;
      readonly index: number;
    };

/** A client's request on its way from the member that holds its session to the leader. */
export interface ForwardedRequest {
  readonly sessionHigh: number;
  readonly sessionLow: number;
  readonly xid: number;
  readonly opcode: number;
  /** Which of the message's `identities` asks. */
  readonly identity: number;
  /** The request's body, without xid and opcode. */
  readonly body: Uint8Array;
}

/** The server's own, on the control connection. */
export type ServerMessage =
  | {
      readonly type: "forward";
      /** Number of the first request, ascending by one a request over the life of a link. */
      readonly first: number;
      readonly requests: readonly ForwardedRequest[];
      /** Lists of identities as the sender encodes them, each once. */
      readonly identities: readonly Uint8Array[];
    }
  | {
      readonly type: "forwardReply";
      readonly first: number;
      /** One a request: the index of its log entry, or 0 when it was refused. */
      readonly indexes: readonly number[];
      /** The error of each that was refused, in order. */
      readonly codes: readonly number[];
    }
  | {
      readonly type: "revalidate";
      readonly id: number;
      readonly sessionHigh: number;
      readonly sessionLow: number;
      readonly timeoutMs: number;
    }
  | { readonly type: "revalidateReply"; readonly id: number; readonly valid: boolean }
  /** Sessions heard of since the last: eight bytes each, big-endian. */
  | { readonly type: "touch"; readonly sessions: Uint8Array };

/** Snapshots; requests and chunks go over the bulk connection, the offer over the control connection. */
export type SnapshotMessage =
  | {
      readonly type: "snapshotOffer";
      readonly epoch: number;
      readonly position: WirePosition;
      /** The epochs of the log up to `position`. */
      readonly epochs: readonly WireEpochRow[];
      /** Estimate, for progress. */
      readonly bytes: number;
    }
  | {
      readonly type: "snapshotRequest";
      readonly position: WirePosition;
      /** Where to go on: behind this key of this table. Table 0 and an empty key mean from the start. */
      readonly table: number;
      readonly key: Uint8Array;
      /** What the receiver has so far: rows, and their running checksum. */
      readonly rows: number;
      readonly checksum: number;
      /** Chunks the receiver has room for. */
      readonly credits: number;
    }
  | {
      readonly type: "snapshotChunk";
      readonly position: WirePosition;
      /** Rows behind each other: table u8, key length u16, value length u32, key, value; little-endian. */
      readonly rows: Uint8Array;
      /** Rows sent in all with this chunk, and the running checksum up to its end. */
      readonly count: number;
      readonly checksum: number;
      readonly done: boolean;
    }
  /** More room at the receiver. */
  | { readonly type: "snapshotCredit"; readonly position: WirePosition; readonly credits: number }
  /** The sender has that snapshot no longer; a new offer will come. */
  | { readonly type: "snapshotGone"; readonly position: WirePosition };

export type PeerMessage = ConsensusMessage | ServerMessage | SnapshotMessage;

/** Whether the consensus core is who hears it. */
export function isConsensus(message: PeerMessage): message is ConsensusMessage {
  return KIND[message.type] === "consensus";
}

/** Whether it goes over the bulk connection, so that nothing else waits behind it. */
export function isBulk({ type }: PeerMessage): boolean {
  return KIND[type] === "bulk";
}

type Kinds = Readonly<
  Record<ConsensusMessage["type"], "consensus"> &
    Record<ServerMessage["type"], "server"> &
    Record<SnapshotMessage["type"], "server" | "bulk">
>;

const KIND: Kinds = {
  hail: "consensus",
  notify: "consensus",
  join: "consensus",
  newEpoch: "consensus",
  ackEpoch: "consensus",
  append: "consensus",
  heartbeat: "consensus",
  appendAck: "consensus",
  readIndex: "consensus",
  readIndexAck: "consensus",
  transferLead: "consensus",
  followMe: "consensus",
  refuse: "consensus",
  forward: "server",
  forwardReply: "server",
  revalidate: "server",
  revalidateReply: "server",
  touch: "server",
  snapshotOffer: "server",
  snapshotRequest: "bulk",
  snapshotChunk: "bulk",
  snapshotCredit: "bulk",
  snapshotGone: "bulk",
};
