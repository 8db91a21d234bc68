/**
 * A session and the connections that carry it: finds servers, keeps the session alive, sends calls in order and hands out
 * their replies, sets watches again, ends. Everything above speaks in absolute paths.
 *
 * **Invariant**: replies are taken in the order of the requests; one that does not fit ends the session.
 * **Invariant**: nothing that was sent is ever sent again by itself.
 * Source: client-protocol specification §2, §3, §6.4, §16.
 */
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import {
  authPacket,
  type Codec,
  connectRequest,
  connectResponse,
  ErrorCode,
  empty,
  formatSessionId,
  getSASLRequest,
  type JuteReader,
  OpCode,
  ProtocolError,
  type SessionId,
  setSASLResponse,
  setWatches,
  setWatches2,
  Xid,
  type Zxid,
} from "@rookery/protocol/client";
import { Aborts } from "./aborts.ts";
import { Call, type Request } from "./call.ts";
import { type ConnectTarget, formatHost, type Host } from "./connect-string.ts";
import { Connection } from "./connection.ts";
import { callEnd, callStart, connectionChanged, stateChanged } from "./diagnostics.ts";
import type { Environment, Timer } from "./environment.ts";
import { CoordinationError, serverError } from "./errors.ts";
import { Fifo } from "./fifo.ts";
import { checkLimits } from "./options.ts";
import { readNothing } from "./replies.ts";
import { answerChallenge, type DigestMd5Credentials } from "./sasl.ts";
import type { CallOptions, ClientStats, SessionCredentials, SessionState } from "./types.ts";
import { throwLater, type Watch } from "./watch.ts";
import { Watches, type WatchKind, type WatchLists } from "./watches.ts";

export interface AuthInfo {
  readonly scheme: string;
  readonly auth: Uint8Array;
}

/** All options, checked and complete. */
export interface SessionOptions {
  readonly sessionTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly callTimeoutMs: number | undefined;
  readonly readOnly: boolean;
  readonly renewSession: boolean;
  readonly inFlightMax: number;
  readonly waitingMax: number;
  readonly requestBytesMax: number;
  readonly replyBytesMax: number;
  readonly session: SessionCredentials | undefined;
  readonly auth: readonly AuthInfo[];
  readonly sasl: DigestMd5Credentials | undefined;
  readonly tls: (() => ConnectionOptions | Promise<ConnectionOptions>) | undefined;
  /** Servers to try, asked anew before each round. */
  readonly servers: () => ConnectTarget | Promise<ConnectTarget>;
}

export interface SessionEvents {
  state: [state: SessionState, previous: SessionState];
}

/** Bytes of paths in one setWatches, well within the least frame that servers accept. */
const WATCHES_BYTES = 128 * 1024;
/** What else a setWatches2 takes: header, zxid, five counts. */
const WATCHES_HEAD_BYTES = 36;
/** Longest silence before a ping, whatever the timeout, ms. */
const PING_MS_MAX = 10_000;
/** The first round after a loss begins within so long, ms, so that not all clients come at once. */
const FIRST_PAUSE_MS = 50;
/** A connection that broke within so long, ms, is a failure as well: the pause before the next one is doubled. */
const HASTY_MS = 1000;
/** Rounds without success pause for a random part of this, doubled each time up to the second, ms. */
const ROUND_PAUSE_MS = 200;
const ROUND_PAUSE_MS_MAX = 5000;
/** Between looks for a server that is not read-only, doubled each time, ms. */
const SEARCH_MS = 100;
const SEARCH_MS_MAX = 60_000;
/** Such a question is given up after so long, ms. */
const PROBE_MS = 1000;
const NO_PASSWORD = new Uint8Array(16);
const XID_MAX = 0x7fff_ffff;
/** Settled calls that are left among those that wait before the queue is cleared of them. */
const SETTLED_MAX = 256;

export class Session {
  readonly events = new EventEmitter<SessionEvents>();
  readonly watches = new Watches();
  /** Persistent watches, to be told if the session ends by an error. */
  readonly open = new Set<Watch>();
  state: SessionState = "connecting";
  id = 0n as SessionId;
  password: Uint8Array = NO_PASSWORD;
  /** What the server granted, ms. */
  timeoutMs: number;
  /** What ended it, if an error did. */
  failure: CoordinationError | undefined;
  private readonly options: SessionOptions;
  private readonly environment: Environment;
  private readonly inFlight = new Fifo<Call>();
  private readonly waiting = new Fifo<Call>();
  private waitingCount = 0;
  private readonly aborts = new Aborts();
  private readonly auths: AuthInfo[];
  private readonly authReplies = new Fifo<{
    readonly resolve: () => void;
    readonly reject: (error: CoordinationError) => void;
  }>();
  /** Carries calls. */
  private connection: Connection | undefined;
  /** Not established yet. */
  private attempt: Connection | undefined;
  private seeking = false;
  /** Where the session was last, and where it is to be tried first: {@link nameOf}. */
  private lastServer = "";
  private preferredServer = "";
  private xid = 0;
  private zxidHigh = 0;
  private zxidLow = 0;
  /** Of events too: a server that is behind them would show what they told to be gone. */
  private seenHigh = 0;
  private seenLow = 0;
  /** Whether the session's id is good on servers that write; one that has only been read-only is not. */
  private isGlobal = false;
  private heartbeat: Timer | undefined;
  private expiry: Timer | undefined;
  private search: Timer | undefined;
  /** Asks another server whether it takes writes. */
  private probe: Socket | undefined;
  private lastHeardMs = 0;
  private connectedMs = 0;
  /** Connections in a row that broke soon. */
  private hasty = 0;
  private ending: Promise<void> | undefined;
  private wakePause: (() => void) | undefined;
  private readonly lastErrors: Error[] = [];
  /** Changes of the state that its listeners have not been told yet. */
  private readonly changes: [state: SessionState, previous: SessionState][] = [];
  private isTelling = false;
  /** The watches are those of a session before this one, until they are set in this one. */
  private wasExpired = false;
  private readonly counts = {
    callsSent: 0,
    repliesReceived: 0,
    eventsReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
    connections: 0,
    sessions: 0,
  };

