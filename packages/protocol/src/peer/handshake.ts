/**
 * How a connection between two members begins, on either plane. Whoever dialled sends a hello, and the other answers with
 * its own. Each acknowledges the hello it has read or says why not, and whoever says or hears no ends the connection. Who
 * has sent and received an acknowledgement may send messages, and a ping when it has had none to send for a while.
 */

/** Versions of the peer protocol that this code speaks. */
export const PEER_PROTO = { min: 1, max: 1 } as const;

export interface Hello {
  readonly type: "hello";
  /** The versions that the sender speaks, both included. */
  readonly protoMin: number;
  readonly protoMax: number;
  /** 16 hexadecimal digits; zeros while the sender belongs to no ensemble. */
  readonly clusterId: string;
  readonly configHash: number;
  /** 1 to 255: who the sender is, and whom it means to speak to. */
  readonly fromSid: number;
  readonly toSid: number;
  /** Drawn anew at each start of the process, 1 to 2^53−1. */
  readonly bootId: number;
  /** `bulk` is for snapshots, `control` for all else. */
  readonly plane: "control" | "bulk";
}

export interface HelloAck {
  readonly type: "helloAck";
  /** The highest version that both speak. */
  readonly proto: number;
}

export interface HelloReject {
  readonly type: "helloReject";
  /** For people: what is wrong and what to do about it. */
  readonly reason: string;
}

export interface Ping {
  readonly type: "ping";
}

/** What connections say for themselves; messages are said by members. */
export type LinkMessage = Hello | HelloAck | HelloReject | Ping;
