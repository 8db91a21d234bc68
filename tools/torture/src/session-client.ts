/**
 * A session on raw sockets, as a real client keeps one: it goes to another server when a connection is lost, takes its
 * session along, pings, and begins a new session when a server says that the old one is no more.
 *
 * It repeats nothing. A request whose connection went before its reply came is "lost": only its sender knows whether it
 * may be asked again.
 */
import { connect, type Socket } from "node:net";
import {
  connectRequest,
  connectResponse,
  FrameSplitter,
  type JuteReader,
  JuteWriter,
  OpCode,
  JuteReader as Reader,
  type RequestOf,
  type RequestOpCode,
  type ResponseOf,
  requestCodecs,
  requestHeader,
  responseCodecs,
  Xid,
} from "@rookery/protocol/client";
import type { Chance } from "./chance.ts";

const NO_PASSWORD = Buffer.alloc(16);
const RETRY_MS_MAX = 200;
/** A paused server accepts connections and says nothing. */
const CONNECT_MS_MIN = 500;
const CONNECT_MS_MAX = 2000;

export interface Endpoint {
  readonly server: number;
  readonly port: number;
}

export interface Answer<T> {
  readonly zxid: number;
  /** A code of ZooKeeper's, 0 for success. */
  readonly err: number;
  /** Undefined unless it succeeded. */
  readonly value: T | undefined;
  /** When it came, by `performance.now()`. */
  readonly at: number;
}

export interface GrantedSession {
  readonly id: bigint;
  readonly timeoutMs: number;
}

export interface SessionClientOptions {
  readonly endpoints: readonly Endpoint[];
  readonly timeoutMs: number;
  readonly chance: Chance;
  /** A server granted a new session. */
  readonly onSession?: (session: GrantedSession) => void;
  /** A server says that this session is no more. A new one is asked for at once. */
  readonly onExpired?: (session: GrantedSession) => void;
  /** A server said something that makes no sense. The connection is given up. */
  readonly onNonsense?: (message: string) => void;
}

interface Waiting {
  readonly xid: number;
  readonly op: RequestOpCode;
  readonly settle: (reader: JuteReader | undefined, zxid: number, err: number) => void;
}

export class SessionClient {
  readonly #options: SessionClientOptions;
  readonly #out = new JuteWriter(4096);
  readonly #reader = new Reader();
  #splitter = new FrameSplitter(FRAME_BYTES_MAX);
  #socket: Socket | undefined;
  #endpoint: Endpoint | undefined;
  #state: "down" | "opening" | "up" | "ended" = "down";
  #session: GrantedSession | undefined;
  #password: Uint8Array = NO_PASSWORD;
  #lastZxid = 0n;
  #xid = 0;
  #waiting: Waiting[] = [];
  #ready: (() => void)[] = [];
  #heardAt = 0;
  #pinging: NodeJS.Timeout | undefined;
  #retrying: NodeJS.Timeout | undefined;

  constructor(options: SessionClientOptions) {
    this.#options = options;
  }

  /** The server it is connected to, undefined while it is not. */
  get server(): number | undefined {
    return this.#state === "up" ? this.#endpoint?.server : undefined;
  }

  /** The session, also while it is not connected. */
  get session(): GrantedSession | undefined {
    return this.#session;
  }

  start(): void {
    this.#connect();
  }

  /** Resolves as soon as requests can be sent, or the client has ended: ask `server`. */
  ready(): Promise<void> {
    if (this.#state === "up" || this.#state === "ended") return Promise.resolve();
    return new Promise((resolve) => {
      this.#ready.push(resolve);
    });
  }

  /**
   * Sends a request. It is written before this returns; replies come in the order of requests.
   *
   * @param read - Makes of the reply what the caller keeps: its buffers are views that do not outlive the call.
   * @returns "lost" if the connection went before the reply came.
   * @throws If the client is not connected.
   */
  request<O extends RequestOpCode, T>(
    op: O,
    request: RequestOf<O>,
    read: (response: ResponseOf<O>) => T,
  ): Promise<Answer<T> | "lost"> {
    const socket = this.#socket;
    if (this.#state !== "up" || socket === undefined) throw new Error("not connected");
    this.#xid += 1;
    const xid = this.#xid;
    this.#frame(socket, (out) => {
      requestHeader.encode(out, { xid, type: op });
      (requestCodecs[op] as { encode(out: JuteWriter, value: unknown): void }).encode(out, request);
    });
    return new Promise((resolve) => {
      const settle: Waiting["settle"] = (reader, zxid, err) => {
        if (reader === undefined) {
          resolve("lost");
          return;
        }
        const value = err === 0 ? read(responseCodecs[op].decode(reader) as ResponseOf<O>) : undefined;
        resolve({ zxid, err, value, at: performance.now() });
      };
      this.#waiting.push({ xid, op, settle });
    });
  }

