/** Records that open a session and stand before every request and reply. Specification §2.1, §3. */
import type { Codec } from "../codec.ts";

/** The first frame from a client, without a header. */
export interface ConnectRequest {
  readonly protocolVersion: number;
  /** The highest zxid the client has seen; a server that is behind it must not serve the client. */
  readonly lastZxidSeen: bigint;
  readonly timeoutMs: number;
  /** 0 for a new session. */
  readonly sessionId: bigint;
  readonly password: Uint8Array | null;
  /** Whether a read-only server will do. Undefined if the byte is absent, as with clients before 3.4. */
  readonly readOnly: boolean | undefined;
}

/**
 * Layout: protocolVersion int, lastZxidSeen long, timeOut int, sessionId long, passwd buffer, readOnly bool or
 * nothing. Source: ZooKeeper 3.9, zookeeper.jute, ConnectRequest.
 */
export const connectRequest: Codec<ConnectRequest> = {
  encode(out, value) {
    out.int(value.protocolVersion);
    out.long(value.lastZxidSeen);
    out.int(value.timeoutMs);
    out.long(value.sessionId);
    out.buffer(value.password);
    if (value.readOnly !== undefined) {
      out.bool(value.readOnly);
    }
  },
  decode(input) {
    return {
      protocolVersion: input.int(),
      lastZxidSeen: input.long(),
      timeoutMs: input.int(),
      sessionId: input.long(),
      password: input.buffer(),
      readOnly: input.remaining > 0 ? input.bool() : undefined,
    };
  },
};

/** The first frame from a server, without a header. A timeout of 0 or less refuses the session for good. */
export interface ConnectResponse {
  readonly protocolVersion: number;
  /** What the server granted. */
  readonly timeoutMs: number;
  readonly sessionId: bigint;
  /** 16 bytes, also when the session is refused: the C client counts on it. */
  readonly password: Uint8Array | null;
  /** Whether the server is read-only. Present if and only if the request had the byte. */
  readonly readOnly: boolean | undefined;
}

/**
 * Layout: protocolVersion int, timeOut int, sessionId long, passwd buffer, readOnly bool or nothing.
 * Source: ZooKeeper 3.9, zookeeper.jute, ConnectResponse.
 */
export const connectResponse: Codec<ConnectResponse> = {
  encode(out, value) {
    out.int(value.protocolVersion);
    out.int(value.timeoutMs);
    out.long(value.sessionId);
    out.buffer(value.password);
    if (value.readOnly !== undefined) {
      out.bool(value.readOnly);
    }
  },
  decode(input) {
    return {
      protocolVersion: input.int(),
      timeoutMs: input.int(),
      sessionId: input.long(),
      password: input.buffer(),
      readOnly: input.remaining > 0 ? input.bool() : undefined,
    };
  },
};

/** Stands before every request. `type` is an opcode, or any number a client makes up. */
export interface RequestHeader {
  readonly xid: number;
  readonly type: number;
}

/** Layout: xid int, type int. Source: ZooKeeper 3.9, zookeeper.jute, RequestHeader. */
export const requestHeader: Codec<RequestHeader> = {
  encode(out, { xid, type }) {
    out.int(xid);
    out.int(type);
  },
  decode(input) {
    return { xid: input.int(), type: input.int() };
  },
};

/** Stands before every reply and notification. With an `err` other than 0 nothing follows, except as in §3.4. */
export interface ReplyHeader {
  readonly xid: number;
  readonly zxid: bigint;
  readonly err: number;
}

/** Layout: xid int, zxid long, err int. Source: ZooKeeper 3.9, zookeeper.jute, ReplyHeader. */
export const replyHeader: Codec<ReplyHeader> = {
  encode(out, { xid, zxid, err }) {
    out.int(xid);
    out.long(zxid);
    out.int(err);
  },
  decode(input) {
    return { xid: input.int(), zxid: input.long(), err: input.int() };
  },
};

/** A bare error code: the body of an addWatch reply, and a slot of a failed multi. */
export interface ErrorResponse {
  readonly err: number;
}

/** Layout: err int. Source: ZooKeeper 3.9, zookeeper.jute, ErrorResponse. */
export const errorResponse: Codec<ErrorResponse> = {
  encode(out, { err }) {
    out.int(err);
  },
  decode(input) {
    return { err: input.int() };
  },
};