  constructor(options: SessionOptions, environment: Environment) {
    this.options = options;
    this.environment = environment;
    this.timeoutMs = options.sessionTimeoutMs;
    this.auths = [...options.auth];
    this.events.setMaxListeners(0);
    if (options.session !== undefined) {
      this.id = options.session.id;
      this.password = options.session.password;
      this.isGlobal = true;
    }
    this.seek(false);
  }

  get stats(): ClientStats {
    const { connection } = this;
    return {
      ...this.counts,
      bytesSent: this.counts.bytesSent + (connection?.bytesSent ?? 0),
      bytesReceived: this.counts.bytesReceived + (connection?.bytesReceived ?? 0),
      inFlight: this.inFlight.length,
      waiting: this.waitingCount,
    };
  }

  get lastZxid(): Zxid {
    return ((BigInt(this.zxidHigh) << 32n) | BigInt(this.zxidLow)) as Zxid;
  }

  /** The server that the session is with, `host:port (address)`. */
  get server(): string | undefined {
    return this.connection?.name;
  }

  /** Resolves at the first moment with a server; rejects if the session ends before. */
  established(): Promise<void> {
    return this.whenState((state) => {
      if (state === "connected" || state === "read-only") return true;
      if (this.isOver) throw this.failure ?? this.closedError("connect");
      return false;
    });
  }

  /** Why no server could be reached lately. */
  get attemptsCause(): Error | undefined {
    const errors = [...this.lastErrors];
    return errors.length > 1 ? new AggregateError(errors, errors.map(({ message }) => message).join("; ")) : errors[0];
  }

