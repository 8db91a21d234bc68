/**
 * A client with nothing between it and the socket: frames go out as they are given and come back in the
 * order they arrived. It is strict about what every reply must satisfy, so that each test checks it too:
 * replies in request order, errors without a body, no byte left over, xid -2 for pings.
 */

import { type Socket, connect as tcp } from "node:net";
import { In, Out } from "./jute.ts";
import { auth, closeSession, errorName, OP, ping, type Request } from "./requests.ts";

/** How long anything may take that should happen at once, milliseconds. */
const DEADLINE_MS = 8_000;

export class Connection {
  readonly socket: Socket;
  readonly #frames: Buffer[] = [];
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #raw: Buffer[] = [];
  #framed = true;
  #closed = false;
  #wake: () => void = () => {};

  static async open(port: number): Promise<Connection> {
    const socket = tcp({ port, host: "127.0.0.1", noDelay: true });
    const connection = new Connection(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error: NodeJS.ErrnoException) => {
        // A server that accepts and closes at once shows as a broken pipe, one that is not there as a refusal.
        if (error.code === "ECONNREFUSED") reject(error);
        else resolve();
      });
    });
    return connection;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#onData(chunk);
    });
    const onClose = () => {
      this.#closed = true;
      this.#wake();
    };
    socket.on("end", onClose);
    socket.on("close", onClose);
    socket.on("error", onClose);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  write(bytes: Buffer): boolean {
    return this.socket.write(bytes);
  }

  frame(payload: Buffer): boolean {
    return this.write(framed(payload));
  }

  /** The next frame's payload, or "closed" if the server ends the connection first. */
  async next(timeoutMs = DEADLINE_MS): Promise<Buffer | "closed"> {
    await this.#until(() => this.#frames.length > 0 || this.#closed, "a frame or a close", timeoutMs);
    return this.#frames.shift() ?? "closed";
  }

  /** Whatever comes before the server closes, in hex, one entry a frame. Empty: it closed without a word. */
  async untilClosed(timeoutMs = DEADLINE_MS): Promise<string[]> {
    await this.#until(() => this.#closed, "the server to close the connection", timeoutMs);
    return this.#frames.splice(0).map((payload) => payload.toString("hex"));
  }

  /** All the bytes that come before the server closes, for answers that are not frames. */
  async text(): Promise<string> {
    this.#framed = false;
    await this.#until(() => this.#closed, "the server to answer and close", DEADLINE_MS);
    return Buffer.concat(this.#raw).toString("utf8");
  }

  destroy(): void {
    this.socket.destroy();
  }

  async #until(met: () => boolean, what: string, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!met()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #onData(chunk: Buffer): void {
    this.#raw.push(chunk);
    if (this.#framed) {
      this.#pending.push(chunk);
      this.#pendingBytes += chunk.length;
      this.#cut();
    }
    this.#wake();
  }

  #cut(): void {
    for (;;) {
      const first = this.#pending[0];
      if (first === undefined || this.#pendingBytes < 4) return;
      const head = first.length >= 4 ? first : Buffer.concat(this.#pending);
      const length = head.readInt32BE();
      if (length < 0 || this.#pendingBytes < 4 + length) return;
      const all = this.#pending.length === 1 ? first : Buffer.concat(this.#pending);
      this.#frames.push(all.subarray(4, 4 + length));
      const rest = all.subarray(4 + length);
      this.#pending = rest.length > 0 ? [rest] : [];
      this.#pendingBytes = rest.length;
      this.#raw = [];
    }
  }
}

export function framed(payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(4 + payload.length);
  bytes.writeInt32BE(payload.length);
  payload.copy(bytes, 4);
  return bytes;
}

export interface Handshake {
  readonly protocolVersion?: number;
  readonly lastZxidSeen?: bigint;
  readonly timeoutMs?: number;
  readonly sessionId?: bigint;
  readonly password?: Buffer | null;
  /** "absent" leaves the byte out, as clients before 3.4 do. */
  readonly readOnly?: boolean | "absent";
  readonly trailing?: Buffer;
}

export function connectRequest(handshake: Handshake = {}): Buffer {
  const out = new Out()
    .int(handshake.protocolVersion ?? 0)
    .long(handshake.lastZxidSeen ?? 0n)
    .int(handshake.timeoutMs ?? 10_000)
    .long(handshake.sessionId ?? 0n)
    .buffer(handshake.password === undefined ? Buffer.alloc(16) : handshake.password);
  const { readOnly = false, trailing } = handshake;
  if (readOnly !== "absent") out.bool(readOnly);
  if (trailing !== undefined) out.raw(trailing);
  return out.done();
}

export interface ConnectResponse {
  readonly protocolVersion: number;
  readonly timeoutMs: number;
  readonly sessionId: bigint;
  readonly password: Buffer;
  readonly readOnly: boolean | "absent";
}

export function readConnectResponse(payload: Buffer): ConnectResponse {
  const input = new In(payload);
  const response = {
    protocolVersion: input.int(),
    timeoutMs: input.int(),
    sessionId: input.long(),
    password: input.buffer() ?? Buffer.alloc(0),
    readOnly: input.left > 0 ? input.bool() : ("absent" as const),
  };
  if (input.left > 0) throw new Error(`${input.left} bytes left over after the ConnectResponse`);
  return response;
}

/** What the server says to a session it does not know, or no longer. */
export const NO_SESSION: ConnectResponse = {
  protocolVersion: 0,
  timeoutMs: 0,
  sessionId: 0n,
  password: Buffer.alloc(16),
  readOnly: false,
};

export interface Reply<T> {
  readonly xid: number;
  readonly zxid: bigint;
  readonly err: string;
  /** Set on success. */
  readonly value: T | undefined;
  readonly body: Buffer;
}

export interface Notification {
  readonly zxid: bigint;
  readonly state: number;
  /** The event as the trigger table reads: "created /w". */
  readonly event: string;
}

/** A client with a session. */
export class Client {
  readonly connection: Connection;
  readonly session: ConnectResponse;
  readonly #expected: { readonly xid: number; readonly request: Request<unknown> }[] = [];
  #xid = 0;
  #notifications: Notification[] = [];

  /** Opens a session, or says why there is none: the response that refuses it, or "closed". */
  static async attempt(port: number, handshake: Handshake = {}): Promise<Client | ConnectResponse | "closed"> {
    const connection = await Connection.open(port);
    connection.frame(connectRequest(handshake));
    const payload = await connection.next();
    if (payload === "closed") return "closed";
    const session = readConnectResponse(payload);
    if (session.timeoutMs > 0) return new Client(connection, session);
    const more = await connection.untilClosed();
    if (more.length > 0) throw new Error("a refusal is the last frame of its connection");
    return session;
  }

  static async open(port: number, handshake: Handshake = {}): Promise<Client> {
    const opened = await Client.attempt(port, handshake);
    if (opened instanceof Client) return opened;
    throw new Error(`no session: ${opened === "closed" ? "the server closed the connection" : "it was refused"}`);
  }

  constructor(connection: Connection, session: ConnectResponse) {
    this.connection = connection;
    this.session = session;
  }

  get id(): bigint {
    return this.session.sessionId;
  }

  /** A handshake that asks for this client's session again. */
  renewal(): Handshake {
    return { sessionId: this.id, password: this.session.password, timeoutMs: this.session.timeoutMs };
  }

  /** Sends requests in one segment, so that the server has them all before it answers one. */
  send(...requests: readonly Request<unknown>[]): void {
    this.connection.write(Buffer.concat(requests.map((request) => this.bytesOf(request))));
  }

  /** A request as it goes on the wire. Its reply is then expected in turn. */
  bytesOf(request: Request<unknown>, xid = request.type === OP.ping ? -2 : ++this.#xid): Buffer {
    this.#expected.push({ xid: request.type === OP.ping ? -2 : xid, request });
    return framed(new Out().int(xid).int(request.type).raw(request.body).done());
  }

  /** The reply to the oldest request without one. */
  async reply<T>(timeoutMs = DEADLINE_MS): Promise<Reply<T>> {
    const expected = this.#expected.shift();
    if (expected === undefined) throw new Error("no request is waiting for a reply");
    const name = nameOf(expected.request.type);
    for (;;) {
      const payload = await this.connection.next(timeoutMs);
      if (payload === "closed") throw new Error(`the server closed the connection instead of answering ${name}`);
      const reply = this.#read(payload, expected.request as Request<T>, expected.xid);
      if (reply !== undefined) return reply;
    }
  }

  /** Sends a request and waits for its reply. */
  async call<T>(request: Request<T>, timeoutMs = DEADLINE_MS): Promise<Reply<T>> {
    this.send(request);
    return this.reply<T>(timeoutMs);
  }

  /** Sends a request that must succeed, for what it returns. */
  async ok<T>(request: Request<T>): Promise<T> {
    const { err, value } = await this.call(request);
    if (err !== "OK") throw new Error(`${nameOf(request.type)} was to succeed, but answered ${err}`);
    return value as T;
  }

  /** Sends a request for its error alone. */
  async err(request: Request<unknown>): Promise<string> {
    return (await this.call(request)).err;
  }

  /** The errors of several requests, made one after the other, under the labels they were given. */
  async errs(requests: Readonly<Record<string, Request<unknown>>>): Promise<Record<string, string>> {
    const errs: Record<string, string> = {};
    for (const [label, request] of Object.entries(requests)) errs[label] = await this.err(request);
    return errs;
  }

  /** Sends requests in one segment and waits for all replies. */
  async pipeline(...requests: readonly Request<unknown>[]): Promise<Reply<unknown>[]> {
    this.send(...requests);
    const replies: Reply<unknown>[] = [];
    for (const _ of requests) replies.push(await this.reply());
    return replies;
  }

  /**
   * The notifications since the last time, in the order they came. What another client's answered request
   * triggered is on the wire before the reply to this ping, so nothing needs to be waited for.
   */
  async notifications(): Promise<Notification[]> {
    await this.call(ping);
    const notifications = this.#notifications;
    this.#notifications = [];
    return notifications;
  }

  /** As {@link notifications}, the events only. */
  async events(): Promise<string[]> {
    return (await this.notifications()).map(({ event }) => event);
  }

  /** The notifications that came before the last reply that was awaited. */
  seen(): string[] {
    return this.#notifications.splice(0).map(({ event }) => event);
  }

  /** Waits for the next notification of something that no request of these tests triggers. */
  async notification(timeoutMs = DEADLINE_MS): Promise<Notification> {
    const already = this.#notifications.shift();
    if (already !== undefined) return already;
    const payload = await this.connection.next(timeoutMs);
    if (payload === "closed") throw new Error("the server closed the connection instead of sending a notification");
    const notification = readNotification(payload);
    if (notification === undefined) throw new Error("a reply came where a notification was awaited");
    return notification;
  }

  /** Whether the connection still answers. */
  async isServed(): Promise<boolean> {
    try {
      await this.call(ping);
      return true;
    } catch {
      return false;
    }
  }

  async authenticate(credentials: string): Promise<void> {
    await this.ok(auth("digest", credentials));
  }

  async close(): Promise<void> {
    if (!this.connection.isClosed) await this.call(closeSession).catch(() => undefined);
    this.connection.destroy();
  }

  /** Drops the connection and leaves the session to its timeout. */
  abandon(): void {
    this.connection.destroy();
  }

  #read<T>(payload: Buffer, request: Request<T>, xid: number): Reply<T> | undefined {
    const notification = readNotification(payload);
    if (notification !== undefined) {
      this.#notifications.push(notification);
      return undefined;
    }
    const name = nameOf(request.type);
    const input = new In(payload);
    const header = { xid: input.int(), zxid: input.long(), err: errorName(input.int()) };
    if (header.xid !== xid) throw new Error(`a reply to xid ${header.xid} came where ${name}'s ${xid} was due`);
    const body = payload.subarray(16);
    if (header.err !== "OK") {
      if (body.length > 0 && request.bodyOnError !== true) {
        throw new Error(`${name} failed with ${header.err} and a body of ${body.length} bytes; errors have none`);
      }
      return { ...header, value: undefined, body };
    }
    const value = request.read(input);
    if (input.left > 0) throw new Error(`${input.left} bytes left over in the reply to ${name}`);
    return { ...header, value, body };
  }
}

/** The name of an opcode, for messages. */
export function nameOf(type: number): string {
  return Object.entries(OP).find(([, code]) => code === type)?.[0] ?? `opcode ${type}`;
}

const EVENTS: Readonly<Record<number, string>> = { 1: "created", 2: "deleted", 3: "changed", 4: "children" };

function readNotification(payload: Buffer): Notification | undefined {
  const input = new In(payload);
  if (input.int() !== -1) return undefined;
  const zxid = input.long();
  const err = input.int();
  const type = input.int();
  const state = input.int();
  const path = input.string();
  if (err !== 0 || input.left > 0) throw new Error(`not a notification: ${payload.toString("hex")}`);
  return { zxid, state, event: `${EVENTS[type] ?? `event ${type}`} ${path}` };
}
