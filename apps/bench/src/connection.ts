/** A session on a socket, with as little between the two as will do. What is sent is encoded by its users. */
import { connect as connectSocket, type Socket } from "node:net";
import {
  connectRequest,
  connectResponse,
  errorName,
  FrameSplitter,
  JuteReader,
  JuteWriter,
  type OnFrame,
  OpCode,
  requestHeader,
  Xid,
} from "@rookery/protocol/client";
import type { Address } from "./arguments.ts";

const SESSION_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1000;
/** All sockets read into the same memory: a chunk is handled before the next read, whichever socket it is on. */
const RECEIVED = Buffer.allocUnsafeSlow(256 * 1024);

/** What a client must know to go on with its session on another connection. */
export interface Session {
  readonly id: bigint;
  readonly password: Uint8Array | null;
  /** A server that has not seen as much refuses the client, who would else go back in time. */
  readonly lastZxid: bigint;
}

/** The session is gone, and with it what belonged to it; another connection will not bring it back. */
export class SessionExpired extends Error {
  override readonly name = "SessionExpired";
}

const NEW_SESSION: Session = { id: 0n, password: Buffer.alloc(16), lastZxid: 0n };

export class Connection {
  /** Called for each reply, in order; not for watch events. */
  onReply: (xid: number, err: number) => void = ignore;
  /** Called when all replies of a chunk were handled: the place to send, once. */
  onTurn: () => void = ignore;
  /** Called if the connection ends before `close`, or what it carries makes no sense. */
  onLost: (error: Error) => void = ignore;
  /** When the chunk arrived whose replies are being handled, by `performance.now()`. */
  receivedAt = 0;
  /** The epoch, that is the leader's reign, in which the last reply's change was made: the upper half of its zxid. */
  epoch = 0;

  readonly #socket: Socket;
  readonly #splitter = new FrameSplitter();
  readonly #reader = new JuteReader();
  #counter = 0;
  #session = NEW_SESSION;
  #state: "opening" | "open" | "closing" | "lost" = "opening";
  #onOpen: () => void = ignore;

  constructor({ host, port }: Address) {
    const onread = { buffer: RECEIVED, callback: (bytes: number) => this.#onData(RECEIVED.subarray(0, bytes)) };
    this.#socket = connectSocket({ host, port, noDelay: true, onread });
    this.#socket.on("error", (error) => this.#lose(error));
    this.#socket.on("close", () => this.#lose(new Error(`${host}:${port} closed the connection`)));
  }

  /** To go on with the session elsewhere. */
  get session(): Session {
    const lastZxid = (BigInt(this.epoch) << 32n) | BigInt(this.#counter >>> 0);
    return { ...this.#session, lastZxid: lastZxid === 0n ? this.#session.lastZxid : lastZxid };
  }

  /**
   * Resolves when the server has granted a session.
   *
   * @param resume - A session to go on with, instead of a new one.
   * @throws SessionExpired if it cannot be gone on with.
   */
  async open(timeoutMs = CONNECT_TIMEOUT_MS, resume = NEW_SESSION): Promise<this> {
    const { promise, resolve, reject } = settle<void>();
    this.#onOpen = resolve;
    this.onLost = reject;
    this.#session = resume;
    const timer = setTimeout(() => this.#lose(new Error(`no session within ${timeoutMs / 1000} s`)), timeoutMs);
    this.#socket.write(
      frame((out) =>
        connectRequest.encode(out, {
          protocolVersion: 0,
          lastZxidSeen: resume.lastZxid,
          timeoutMs: SESSION_TIMEOUT_MS,
          sessionId: resume.id,
          password: resume.password,
          readOnly: false,
        }),
      ),
    );
    try {
      await promise;
      this.onLost = ignore;
      return this;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whole request frames. The memory must stay as it is until the server has answered. */
  write(frames: Buffer): void {
    this.#socket.write(frames);
  }

  /** Closes the session and waits for the server to do so, though not for long. */
  async close(): Promise<void> {
    if (this.#state === "open") {
      this.#state = "closing";
      const { promise, resolve } = settle<void>();
      this.#socket.once("close", () => resolve());
      const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
      this.#socket.end(frame((out) => requestHeader.encode(out, { xid: 0, type: OpCode.closeSession })));
      await promise;
      clearTimeout(timer);
    }
    this.#state = "lost";
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): boolean {
    this.receivedAt = performance.now();
    try {
      this.#splitter.push(chunk, this.#onFrame);
      if (this.#state === "open") this.onTurn();
    } catch (error) {
      this.#lose(error as Error);
    }
    return true;
  }

  readonly #onFrame: OnFrame = (buffer, start, end) => {
    const reader = this.#reader.reset(buffer, start, end);
    if (this.#state === "open") {
      const xid = reader.int();
      if (xid !== Xid.notification) {
        this.epoch = reader.int();
        this.#counter = reader.int();
        this.onReply(xid, reader.int());
      }
    } else if (this.#state === "opening") {
      const { timeoutMs, sessionId, password } = connectResponse.decode(reader);
      if (timeoutMs <= 0) throw new SessionExpired("the server refused the session");
      this.#session = { ...this.#session, id: sessionId, password: password && Buffer.from(password) };
      this.#state = "open";
      this.#onOpen();
    }
    return true;
  };

  #lose(error: Error): void {
    if (this.#state === "lost") return;
    const { onLost } = this;
    const wanted = this.#state === "closing";
    this.#state = "lost";
    this.#socket.destroy();
    if (!wanted) onLost(error);
  }
}

/** Writes one request, without its frame's length. */
export type WriteRequest = (out: JuteWriter, index: number) => void;

/**
 * Sends `count` requests with at most `depth` unanswered. Takes the connection's callbacks for that long.
 *
 * @returns The errors that came, by index.
 */
export async function pipeline(
  connection: Connection,
  { count, depth }: { readonly count: number; readonly depth: number },
  write: WriteRequest,
): Promise<ReadonlyMap<number, number>> {
  const { promise, resolve, reject } = settle<void>();
  const out = new JuteWriter(65_536);
  const errors = new Map<number, number>();
  let sent = 0;
  let answered = 0;
  const send = () => {
    const end = Math.min(count, answered + depth);
    if (sent === end) return;
    for (; sent < end; sent++) {
      const mark = out.beginFrame();
      write(out, sent);
      out.endFrame(mark);
    }
    connection.write(out.take());
  };
  connection.onLost = reject;
  connection.onReply = (_xid, err) => {
    if (err !== 0) errors.set(answered, err);
    answered += 1;
  };
  connection.onTurn = () => {
    if (answered === count) resolve();
    else send();
  };
  send();
  if (count > 0) await promise;
  connection.onReply = ignore;
  connection.onTurn = ignore;
  connection.onLost = ignore;
  return errors;
}

export function nameOfError(err: number): string {
  return errorName(err) ?? String(err);
}

/** Promise.withResolvers, which Node 20 lacks. */
export function settle<T>() {
  let resolve: (value: T) => void = ignore;
  let reject: (error: Error) => void = ignore;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function frame(write: (out: JuteWriter) => void): Buffer {
  const out = new JuteWriter(256);
  const mark = out.beginFrame();
  write(out);
  out.endFrame(mark);
  return out.take();
}

function ignore(): void {}