  private whenState(isIt: (state: SessionState) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        try {
          if (!isIt(this.state)) return;
          resolve();
        } catch (error) {
          reject(error as Error);
        }
        this.events.off("state", look);
      };
      this.events.on("state", look);
      look();
    });
  }

  // ── Calls ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** @throws CoordinationError `BAD_ARGUMENTS` for a malformed limit. */
  call<T>(request: Request<T>, options: CallOptions | undefined): Promise<T> {
    const signal = options?.signal;
    const timeoutMs = options?.timeoutMs ?? this.options.callTimeoutMs;
    if (options !== undefined) checkLimits(options, request.path);
    return new Promise<T>((resolve, reject) => {
      if (signal !== undefined || timeoutMs !== undefined) {
        this.limitedCall(request, signal, timeoutMs, resolve as (value: unknown) => void, reject);
        return;
      }
      this.submit(new Call(request, resolve as (value: unknown) => void, reject));
    });
  }

  /** One `timeoutMs` for several calls: each gets what is left of it. */
  sharedLimits(options: CallOptions | undefined): CallOptions {
    if (options !== undefined) checkLimits(options, undefined);
    const signal = options?.signal;
    const timeoutMs = options?.timeoutMs ?? this.options.callTimeoutMs;
    if (timeoutMs === undefined) return { signal };
    const { environment } = this;
    const endMs = environment.nowMs() + timeoutMs;
    return {
      signal,
      get timeoutMs() {
        return Math.max(1, endMs - environment.nowMs());
      },
    };
  }

  private limitedCall(
    request: Request<unknown>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    resolve: (value: unknown) => void,
    reject: (error: CoordinationError) => void,
  ): void {
    let timer: Timer | undefined;
    const done = () => {
      timer?.stop();
      if (signal !== undefined) this.aborts.remove(signal, onAbort);
    };
    const call = new Call(
      request,
      (value) => {
        done();
        resolve(value);
      },
      (error) => {
        done();
        reject(error);
      },
    );
    const onAbort = () => this.giveUp(call, "ABORTED", "was aborted", signal?.reason);
    if (signal?.aborted === true) {
      this.settle(call, this.errorOf(call, "ABORTED", "was aborted before it was sent", "not-applied", signal.reason));
      return;
    }
    if (signal !== undefined) this.aborts.add(signal, onAbort);
    if (timeoutMs !== undefined)
      timer = this.environment.after(timeoutMs, () =>
        // If this process was held up, the answer may be there.
        this.environment.afterInput(() =>
          this.giveUp(call, "TIMEOUT", `was not answered within ${Math.round(timeoutMs)} ms`, this.attemptsCause),
        ),
      );
    this.submit(call);
  }

  /** The caller waits no longer. A reply that comes is dropped. */
  private giveUp(call: Call, code: "ABORTED" | "TIMEOUT", text: string, cause: unknown): void {
    if (call.settled) return;
    const sent = call.xid !== 0;
    if (!sent) {
      this.waitingCount--;
      // Calls that come and are given up while there is no connection must not pile up.
      const { waiting } = this;
      if (waiting.length - this.waitingCount > Math.max(SETTLED_MAX, this.waitingCount))
        waiting.keep((each) => !each.settled && each !== call);
    }
    this.settle(call, this.errorOf(call, code, text, sent && call.request.isWrite ? "unknown" : "not-applied", cause));
  }

  private submit(call: Call): void {
    if (callStart.hasSubscribers || callEnd.hasSubscribers) this.announce(call);
    const { connection } = this;
    if (this.isOver) {
      this.settle(call, this.overError(call));
      return;
    }
    if (connection !== undefined && this.waitingCount === 0 && this.hasRoom(connection)) {
      this.send(connection, call, this.options.requestBytesMax);
      return;
    }
    if (this.waitingCount >= this.options.waitingMax) {
      const text = `is one more than the ${this.options.waitingMax} that may wait: await calls before you make more`;
      this.settle(call, this.errorOf(call, "OVERLOADED", text, "not-applied"));
      return;
    }
    this.waitingCount++;
    this.waiting.push(call);
  }

  private hasRoom(connection: Connection): boolean {
    return this.inFlight.length < this.options.inFlightMax && !connection.congested;
  }

  /** What waited goes on. */
  private pump(): void {
    const { connection, waiting } = this;
    if (connection === undefined) return;
    while (waiting.length > 0 && this.hasRoom(connection)) {
      const call = waiting.shift() as Call;
      if (call.settled) continue;
      this.waitingCount--;
      this.send(connection, call, this.options.requestBytesMax);
    }
  }

  private send(connection: Connection, call: Call, bytesMax: number): void {
    const { out } = connection;
    const before = out.position;
    const xid = this.xid === XID_MAX ? 1 : this.xid + 1;
    try {
      const mark = out.beginFrame();
      out.int(xid);
      out.int(call.request.op);
      call.request.codec.encode(out, call.request.record);
      out.endFrame(mark);
    } catch (error) {
      // Half a frame would spoil all that come after it.
      out.position = before;
      this.settle(call, this.errorOf(call, "BAD_ARGUMENTS", "cannot be encoded", "not-applied", error));
      return;
    }
    const bytes = out.position - before - 4;
    if (bytes > bytesMax) {
      out.position = before;
      const text = `takes ${bytes} bytes, and requestBytesMax is ${bytesMax}`;
      this.settle(call, this.errorOf(call, "REQUEST_TOO_LARGE", text, "not-applied"));
      return;
    }
    this.xid = xid;
    call.xid = xid;
    this.counts.callsSent++;
    this.inFlight.push(call);
    connection.flushSoon();
  }

  private settle(call: Call, error: CoordinationError | undefined, value?: unknown): void {
    if (call.settled) return;
    call.settled = true;
    if (call.startedMs >= 0) this.announceEnd(call, error);
    if (error === undefined) call.resolve(value);
    else call.reject(error);
  }

  private announce(call: Call): void {
    const { operation, path } = call.request;
    call.startedMs = this.environment.nowMs();
    callStart.publish({ call, operation, path });
  }

  private announceEnd(call: Call, error: CoordinationError | undefined): void {
    const { operation, path } = call.request;
    const durationMs = this.environment.nowMs() - call.startedMs;
    callEnd.publish({ call, operation, path, durationMs, ...(error === undefined ? {} : { error }) });
  }

  private errorOf(
    call: Call,
    code: CoordinationError["code"],
    text: string,
    outcome: CoordinationError["outcome"],
    cause?: unknown,
  ): CoordinationError {
    const { operation, path } = call.request;
    const about = path === undefined ? operation : `${operation} ${path}`;
    return new CoordinationError(code, `${about} ${text}`, {
      outcome,
      path,
      operation,
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** For a call that comes when all is over: with its own path, and with what ended the session as the cause. */
  private overError(call: Call): CoordinationError {
    const { failure } = this;
    if (failure === undefined) return this.closedError(call.request.operation, call.request.path);
    return this.errorOf(call, failure.code, `was not sent: ${failure.message}`, "not-applied", failure);
  }

  /** Adds an identity to this and every later connection. */
  addAuth(info: AuthInfo): Promise<void> {
    if (this.isOver) return Promise.reject(this.failure ?? this.closedError("auth"));
    if (!this.auths.some(({ scheme, auth }) => scheme === info.scheme && Buffer.compare(auth, info.auth) === 0))
      this.auths.push(info);
    const { connection } = this;
    // Otherwise it goes out with the next connection, ahead of every call.
    if (connection === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.sendAuth(connection, info);
      this.authReplies.push({ resolve, reject });
    });
  }

  // ── Replies ────────────────────────────────────────────────────────────────────────────────────────────────

  private onFrame(connection: Connection, input: JuteReader): void {
    const xid = input.int();
    const zxidHigh = input.int();
    const zxidLow = input.uint();
    const err = input.int();
    if (xid > 0) {
      if (zxidHigh > 0 || (zxidHigh === 0 && zxidLow > 0)) {
        this.zxidHigh = zxidHigh;
        this.zxidLow = zxidLow;
        this.see(zxidHigh, zxidLow);
      }
      this.onReply(xid, err, input);
    } else if (xid === Xid.notification) {
      this.counts.eventsReceived++;
      this.see(zxidHigh, zxidLow);
      const type = input.int();
      input.skip(4);
      this.watches.fire(type, input.text());
    } else if (xid === Xid.auth) {
      this.onAuthReply(err);
    } else if (xid !== Xid.ping) {
      throw new ProtocolError("BAD_TYPE", `${connection.name} answered a request ${xid} that was never made`, xid);
    }
  }

  /** Events do not count for watches that are set again: of one transaction's some may have come and others not. */
  private see(high: number, low: number): void {
    if (high < this.seenHigh || (high === this.seenHigh && low <= this.seenLow)) return;
    this.seenHigh = high;
    this.seenLow = low;
  }

  private onReply(xid: number, err: number, input: JuteReader): void {
    const call = this.take(xid);
    const { request } = call;
    this.counts.repliesReceived++;
    if (call.settled) {
      request.onLateReply?.(err);
    } else if (err === 0) {
      const value = this.read(call, input);
      request.onReply?.(0);
      this.settle(call, undefined, value);
    } else {
      request.onReply?.(err);
      if (err === request.noneError) this.settle(call, undefined, undefined);
      else this.settle(call, serverError(err, request.operation, request.path, request.isWrite));
    }
    if (this.waitingCount > 0) this.pump();
  }

  private read(call: Call, input: JuteReader): unknown {
    try {
      return call.request.read(input);
    } catch (error) {
      this.settle(call, this.protocolError(error as Error));
      throw error;
    }
  }

  private take(xid: number): Call {
    const call = this.inFlight.peek();
    if (call === undefined || call.xid !== xid)
      throw new ProtocolError("BAD_TYPE", `request ${xid} was answered where ${call?.xid ?? "none"} was next`, xid);
    this.inFlight.shift();
    return call;
  }

  /** The answer is above the bound: the call fails, and the connection goes on. */
  private onLargeFrame(header: JuteReader, bytes: number): void {
    const xid = header.int();
    if (xid <= 0) throw new ProtocolError("BAD_FRAME_LENGTH", `an event of ${bytes} bytes`, bytes);
    const call = this.take(xid);
    const text = `is answered by ${bytes} bytes, and replyBytesMax is ${this.options.replyBytesMax}`;
    const outcome = call.request.isWrite ? "unknown" : "not-applied";
    this.settle(call, this.errorOf(call, "REPLY_TOO_LARGE", text, outcome));
    header.skip(8);
    call.request.onLateReply?.(header.int());
    if (this.waitingCount > 0) this.pump();
  }

  private onAuthReply(err: number): void {
    const reply = this.authReplies.shift();
    if (err === 0) {
      reply?.resolve();
      return;
    }
    const error = serverError(err, "auth", undefined, false);
    reply?.reject(error);
    this.fail("auth-failed", error);
  }

  // ── Connections ────────────────────────────────────────────────────────────────────────────────────────────

  private get isOver(): boolean {
    return this.state === "closed" || this.state === "auth-failed" || this.ending !== undefined;
  }

  /** Looks for a server until there is one, or the session is over. */
  private seek(again: boolean): void {
    if (this.seeking) return;
    this.seeking = true;
    this.rounds(again).then(
      () => {
        this.seeking = false;
        // Lost again before this promise was looked at.
        if (this.connection === undefined && !this.isOver) this.seek(true);
      },
      (error: Error) => {
        this.seeking = false;
        this.fail("closed", this.protocolError(error));
      },
    );
  }

  private async rounds(again: boolean): Promise<void> {
    const longestMs = Math.min(ROUND_PAUSE_MS_MAX, this.timeoutMs / 3);
    if (again) await this.pause(Math.min(FIRST_PAUSE_MS * 2 ** Math.min(this.hasty, 10), longestMs));
    for (let round = 0; !this.isOver && this.connection === undefined; round++) {
      await this.round();
      if (this.isOver || this.connection !== undefined) return;
      await this.pause(Math.min(ROUND_PAUSE_MS * 2 ** Math.min(round, 10), longestMs));
    }
  }

  /** Each server once. Throws when all that answered talked nonsense. */
  private async round(): Promise<void> {
    const errors: Error[] = [];
    let hosts: readonly Host[] = [];
    try {
      ({ hosts } = await this.options.servers());
    } catch (error) {
      errors.push(error as Error);
    }
    for (const host of this.inOrder(hosts, (each) => `${formatHost(each)} `)) {
      let addresses: readonly string[] = [];
      try {
        if (this.isOver) return;
        addresses = await this.environment.resolve(host.host);
      } catch (error) {
        errors.push(error as Error);
      }
      for (const address of this.inOrder(addresses, (each) => nameOf(host, each))) {
        try {
          if (this.isOver) return;
          await this.tryServer(host, address, hosts.length * addresses.length);
          this.lastErrors.length = 0;
          return;
        } catch (error) {
          errors.push(error as Error);
        }
      }
    }
    this.lastErrors.splice(0, this.lastErrors.length, ...errors.slice(-8));
    const nonsense = errors.filter((error) => error instanceof ProtocolError);
    if (nonsense.length > 0 && nonsense.length === errors.length) throw nonsense[0] as Error;
  }

  /** By chance, but that the one that is known to be better comes first, and the one that was lost last. */
  private inOrder<T>(items: readonly T[], prefixOf: (item: T) => string): T[] {
    const rank = (item: T) =>
      Number(this.lastServer.startsWith(prefixOf(item))) - 2 * Number(this.preferredServer.startsWith(prefixOf(item)));
    return shuffled(items, () => this.environment.random()).sort((a, b) => rank(a) - rank(b));
  }

  /** A random part of `mostMs`. */
  private pause(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.environment.after(this.environment.random() * mostMs, resolve);
      this.wakePause = () => {
        timer.stop();
        resolve();
      };
    });
  }

  /** Resolves when the session goes on with this server; rejects with why it does not. */
  private async tryServer(host: Host, address: string, count: number): Promise<void> {
    const name = nameOf(host, address);
    const limitMs = Math.max(500, Math.min(this.options.sessionTimeoutMs, this.timeoutMs) / Math.max(1, count));
    try {
      const { tls } = this.options;
      const tlsOptions = tls === undefined ? undefined : await tls();
      if (this.isOver) throw this.closedError("connect");
      await new Promise<void>((resolve, reject) => {
        const socket = this.environment.dial(address, host, tlsOptions);
        const connection = new Connection(socket, name, this.environment, this.options.replyBytesMax);
        this.attempt = connection;
        const timer = this.environment.after(limitMs, () =>
          // If this process was held up, the answer may be there.
          this.environment.afterInput(() => {
            if (this.attempt === connection)
              connection.end(new Error(`${name} did not answer within ${Math.round(limitMs)} ms`));
          }),
        );
        const finish = () => {
          timer.stop();
          if (this.attempt === connection) this.attempt = undefined;
        };
        const handshake = new Handshake(this, connection, () => {
          finish();
          resolve();
        });
        connection.handlers = {
          onFrame: (input) => handshake.onFrame(input),
          onLargeFrame: (_header, bytes) => {
            throw new ProtocolError("BAD_FRAME_LENGTH", `${name} begins with a frame of ${bytes} bytes`, bytes);
          },
          onRoom: () => {},
          onEnd: (error) => {
            finish();
            reject(error);
          },
        };
        handshake.begin();
      });
    } catch (error) {
      if (connectionChanged.hasSubscribers)
        connectionChanged.publish({ event: "failed", server: name, error: error as Error });
      throw error;
    }
  }

  /** @internal Of the handshake: the first bytes to a server. */
  introduce(connection: Connection): void {
    const { out } = connection;
    const mark = out.beginFrame();
    const renewed = this.isGlobal;
    connectRequest.encode(out, {
      protocolVersion: 0,
      lastZxidSeen: (BigInt(this.seenHigh) << 32n) | BigInt(this.seenLow),
      timeoutMs: this.options.sessionTimeoutMs,
      sessionId: renewed ? this.id : 0n,
      password: renewed ? this.password : NO_PASSWORD,
      readOnly: this.options.readOnly,
    });
    out.endFrame(mark);
    connection.flushSoon();
  }

  /** @internal The server's answer. Undefined: it refuses the session. */
  accepted(input: JuteReader): { readonly readOnly: boolean } | undefined {
    const { timeoutMs, sessionId, password, readOnly } = connectResponse.decode(input);
    if (timeoutMs <= 0 || (this.isGlobal && sessionId !== this.id)) return undefined;
    if (sessionId === 0n) throw new ProtocolError("BAD_TYPE", "a session was granted that has no id");
    if (!this.isGlobal) this.counts.sessions++;
    this.id = sessionId as SessionId;
    this.password = Uint8Array.from(password ?? NO_PASSWORD);
    this.timeoutMs = timeoutMs;
    if (readOnly !== true) this.isGlobal = true;
    // The server has just counted it as alive, even if what is left of the handshake should fail.
    this.lastHeardMs = this.environment.nowMs();
    if (this.expiry !== undefined) this.awaitExpiry();
    return { readOnly: readOnly === true };
  }

  /** @internal */
  get sasl(): DigestMd5Credentials | undefined {
    return this.options.sasl;
  }

  /** @internal The connection carries the session from now on. */
  begin(connection: Connection, readOnly: boolean): void {
    this.connection = connection;
    this.attempt = undefined;
    this.lastServer = connection.name;
    this.preferredServer = "";
    this.connectedMs = this.environment.nowMs();
    this.counts.connections++;
    this.expiry?.stop();
    this.expiry = undefined;
    connection.handlers = {
      onFrame: (input) => this.onFrame(connection, input),
      onLargeFrame: (header, bytes) => this.onLargeFrame(header, bytes),
      onRoom: () => this.pump(),
      onEnd: (error, isNonsense) => this.lost(connection, error, isNonsense),
    };
    if (connectionChanged.hasSubscribers) connectionChanged.publish({ event: "connected", server: connection.name });
    // Order: identities, since events are filtered by them; watches; then what waited.
    for (const info of this.auths) {
      this.sendAuth(connection, info);
      this.authReplies.push(NOBODY);
    }
    this.setWatchesAgain(connection);
    this.beat(connection);
    if (readOnly) this.searchWriter(connection, SEARCH_MS);
    this.setState(readOnly ? "read-only" : "connected");
    this.pump();
  }

  private protocolError(cause: Error): CoordinationError {
    return new CoordinationError("PROTOCOL_ERROR", `The server does not speak ZooKeeper's protocol: ${cause.message}`, {
      cause,
      outcome: "unknown",
    });
  }

  private lost(connection: Connection, error: Error, isNonsense: boolean): void {
    this.counts.bytesSent += connection.bytesSent;
    this.counts.bytesReceived += connection.bytesReceived;
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.heartbeat?.stop();
    this.search?.stop();
    this.probe?.destroy();
    this.hasty = this.environment.nowMs() - this.connectedMs < HASTY_MS ? this.hasty + 1 : 0;
    this.lastHeardMs = connection.lastHeardMs;
    this.lastErrors.splice(0, this.lastErrors.length, error);
    if (connectionChanged.hasSubscribers) connectionChanged.publish({ event: "lost", server: connection.name, error });
    // A server that breaks the protocol, and nothing else, ends the session.
    if (isNonsense && !this.isOver) this.fail("closed", this.protocolError(error));
    this.failInFlight(error);
    if (this.isOver) return;
    this.awaitExpiry();
    this.setState("suspended");
    this.seek(true);
  }

  /** Whoever has not been heard for four thirds of the timeout has been given up by every server. */
  private awaitExpiry(): void {
    this.expiry?.stop();
    const leftMs = this.lastHeardMs + (this.timeoutMs * 4) / 3 - this.environment.nowMs();
    const timer = this.environment.after(Math.max(0, leftMs), () =>
      // If this process was held up, a server's answer may be there.
      this.environment.afterInput(() => {
        if (this.expiry === timer) this.expired();
      }),
    );
    this.expiry = timer;
  }

  private failInFlight(cause: Error): void {
    for (const call of this.inFlight.drain()) {
      const outcome = call.request.isWrite ? "unknown" : "not-applied";
      this.settle(
        call,
        this.errorOf(call, "CONNECTION_LOSS", "was not answered: the connection broke", outcome, cause),
      );
    }
    for (const reply of this.authReplies.drain()) reply.resolve();
  }

  /** @internal A server does not know the session any more. One that refuses a new session is just not the right one. */
  refused(): void {
    if (this.isGlobal) this.expired();
  }

  /** The session is over: a server said so, or nobody has been heard for too long. */
  private expired(): void {
    if (this.isOver) return;
    this.expiry?.stop();
    this.expiry = undefined;
    const error = new CoordinationError("SESSION_EXPIRED", `session ${formatSessionId(this.id)} has expired`);
    this.attempt?.end(error);
    // Whoever asked before did so for the session that is over.
    const waiting = this.waiting.drain();
    this.waitingCount = 0;
    for (const call of waiting)
      this.settle(call, this.errorOf(call, error.code, `was not sent: ${error.message}`, "not-applied", error));
    this.setState("expired");
    this.id = 0n as SessionId;
    this.password = NO_PASSWORD;
    this.isGlobal = false;
    if (!this.options.renewSession) this.fail("closed", error);
    if (this.isOver) return;
    this.wasExpired = true;
    this.watches.drop("expired");
    if (this.isOver) return;
    this.setState("connecting");
    this.seek(true);
  }

  private setState(state: SessionState): void {
    const previous = this.state;
    if (previous === state) return;
    this.state = state;
    if (stateChanged.hasSubscribers) stateChanged.publish({ sessionId: this.id, state, previous });
    this.changes.push([state, previous]);
    if (!this.isTelling) this.tellChanges();
  }

  /** Each listener hears of all changes in their order, also of those that a listener causes. What one throws is its own. */
  private tellChanges(): void {
    this.isTelling = true;
    for (let change = this.changes.shift(); change !== undefined; change = this.changes.shift())
      for (const listener of this.events.rawListeners("state"))
        try {
          Reflect.apply(listener, this.events, change);
        } catch (error) {
          throwLater(error);
        }
    this.isTelling = false;
  }

  // ── What a new connection is told ──────────────────────────────────────────────────────────────────────────

  private sendAuth(connection: Connection, { scheme, auth }: AuthInfo): void {
    this.write(connection, Xid.auth, OpCode.auth, authPacket, { type: 0, scheme, auth });
  }

  private setWatchesAgain(connection: Connection): void {
    const reason = this.wasExpired ? "expired" : "reconnected";
    const parts = this.watches.lists(Math.min(WATCHES_BYTES, this.options.requestBytesMax - WATCHES_HEAD_BYTES));
    let left = parts.length;
    if (left === 0) this.wasExpired = false;
    for (const lists of parts)
      this.setWatchList(connection, lists, () => {
        if (--left === 0) this.wasExpired = false;
        this.watches.tellGap(reason, lists);
      });
  }

  /** The server has just dropped its marks for a path; whoever was added meanwhile needs them again. */
  renewMarks(path: string, kinds: readonly WatchKind[]): void {
    const { connection } = this;
    const lists = this.watches.listsOf(path, kinds);
    if (connection === undefined || lists === undefined || this.isOver) return;
    this.setWatchList(connection, lists, () => this.watches.tellGap("reconnected", lists));
  }

  private setWatchList(connection: Connection, lists: WatchLists, done: () => void): void {
    const { data, exist, child, persistent, recursive } = lists;
    const stays = persistent.length + recursive.length > 0;
    const record = {
      relativeZxid: this.lastZxid,
      dataWatches: data,
      existWatches: exist,
      childWatches: child,
      persistentWatches: persistent,
      persistentRecursiveWatches: recursive,
    };
    const request: Request<undefined> = {
      op: stays ? OpCode.setWatches2 : OpCode.setWatches,
      operation: "setWatches",
      path: undefined,
      isWrite: false,
      codec: stays ? setWatches2 : (setWatches as Codec<typeof record>),
      record,
      read: readNothing,
    };
    const call = new Call(request, done, (error) => {
      if (this.connection !== connection) return;
      // The next connection tries again; anything else is a server that cannot set them, and none may be lost unnoticed.
      if (error.code === "THROTTLED") connection.end(error);
      else this.fail("closed", error);
    });
    // One path that just fitted into the request of its watch may take a few bytes more here.
    this.send(connection, call, Number.POSITIVE_INFINITY);
  }

  private write<T>(connection: Connection, xid: number, op: number, codec: Codec<T>, record: T): void {
    const { out } = connection;
    const mark = out.beginFrame();
    out.int(xid);
    out.int(op);
    codec.encode(out, record);
    out.endFrame(mark);
    connection.flushSoon();
  }

  // ── Liveness ───────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Pings a server that is not talked to, and gives up one that is silent for two thirds of the timeout although it was asked
   * something: if this process was held up, what has come meanwhile is read first, and who was not asked is asked.
   */
  private beat(connection: Connection): void {
    const silenceMs = (this.timeoutMs * 2) / 3;
    const now = this.environment.nowMs();
    if (now - connection.lastHeardMs < silenceMs) {
      this.pingIfQuiet(connection, Math.min(this.timeoutMs / 3, PING_MS_MAX), connection.lastHeardMs + silenceMs);
      return;
    }
    this.environment.afterInput(() => {
      if (this.connection !== connection) return;
      const { lastHeardMs, lastSentMs, askedMs } = connection;
      const silentMs = this.environment.nowMs() - lastHeardMs;
      const graceMs = this.timeoutMs / 6;
      if (silentMs < silenceMs) this.beat(connection);
      else if (lastSentMs <= lastHeardMs) this.pingIfQuiet(connection, 0, this.environment.nowMs() + graceMs);
      else if (this.environment.nowMs() - askedMs < graceMs) this.pingIfQuiet(connection, graceMs, askedMs + graceMs);
      else connection.end(new Error(`${connection.name} has been silent for ${Math.round(silentMs)} ms`));
    });
  }

  /** Pings if nothing was sent for `quietMs`, and looks again when the next ping is due, at `nextMs` at the latest. */
  private pingIfQuiet(connection: Connection, quietMs: number, nextMs: number): void {
    const now = this.environment.nowMs();
    if (now - connection.lastSentMs >= quietMs) {
      this.write(connection, Xid.ping, OpCode.ping, empty, undefined);
      connection.markSent(now);
    }
    const dueMs = quietMs === 0 ? nextMs : Math.min(connection.lastSentMs + quietMs, nextMs);
    this.heartbeat = this.environment.after(Math.max(1, dueMs - now), () => this.beat(connection));
  }

  /** While the server is read-only, others are asked whether they are better. */
  private searchWriter(connection: Connection, waitMs: number): void {
    this.search = this.environment.after(waitMs, () => {
      void this.findWriter(connection).then((found) => {
        if (this.connection !== connection || this.isOver) return;
        if (found === undefined) {
          this.searchWriter(connection, Math.min(waitMs * 2, SEARCH_MS_MAX));
          return;
        }
        this.preferredServer = found;
        connection.end(new Error(`${found} takes writes`));
      });
    });
  }

  /** The name of a server other than this one that takes writes. */
  private async findWriter(connection: Connection): Promise<string | undefined> {
    let hosts: readonly Host[] = [];
    try {
      ({ hosts } = await this.options.servers());
    } catch {
      // The round after the next loss says why there are no servers.
    }
    for (const host of hosts) {
      try {
        for (const address of await this.environment.resolve(host.host)) {
          const name = nameOf(host, address);
          if (this.connection !== connection) return undefined;
          if (name !== connection.name && (await this.isWriter(host, address))) return name;
        }
      } catch {
        // A server that cannot be asked is none that takes writes.
      }
    }
    return undefined;
  }

  /** Whether the server says of itself that it takes writes. */
  private async isWriter(host: Host, address: string): Promise<boolean> {
    const tls = await this.options.tls?.();
    if (this.isOver) return false;
    return new Promise((resolve) => {
      const socket = this.environment.dial(address, host, tls);
      this.probe = socket;
      let text = "";
      const timer = this.environment.after(PROBE_MS, () => socket.destroy());
      socket.on("data", (chunk: Buffer) => {
        text = (text + chunk.toString("latin1", 0, 2)).slice(0, 2);
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        timer.stop();
        resolve(text === "rw");
      });
      socket.write("isro");
    });
  }

  // ── End ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Another list of servers is in force: leaves a server that is not in it. */
  serversChanged(hosts: readonly Host[]): void {
    this.wakePause?.();
    for (const each of [this.attempt, this.connection])
      if (each !== undefined && !hosts.some((host) => each.name.startsWith(`${formatHost(host)} `)))
        each.end(new Error(`${each.name} is not among the servers any more`));
  }

  /** Ends the session for good by an error. */
  fail(state: "closed" | "auth-failed", error: CoordinationError): void {
    if (this.isOver) return;
    this.failure = error;
    this.over(state, error);
  }

  private over(state: "closed" | "auth-failed", error: CoordinationError): void {
    const { connection, attempt } = this;
    this.counts.bytesSent += connection?.bytesSent ?? 0;
    this.counts.bytesReceived += connection?.bytesReceived ?? 0;
    for (const timer of [this.heartbeat, this.expiry, this.search]) timer?.stop();
    this.connection = undefined;
    this.attempt = undefined;
    this.setState(state);
    this.wakePause?.();
    this.probe?.destroy();
    attempt?.end(error);
    connection?.finish();
    for (const call of this.inFlight.drain())
      this.settle(
        call,
        this.errorOf(
          call,
          error.code,
          `was not answered: ${error.message}`,
          call.request.isWrite ? "unknown" : "not-applied",
          error,
        ),
      );
    for (const call of this.waiting.drain())
      this.settle(call, this.errorOf(call, error.code, `was not sent: ${error.message}`, "not-applied", error));
    this.waitingCount = 0;
    for (const reply of this.authReplies.drain()) reply.reject(error);
    if (error.code !== "CLOSED") for (const watch of this.open) watch.fail(error);
    this.open.clear();
    this.watches.drop("closed");
  }

  /** What was called before is finished first, but for what was not sent yet. */
  close(timeoutMs: number): Promise<void> {
    if (this.ending !== undefined) return this.ending;
    if (this.isOver) return Promise.resolve();
    const error = this.closedError("close");
    const { connection } = this;
    let done = Promise.resolve();
    if (connection !== undefined) {
      done = new Promise((resolve) => {
        const timer = this.environment.after(timeoutMs, resolve);
        const finish = () => {
          timer.stop();
          resolve();
        };
        const request: Request<undefined> = {
          op: OpCode.closeSession,
          operation: "closeSession",
          path: undefined,
          isWrite: true,
          codec: empty,
          record: undefined,
          read: readNothing,
        };
        // Whether it was answered or the connection broke: nothing more can be done.
        this.send(connection, new Call(request, finish, finish), Number.POSITIVE_INFINITY);
      });
    }
    this.ending = done.then(() => this.over("closed", error));
    for (const call of this.waiting.drain())
      if (!call.settled)
        this.settle(call, this.errorOf(call, "CLOSED", "was not sent: the client was closed", "not-applied"));
    this.waitingCount = 0;
    this.wakePause?.();
    this.attempt?.end(error);
    return this.ending;
  }

  /** Ends this client and leaves the session to whoever takes it up with the credentials. */
  detach(): SessionCredentials {
    const credentials = { id: this.id, password: this.password };
    if (!this.isOver) this.over("closed", this.closedError("detach"));
    return credentials;
  }

  closedError(operation: string, path?: string): CoordinationError {
    return new CoordinationError("CLOSED", `${operation}: the client is closed`, { operation, path });
  }
}

