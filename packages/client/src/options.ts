/** What `connect` may be told: checked here, so that a mistake is an error at once and says what is allowed. */
import type { ConnectionOptions } from "node:tls";
import { type Acl, OPEN_ACL } from "@rookery/protocol/client";
import { type ConnectTarget, parseConnectString } from "./connect-string.ts";
import { badArgument } from "./errors.ts";
import type { DigestMd5Credentials } from "./sasl.ts";
import type { AuthInfo, SessionOptions } from "./session.ts";
import type { CallOptions, SessionCredentials, VersionOptions } from "./types.ts";

export interface ConnectOptions {
  /** How long the session outlives its last contact, ms; the server narrows it to its own bounds. Default 30_000. */
  readonly sessionTimeoutMs?: number | undefined;
  /** `connect` fails after so long without a session, ms. Default 30_000. Reconnects go on for as long as the client is there. */
  readonly connectTimeoutMs?: number | undefined;
  /** Every call's `timeoutMs` where it has none of its own. Default: none, calls wait for as long as the session lives. */
  readonly callTimeoutMs?: number | undefined;
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal | undefined;
  /** A read-only server will do while there is no other. Default false. */
  readonly readOnly?: boolean | undefined;
  /** After an expiry the next session begins by itself. Default true; false closes the client instead. */
  readonly renewSession?: boolean | undefined;
  /** Goes on with this session, if the servers still know it. */
  readonly session?: SessionCredentials | undefined;
  /** Who this client is; sent on every connection ahead of everything else. `digest` credentials are `user:password`. */
  readonly auth?: readonly { readonly scheme: string; readonly credentials: string | Uint8Array }[] | undefined;
  /** SASL DIGEST-MD5, done on every connection. */
  readonly sasl?: DigestMd5Credentials | undefined;
  /** TLS, as `node:tls` takes it. A function is asked at each connection, so that renewed certificates are used. */
  readonly tls?: ConnectionOptions | (() => ConnectionOptions | Promise<ConnectionOptions>) | undefined;
  /** ACL of znodes created without one. Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined;
  /** Calls sent and not answered; more wait. Default 1000. */
  readonly inFlightMax?: number | undefined;
  /** Calls that may wait, for room or for a connection; more fail with `OVERLOADED`. Default 65_536. */
  readonly waitingMax?: number | undefined;
  /** Longest request, bytes; the servers' `jute.maxbuffer`. Default 1_048_575. */
  readonly requestBytesMax?: number | undefined;
  /** Longest reply, bytes: above it the call fails with `REPLY_TOO_LARGE`. Default 16 MiB. */
  readonly replyBytesMax?: number | undefined;
}

/** The servers: a connect string, several of them for one ensemble, or a function that is asked before each round of attempts. */
export type Servers = string | readonly string[] | (() => string | Promise<string>);

const INT32_MAX = 0x7fff_ffff;
/** No server would take them in its frames, and they go out on every connection. */
const AUTH_BYTES_MAX = 65_536;

const NAMES: ReadonlySet<string> = new Set<keyof ConnectOptions>([
  "sessionTimeoutMs",
  "connectTimeoutMs",
  "callTimeoutMs",
  "signal",
  "readOnly",
  "renewSession",
  "session",
  "auth",
  "sasl",
  "tls",
  "acl",
  "inFlightMax",
  "waitingMax",
  "requestBytesMax",
  "replyBytesMax",
]);