  /** Breaks the connection, as a network might. The session goes on at another server. */
  drop(): void {
    if (this.#state === "up" || this.#state === "opening") this.#lose();
  }

  /** Goes away without a word: the session is left to expire. */
  abandon(): void {
    this.#end();
  }

  /** Goes away once the session is closed, or the connection has gone. @returns Whether a server acknowledged it. */
  async close(): Promise<boolean> {
    if (this.#state !== "up") {
      this.#end();
      return false;
    }
    const answer = await this.request(OpCode.closeSession, undefined, () => true);
    this.#end();
    return answer !== "lost" && answer.err === 0;
  }

  #connect(): void {
    const { endpoints, chance, timeoutMs } = this.#options;
    const others = endpoints.filter((endpoint) => endpoint !== this.#endpoint);
    const endpoint = chance.one(others.length > 0 ? others : endpoints);
    this.#endpoint = endpoint;
    this.#state = "opening";
    this.#splitter = new FrameSplitter(FRAME_BYTES_MAX);
    const socket = connect({ port: endpoint.port, host: "127.0.0.1", noDelay: true });
    this.#socket = socket;
    const limit = Math.min(CONNECT_MS_MAX, Math.max(CONNECT_MS_MIN, timeoutMs / endpoints.length));
    const timer = setTimeout(() => socket.destroy(), limit);
    socket.on("connect", () => {
      this.#frame(socket, (out) =>
        connectRequest.encode(out, {
          protocolVersion: 0,
          lastZxidSeen: this.#lastZxid,
          timeoutMs,
          sessionId: this.#session?.id ?? 0n,
          password: this.#password,
          readOnly: false,
        }),
      );
    });
    socket.on("data", (chunk: Buffer) => {
      if (socket !== this.#socket) return;
      this.#heardAt = performance.now();
      try {
        this.#splitter.push(chunk, (buffer, start, end) => {
          clearTimeout(timer);
          this.#onFrame(this.#reader.reset(buffer, start, end));
          return true;
        });
      } catch (error) {
        this.#options.onNonsense?.(`server ${endpoint.server}: ${error instanceof Error ? error.message : error}`);
        this.#lose();
      }
    });
    // What is wrong with a connection does not matter: "close" follows, and another server is tried.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      if (socket === this.#socket) this.#lose();
    });
  }

  #onFrame(reader: JuteReader): void {
    if (this.#state === "opening") {
      this.#onConnected(reader);
      return;
    }
    if (this.#state !== "up") return;
    const xid = reader.int();
    const zxid = reader.long();
    const err = reader.int();
    if (xid < 0) return; // Pings; nobody sets watches.
    const waiting = this.#waiting.shift();
    if (waiting?.xid !== xid) throw new Error(`a reply to ${xid} where one to ${waiting?.xid} is due`);
    if (zxid > 0n) this.#lastZxid = zxid;
    waiting.settle(reader, Number(zxid), err);
  }

  #onConnected(reader: JuteReader): void {
    const { timeoutMs, sessionId, password } = connectResponse.decode(reader);
    if (timeoutMs <= 0) {
      const session = this.#session;
      this.#session = undefined;
      this.#password = NO_PASSWORD;
      this.#lastZxid = 0n;
      if (session !== undefined) this.#options.onExpired?.(session);
      this.#lose();
      return;
    }
    this.#state = "up";
    if (this.#session === undefined) {
      this.#session = { id: sessionId, timeoutMs };
      this.#password = Buffer.from(password ?? NO_PASSWORD);
      this.#options.onSession?.(this.#session);
    } else if (this.#session.id !== sessionId) {
      throw new Error(`asked for session ${this.#session.id} and got ${sessionId}`);
    }
    this.#pinging = setInterval(() => this.#ping(timeoutMs), timeoutMs / 3);
    const ready = this.#ready;
    this.#ready = [];
    for (const resolve of ready) resolve();
  }

  /** A third of the timeout between pings; a server silent for two thirds is given up. */
  #ping(timeoutMs: number): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if (performance.now() - this.#heardAt > (timeoutMs * 2) / 3) this.#lose();
    else this.#frame(socket, (out) => requestHeader.encode(out, { xid: Xid.ping, type: OpCode.ping }));
  }

  #lose(): void {
    if (this.#state === "ended") return;
    this.#disconnect();
    this.#state = "down";
    clearTimeout(this.#retrying);
    this.#retrying = setTimeout(() => this.#connect(), this.#options.chance.between(0, RETRY_MS_MAX));
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    clearTimeout(this.#retrying);
    this.#disconnect();
    const ready = this.#ready;
    this.#ready = [];
    for (const resolve of ready) resolve();
  }

  #disconnect(): void {
    clearInterval(this.#pinging);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { settle } of waiting) settle(undefined, -1, 0);
  }

  #frame(socket: Socket, write: (out: JuteWriter) => void): void {
    const mark = this.#out.beginFrame();
    write(this.#out);
    this.#out.endFrame(mark);
    socket.write(this.#out.take());
  }
}

/** Replies may be longer than requests: a listing of all children. */
const FRAME_BYTES_MAX = 64 << 20;