/** From a connection that is being made to one that carries the session: connect, then SASL if it is asked for. */
class Handshake {
  private readonly session: Session;
  private readonly connection: Connection;
  private readonly done: () => void;
  private stage: "connect" | "challenge" | "proof" = "connect";
  private readOnly = false;
  private expected = "";

  constructor(session: Session, connection: Connection, done: () => void) {
    this.session = session;
    this.connection = connection;
    this.done = done;
  }

  begin(): void {
    this.session.introduce(this.connection);
  }

  onFrame(input: JuteReader): void {
    if (this.stage === "connect") this.onConnect(input);
    else this.onSasl(input);
  }

  private onConnect(input: JuteReader): void {
    const { session, connection } = this;
    if (isReadOnlyRefusal(input)) {
      connection.end(new Error(`${connection.name} is read-only and has no sessions to give`));
      return;
    }
    const accepted = session.accepted(input);
    if (accepted === undefined) {
      connection.end(new Error(`${connection.name} refuses the session`));
      session.refused();
      return;
    }
    this.readOnly = accepted.readOnly;
    if (session.sasl === undefined) this.finish();
    else this.sendToken("challenge", new Uint8Array());
  }

  private sendToken(stage: "challenge" | "proof", token: Uint8Array): void {
    const { connection } = this;
    this.stage = stage;
    const mark = connection.out.beginFrame();
    connection.out.int(SASL_XIDS[stage]);
    connection.out.int(OpCode.sasl);
    getSASLRequest.encode(connection.out, { token });
    connection.out.endFrame(mark);
    connection.flushSoon();
  }