/** @throws CoordinationError `BAD_ARGUMENTS` */
export function sessionOptions(options: ConnectOptions, servers: SessionOptions["servers"]): SessionOptions {
  if (typeof options !== "object" || options === null)
    throw badArgument(`The options of connect are ${String(options)}: they must be an object.`);
  for (const name of Object.keys(options))
    if (!NAMES.has(name))
      throw badArgument(`${name} is not an option of connect. There are: ${[...NAMES].sort().join(", ")}.`);
  const { session, tls, sasl, auth = [], signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badArgument("signal must be an AbortSignal.");
  if (session !== undefined && !isSession(session))
    throw badArgument("session must be { id: bigint, password: 16 bytes }, as another client's credentials are.");
  if (sasl !== undefined && (typeof sasl?.user !== "string" || sasl.user === "" || typeof sasl.password !== "string"))
    throw badArgument("sasl must be { user: string, password: string }.");
  if (!Array.isArray(auth)) throw badArgument("auth must be a list of { scheme, credentials }.");
  if (tls !== undefined && typeof tls !== "function" && (typeof tls !== "object" || tls === null))
    throw badArgument("tls must be options of node:tls, or a function that gives them.");
  const callTimeoutMs =
    options.callTimeoutMs === undefined ? undefined : integer(options, "callTimeoutMs", 0, 1, INT32_MAX);
  return {
    sessionTimeoutMs: integer(options, "sessionTimeoutMs", 30_000, 1, INT32_MAX),
    connectTimeoutMs: integer(options, "connectTimeoutMs", 30_000, 1, INT32_MAX),
    callTimeoutMs,
    readOnly: flag(options, "readOnly", false),
    renewSession: flag(options, "renewSession", true),
    inFlightMax: integer(options, "inFlightMax", 1000, 1, 1_000_000),
    waitingMax: integer(options, "waitingMax", 65_536, 0, 10_000_000),
    requestBytesMax: integer(options, "requestBytesMax", 1_048_575, 1024, INT32_MAX),
    replyBytesMax: integer(options, "replyBytesMax", 16 << 20, 1024, INT32_MAX),
    session: session === undefined ? undefined : { id: session.id, password: Uint8Array.from(session.password) },
    auth: auth.map((each) => authInfo(each?.scheme, each?.credentials)),
    sasl,
    tls: tls === undefined || typeof tls === "function" ? tls : () => tls,
    servers,
  };
}

function isSession({ id, password }: SessionCredentials): boolean {
  return typeof id === "bigint" && id !== 0n && password instanceof Uint8Array && password.length === 16;
}

/** Of a call. @throws CoordinationError `BAD_ARGUMENTS` */
export function checkLimits({ signal, timeoutMs }: CallOptions, path: string | undefined): void {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw badArgument("signal must be an AbortSignal.", path);
  if (timeoutMs !== undefined) checkTimeout(timeoutMs, path);
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
export function checkTimeout(timeoutMs: number, path: string | undefined): void {
  if (typeof timeoutMs !== "number" || !(timeoutMs > 0 && timeoutMs <= INT32_MAX))
    throw badArgument(`timeoutMs is ${String(timeoutMs)}: it must be above 0 and at most ${INT32_MAX}.`, path);
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
export function versionOf(options: Pick<VersionOptions, "version"> | undefined): number {
  if (options !== undefined) checkNames(options, VERSION_NAMES);
  const version = options?.version ?? -1;
  if (!Number.isInteger(version) || version < -(2 ** 31) || version > INT32_MAX)
    throw badArgument(`version is ${String(version)}: it must be a Stat's version, or −1 for any.`);
  return version;
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
export function authInfo(scheme: string, credentials: string | Uint8Array): AuthInfo {
  if (typeof scheme !== "string" || scheme === "")
    throw badArgument('The scheme of an identity must be a name, such as "digest".');
  if (typeof credentials !== "string" && !(credentials instanceof Uint8Array))
    throw badArgument(`The credentials for scheme ${scheme} must be a string or bytes, such as "user:password".`);
  const auth = Buffer.from(credentials);
  if (auth.length > AUTH_BYTES_MAX)
    throw badArgument(`The credentials for scheme ${scheme} take ${auth.length} bytes, more than ${AUTH_BYTES_MAX}.`);
  return { scheme, auth };
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
export function aclOption(acl: readonly Acl[] | undefined): readonly Acl[] {
  if (acl === undefined) return OPEN_ACL;
  if (!Array.isArray(acl) || acl.length === 0)
    throw badArgument("acl must be a list of { perms, scheme, id }, and not empty.");
  for (const each of acl as readonly (Acl | undefined)[])
    if (!Number.isInteger(each?.perms) || typeof each?.scheme !== "string" || typeof each.id !== "string")
      throw badArgument("Each entry of acl must be { perms: number, scheme: string, id: string }.");
  return acl;
}

/** What gives the servers now, and the chroot of the connect string. */
export function serversOption(servers: Servers): ConnectTarget | (() => Promise<ConnectTarget>) {
  if (typeof servers === "function") return async () => parseConnectString(await servers());
  if (typeof servers === "string") return parseConnectString(servers);
  if (!Array.isArray(servers) || servers.length === 0)
    throw badArgument('Give servers to connect to, such as "zk1:2181,zk2:2181/chroot".');
  const targets = (servers as readonly string[]).map((text) => parseConnectString(text));
  const chroots = new Set(targets.map(({ chroot }) => chroot));
  if (chroots.size > 1)
    throw badArgument(`All connect strings of a list must have the same chroot, not ${[...chroots].join(" and ")}.`);
  return { hosts: targets.flatMap(({ hosts }) => hosts), chroot: targets[0]?.chroot ?? "" };
}

type NumberOption =
  | "sessionTimeoutMs"
  | "connectTimeoutMs"
  | "callTimeoutMs"
  | "inFlightMax"
  | "waitingMax"
  | "requestBytesMax"
  | "replyBytesMax";

function integer(options: ConnectOptions, name: NumberOption, unset: number, least: number, most: number): number {
  const value = options[name] ?? unset;
  if (!Number.isInteger(value) || value < least || value > most)
    throw badArgument(`${name} is ${String(value)}: it must be an integer from ${least} to ${most}.`);
  return value;
}

function flag(options: ConnectOptions, name: "readOnly" | "renewSession", unset: boolean): boolean {
  const value = options[name] ?? unset;
  if (typeof value !== "boolean") throw badArgument(`${name} is ${String(value)}: it must be true or false.`);
  return value;
}

const CALL_NAMES = ["signal", "timeoutMs"];
const VERSION_NAMES: ReadonlySet<string> = new Set(["version", ...CALL_NAMES]);
export const CREATE_NAMES: ReadonlySet<string> = new Set([
  "mode",
  "sequential",
  "ttlMs",
  "acl",
  "parents",
  ...CALL_NAMES,
]);
export const WATCH_NAMES: ReadonlySet<string> = new Set(["recursive", "bufferMax", "onEvent", ...CALL_NAMES]);

/**
 * A misspelt option would be as good as none: a delete without its version, a znode that stays.
 *
 * @throws CoordinationError `BAD_ARGUMENTS`
 */
export function checkNames(options: object, names: ReadonlySet<string>): void {
  if (typeof options !== "object" || options === null)
    throw badArgument(`The options are ${String(options)}: they must be an object, of ${[...names].join(", ")}.`);
  for (const name in options)
    if (!names.has(name))
      throw badArgument(`${name} is not an option of this call. There are: ${[...names].join(", ")}.`);
}
