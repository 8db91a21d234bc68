/** The one error that calls of this package fail with. */
import { type ErrorName, errorName } from "@rookery/protocol/client";

/** What a server answers, in its own words with underscores; the numbers are in ZooKeeper's documentation. */
const SERVER_CODES = {
  SYSTEMERROR: "SYSTEM_ERROR",
  RUNTIMEINCONSISTENCY: "RUNTIME_INCONSISTENCY",
  DATAINCONSISTENCY: "DATA_INCONSISTENCY",
  CONNECTIONLOSS: "CONNECTION_LOSS",
  MARSHALLINGERROR: "MARSHALLING_ERROR",
  UNIMPLEMENTED: "UNIMPLEMENTED",
  OPERATIONTIMEOUT: "TIMEOUT",
  BADARGUMENTS: "BAD_ARGUMENTS",
  UNKNOWNSESSION: "SESSION_EXPIRED",
  NEWCONFIGNOQUORUM: "NEW_CONFIG_NO_QUORUM",
  RECONFIGINPROGRESS: "RECONFIG_IN_PROGRESS",
  APIERROR: "API_ERROR",
  NONODE: "NO_NODE",
  NOAUTH: "NO_AUTH",
  BADVERSION: "BAD_VERSION",
  NOCHILDRENFOREPHEMERALS: "NO_CHILDREN_FOR_EPHEMERALS",
  NODEEXISTS: "NODE_EXISTS",
  NOTEMPTY: "NOT_EMPTY",
  SESSIONEXPIRED: "SESSION_EXPIRED",
  INVALIDACL: "INVALID_ACL",
  AUTHFAILED: "AUTH_FAILED",
  SESSIONMOVED: "SESSION_MOVED",
  NOTREADONLY: "NOT_READ_ONLY",
  EPHEMERALONLOCALSESSION: "EPHEMERAL_ON_LOCAL_SESSION",
  NOWATCHER: "NO_WATCHER",
  RECONFIGDISABLED: "RECONFIG_DISABLED",
  SESSIONCLOSEDREQUIRESASLAUTH: "AUTH_REQUIRED",
  QUOTAEXCEEDED: "QUOTA_EXCEEDED",
  THROTTLEDOP: "THROTTLED",
} as const satisfies Partial<Record<ErrorName, string>>;

/**
 * Why a call failed. Those that this client makes itself:
 *
 * - `CONNECTION_LOSS`: the connection broke before the answer came, or none could be made in time.
 * - `SESSION_EXPIRED`: the session is over, and its ephemerals with it.
 * - `TIMEOUT`: the call's `timeoutMs` passed.
 * - `ABORTED`: the call's `signal` was aborted; `cause` is the signal's reason.
 * - `CLOSED`: the client was closed.
 * - `OVERLOADED`: more calls wait for a connection or for room than `waitingMax` allows.
 * - `REQUEST_TOO_LARGE`, `REPLY_TOO_LARGE`: the frame is above `requestBytesMax` or `replyBytesMax`.
 * - `PROTOCOL_ERROR`: the server sent what is not ZooKeeper's protocol; the session is closed.
 * - `BAD_ARGUMENTS`: a path, an option or a connect string is malformed; nothing was sent. Servers send it, too.
 * - `UNKNOWN`: a number that has no name; it is in the message.
 */
export type CoordinationErrorCode =
  | (typeof SERVER_CODES)[keyof typeof SERVER_CODES]
  | "ABORTED"
  | "CLOSED"
  | "OVERLOADED"
  | "REQUEST_TOO_LARGE"
  | "REPLY_TOO_LARGE"
  | "PROTOCOL_ERROR"
  | "UNKNOWN";

/** `not-applied`: the server has not done it and will not. `unknown`: it was sent and may have been done. */
export type Outcome = "not-applied" | "unknown";

export interface CoordinationErrorOptions extends ErrorOptions {
  readonly outcome?: Outcome;
  readonly path?: string | undefined;
  readonly operation?: string | undefined;
}