  private onSasl(input: JuteReader): void {
    const { session } = this;
    const xid = input.int();
    if (xid !== SASL_XIDS[this.stage as "challenge" | "proof"])
      throw new ProtocolError("BAD_TYPE", `request ${xid} was answered in place of SASL`, xid);
    input.skip(8);
    const err = input.int();
    if (err !== ErrorCode.OK) {
      this.refuse(`the server refuses user ${JSON.stringify(session.sasl?.user)}`, err);
      return;
    }
    const { token } = setSASLResponse.decode(input);
    if (token === null) {
      this.refuse("the server does not speak SASL", ErrorCode.AUTHFAILED);
      return;
    }
    if (this.stage === "proof") {
      if (Buffer.from(token).toString() === this.expected) this.finish();
      else this.refuse("the server does not prove that it knows the password", ErrorCode.AUTHFAILED);
      return;
    }
    try {
      const answer = answerChallenge(token, session.sasl as DigestMd5Credentials);
      this.expected = answer.expected;
      this.sendToken("proof", answer.token);
    } catch (error) {
      this.refuse((error as Error).message, ErrorCode.AUTHFAILED);
    }
  }

  private refuse(text: string, err: number): void {
    const { code } = serverError(err, "sasl", undefined, false);
    const error = new CoordinationError(code, `SASL: ${text}`, { operation: "sasl" });
    this.connection.end(error);
    this.session.fail("auth-failed", error);
  }

  private finish(): void {
    this.session.begin(this.connection, this.readOnly);
    this.done();
  }
}

const SASL_XIDS = { challenge: 1, proof: 2 } as const;

/** A server at one of its addresses, for people, and to tell one from another. */
function nameOf(host: Host, address: string): string {
  return `${formatHost(host)} (${address})`;
}

/** A header with NOTREADONLY where the answer to a connect belongs: ZooKeeper's read-only servers without local sessions. */
function isReadOnlyRefusal({ source, position, remaining }: JuteReader): boolean {
  return remaining === 16 && source.readInt32BE(position + 12) === ErrorCode.NOTREADONLY;
}

const NOBODY = { resolve: () => {}, reject: () => {} };

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
