/**
 * Transactions: changes already decided. Their encoding is `transaction.proto`; this is the form that decisions and
 * application share, so that a leader applies what it proposed without decoding it.
 */
import type * as Message from "@rookery/protocol/peer";
import {
  decodeTransaction as decode,
  encodeTransaction as encode,
  longOfNumber,
  longOfParts,
  numberOf,
} from "@rookery/protocol/peer";
import type { Kind } from "./znode.ts";

export interface CreateChange {
  readonly type: "create";
  readonly path: string;
  readonly data: Uint8Array | null;
  /** `vector<ACL>` of the client wire; empty means world:anyone with all permissions. */
  readonly acl: Uint8Array;
  readonly kind: Kind;
  readonly ttlMs: number;
  readonly parentCversion: number;
  readonly withStat: boolean;
}

export interface DeleteChange {
  readonly type: "delete";
  readonly path: string;
}

export interface SetDataChange {
  readonly type: "setData";
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly version: number;
}

export interface SetAclChange {
  readonly type: "setAcl";
  readonly path: string;
  readonly acl: Uint8Array;
  readonly aversion: number;
}

/** In a multi: a version check that held. */
export interface CheckChange {
  readonly type: "check";
}

/** The request failed; as a transaction it changes nothing. In a failed multi, one slot's code. */
export interface FailureChange {
  readonly type: "failure";
  readonly code: number;
}

export interface CreateSessionChange {
  readonly type: "createSession";
  readonly timeoutMs: number;
}

export interface CloseSessionChange {
  readonly type: "closeSession";
  readonly paths: readonly string[];
}

export type Operation = CreateChange | DeleteChange | SetDataChange | SetAclChange | CheckChange | FailureChange;

export interface MultiChange {
  readonly type: "multi";
  readonly operations: readonly Operation[];
}

export type Change =
  | CreateChange
  | DeleteChange
  | SetDataChange
  | SetAclChange
  | FailureChange
  | CreateSessionChange
  | CloseSessionChange
  | MultiChange;

export interface Transaction {
  /** Session id in halves, as unsigned 32 bits; both 0 for the server itself. */
  readonly sessionHigh: number;
  readonly sessionLow: number;
  readonly xid: number;
  /** The leader's wall clock, milliseconds since 1970. */
  readonly timeMs: number;
  readonly change: Change;
}

export function sessionIdOf({ sessionHigh, sessionLow }: Pick<Transaction, "sessionHigh" | "sessionLow">): bigint {
  return BigInt.asIntN(64, (BigInt(sessionHigh >>> 0) << 32n) | BigInt(sessionLow >>> 0));
}

export function encodeTransaction({ sessionHigh, sessionLow, xid, timeMs, change }: Transaction): Uint8Array {
  const session = longOfParts(sessionHigh, sessionLow);
  const time = longOfNumber(timeMs);
  switch (change.type) {
    case "setData":
      return encode({ session, xid, timeMs: time, setData: change });
    case "create":
      return encode({ session, xid, timeMs: time, create: messageOf(change) });
    case "delete":
      return encode({ session, xid, timeMs: time, delete: change });
    case "setAcl":
      return encode({ session, xid, timeMs: time, setAcl: change });
    case "failure":
      return encode({ session, xid, timeMs: time, failure: change.code });
    case "createSession":
      return encode({ session, xid, timeMs: time, createSession: change });
    case "closeSession":
      return encode({ session, xid, timeMs: time, closeSession: { paths: [...change.paths] } });
    case "multi":
      return encode({ session, xid, timeMs: time, multi: { operations: change.operations.map(operationMessage) } });
  }
}

/** Byte fields of the result are views of `payload`. Throws `ProtocolError` for bytes that are no transaction. */
export function decodeTransaction(payload: Uint8Array): Transaction {
  const message = decode(payload);
  return {
    sessionHigh: message.session.high >>> 0,
    sessionLow: message.session.low >>> 0,
    xid: message.xid,
    timeMs: numberOf(message.timeMs),
    change: changeOf(message),
  };
}

function messageOf(change: CreateChange): Message.Create {
  const { path, data, acl, kind, ttlMs, parentCversion, withStat } = change;
  return { path, data, acl, kind, ttlMs: longOfNumber(ttlMs), parentCversion, withStat };
}

function operationMessage(operation: Operation): Message.Operation {
  switch (operation.type) {
    case "create":
      return { create: messageOf(operation) };
    case "delete":
      return { delete: operation };
    case "setData":
      return { setData: operation };
    case "setAcl":
      return { setAcl: operation };
    case "failure":
      return { failure: operation.code };
    case "check":
      return { check: true };
  }
}

function changeOf(message: Message.DecodedTransaction): Change {
  if (message.createSession != null) return { type: "createSession", timeoutMs: message.createSession.timeoutMs ?? 0 };
  if (message.closeSession != null) return { type: "closeSession", paths: message.closeSession.paths ?? [] };
  if (message.multi != null) return { type: "multi", operations: (message.multi.operations ?? []).map(operationOf) };
  const operation = operationOf(message);
  if (operation.type === "check") throw new Error("a transaction that is a lone check");
  return operation;
}

/** The parts that a transaction and an operation of a multi have in common. */
function operationOf(message: Message.Operation): Operation {
  if (message.create != null) {
    const { path, data, acl, kind, ttlMs, parentCversion, withStat } = message.create;
    return {
      type: "create",
      path: path ?? "",
      data: data ?? null,
      acl: acl ?? NO_BYTES,
      kind: (kind ?? 0) as Kind,
      ttlMs: ttlMs == null ? 0 : numberOf(ttlMs),
      parentCversion: parentCversion ?? 0,
      withStat: withStat ?? false,
    };
  }
  if (message.delete != null) return { type: "delete", path: message.delete.path ?? "" };
  if (message.setData != null) {
    const { path, data, version } = message.setData;
    return { type: "setData", path: path ?? "", data: data ?? null, version: version ?? 0 };
  }
  if (message.setAcl != null) {
    const { path, acl, aversion } = message.setAcl;
    return { type: "setAcl", path: path ?? "", acl: acl ?? NO_BYTES, aversion: aversion ?? 0 };
  }
  if (message.failure != null) return { type: "failure", code: message.failure };
  if (message.check === true) return { type: "check" };
  throw new Error("a transaction of a kind that this version does not know");
}

const NO_BYTES = new Uint8Array(0);