/** Why a call failed. Programs switch on `code`, which is stable; `message` is for people. */
export class CoordinationError extends Error {
  override readonly name: string;
  readonly code: CoordinationErrorCode;
  /** Whether the write may have been applied. Reads are always `not-applied`. */
  readonly outcome: Outcome;
  /** The znode that the call was about. */
  readonly path: string | undefined;
  /** The operation by its name in the protocol: `create`, `setData` … */
  readonly operation: string | undefined;

  constructor(code: CoordinationErrorCode, message: string, options: CoordinationErrorOptions = {}) {
    super(message, options);
    // What Node's own functions are called by when their signal is aborted, so that one check does for all.
    this.name = code === "ABORTED" ? "AbortError" : "CoordinationError";
    this.code = code;
    this.outcome = options.outcome ?? "not-applied";
    this.path = options.path;
    this.operation = options.operation;
  }
}

/** Whether `error` is a {@link CoordinationError}, with one of these codes if any are given. */
export function isCoordinationError(
  error: unknown,
  ...codes: readonly CoordinationErrorCode[]
): error is CoordinationError {
  return error instanceof CoordinationError && (codes.length === 0 || codes.includes(error.code));
}

/** With these a server does not say that it has not done it. */
const UNSURE: ReadonlySet<CoordinationErrorCode> = new Set([
  "SYSTEM_ERROR",
  "DATA_INCONSISTENCY",
  "CONNECTION_LOSS",
  "TIMEOUT",
  "API_ERROR",
  "UNKNOWN",
]);

/** The error for a number in a reply. */
export function serverError(
  err: number,
  operation: string,
  path: string | undefined,
  isWrite: boolean,
): CoordinationError {
  const name = errorName(err);
  const code = codeOf(err);
  const about = path === undefined ? operation : `${operation} ${path}`;
  const text = code === "UNKNOWN" ? `error ${err}` : `${TEXTS[code] ?? name}`;
  const outcome = isWrite && UNSURE.has(code) ? "unknown" : "not-applied";
  return new CoordinationError(code, `${about}: ${text}`, { operation, path, outcome });
}

function codeOf(err: number): CoordinationErrorCode {
  const name = errorName(err);
  return (name !== undefined && (SERVER_CODES as Partial<Record<string, CoordinationErrorCode>>)[name]) || "UNKNOWN";
}

/** For people. */
const TEXTS: Partial<Record<CoordinationErrorCode, string>> = {
  RUNTIME_INCONSISTENCY: "not tried, since an operation before it failed",
  MARSHALLING_ERROR: "the server could not read the request",
  UNIMPLEMENTED: "the server does not know this operation, or it is switched off there",
  BAD_ARGUMENTS: "the server refuses the arguments",
  NO_NODE: "there is no such znode",
  NO_AUTH: "the znode's ACL does not allow it",
  BAD_VERSION: "the znode has another version",
  NO_CHILDREN_FOR_EPHEMERALS: "an ephemeral znode cannot have children",
  NODE_EXISTS: "the znode exists already",
  NOT_EMPTY: "the znode has children",
  SESSION_EXPIRED: "the session is over",
  INVALID_ACL: "the ACL is not valid",
  AUTH_FAILED: "the server does not accept the credentials",
  NOT_READ_ONLY: "the server is read-only at the moment",
  EPHEMERAL_ON_LOCAL_SESSION: "the session is local to one server and cannot have ephemeral znodes",
  NO_WATCHER: "there is no such watch",
  RECONFIG_DISABLED: "reconfiguration is switched off on the server",
  RECONFIG_IN_PROGRESS: "another reconfiguration is under way",
  NEW_CONFIG_NO_QUORUM: "too few servers of the new configuration are level with the leader",
  AUTH_REQUIRED: "the server demands authentication before anything else",
  QUOTA_EXCEEDED: "a quota would be exceeded",
  THROTTLED: "the server has too much to do, and has not done it",
};

/** For what the caller did wrong. */
export function badArgument(message: string, path?: string): CoordinationError {
  return new CoordinationError("BAD_ARGUMENTS", message, { path });
}
