/**
 * One client's connection on its way through the gate: bytes both ways, and enough understanding of them to know whose
 * session it is and which reply answers which request. What goes wrong, and when, is the gate's to decide.
 */
import type { Socket } from "node:net";
import { FrameSplitter, ProtocolError } from "@rookery/protocol/client";

/** What is asked of the gate on the way. */
export interface RelayOwner {
  /** No byte is to pass, in either direction. */
  readonly paused: boolean;
  /** How long what the server says is kept back, milliseconds. */
  readonly delayMs: number;
  /** Longest frame that the server takes: what announces itself as longer is no frame, but a word, say. */
  readonly frameBytesMax: number;
  /** Whether this reply, to a request with a positive xid, gets lost and the connection with it. */
  loses(reply: Reply): boolean;
  onClosed(relay: Relay): void;
}

export interface Reply {
  readonly session: bigint;
  readonly xid: number;
  readonly opcode: number;
  /** 0 if what was asked was done. */
  readonly error: number;
}

/** Bytes for the client, or its connection's end, which keeps its place behind them. */
interface Parcel {
  readonly dueMs: number;
  readonly bytes: Buffer | undefined;
}

const INT32_MAX = 0x7fffffff;
const CONNECT_RESPONSE_BYTES_MIN = 16;
const REPLY_HEADER_BYTES = 16;

export class Relay {
  /** 0 until the server has granted one. */
  session = 0n;
  private readonly owner: RelayOwner;
  private readonly client: Socket;
  private readonly upstream: Socket;
  private readonly requests: FrameSplitter;
  private readonly replies = new FrameSplitter(INT32_MAX);
  /** The connection carries no frames. */
  private raw = false;
  private asked = false;
  private answered = false;
  /** Opcodes of requests without a reply, by their xid. */
  private readonly opcodes = new Map<number, number>();
  private parcels: Parcel[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** The server will say no more: what the client still says goes nowhere. */
  private over = false;
  /** Ends that wait for the end of a pause, as they would in the cable. */
  private clientGone = false;
  private upstreamGone = false;
  private open = 2;

  constructor(client: Socket, upstream: Socket, owner: RelayOwner) {
    this.owner = owner;
    this.client = client;
    this.upstream = upstream;
    this.requests = new FrameSplitter(owner.frameBytesMax);
    this.regulate();
    client.on("data", (chunk: Buffer) => this.onRequestBytes(chunk));
    upstream.on("data", (chunk: Buffer) => this.onReplyBytes(chunk));
    client.on("drain", () => this.regulate());
    upstream.on("drain", () => this.regulate());
    client.on("end", () => {
      // Some half-close behind a four-letter word and wait for the answer.
      if (this.over) client.destroySoon();
      else upstream.end();
    });
    upstream.on("end", () => this.onUpstreamGone());
    // A reset is an end like any other; "close" follows.
    client.on("error", () => {});
    upstream.on("error", () => {});
    client.on("close", () => {
      this.onClientGone();
      this.onOneClosed();
    });
    upstream.on("close", () => {
      this.onUpstreamGone();
      this.onOneClosed();
    });
  }

  /** Looks again at what the gate lets pass. */
  regulate(): void {
    const { client, upstream, owner } = this;
    if (owner.paused || upstream.writableNeedDrain) client.pause();
    else client.resume();
    if (owner.paused || client.writableNeedDrain) upstream.pause();
    else upstream.resume();
    if (owner.paused) return;
    if (this.clientGone) upstream.destroySoon();
    if (this.upstreamGone) this.onUpstreamGone();
    this.deliver();
  }

  /** Ends it at once, for both sides. Resolves when this process is rid of its two sockets. */
  async cut(): Promise<void> {
    this.over = true;
    clearTimeout(this.timer);
    this.parcels = [];
    const sockets = [this.client, this.upstream].filter((socket) => !socket.closed);
    const closed = sockets.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  }

  // ── Requests ─────────────────────────────────────────────────────────────────────────────────────────────────

  private onRequestBytes(chunk: Buffer): void {
    if (this.over) {
      // It has been told of the end, and talks on: a reset says it again.
      if (this.client.writableFinished) this.client.destroy();
      return;
    }
    if (!this.raw) {
      try {
        this.requests.push(chunk, this.onRequest);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.raw = true;
      }
    }
    this.upstream.write(chunk);
    if (this.upstream.writableNeedDrain) this.regulate();
  }

  private readonly onRequest = (buffer: Buffer, start: number, end: number): boolean => {
    if (!this.asked) this.asked = true;
    else if (end - start >= 8) {
      const xid = buffer.readInt32BE(start);
      if (xid > 0) this.opcodes.set(xid, buffer.readInt32BE(start + 4));
    }
    return true;
  };

  private onClientGone(): void {
    this.over = true;
    this.clientGone = true;
    clearTimeout(this.timer);
    this.parcels = [];
    if (!this.owner.paused) this.upstream.destroySoon();
  }

  // ── Replies ──────────────────────────────────────────────────────────────────────────────────────────────────

  private onReplyBytes(chunk: Buffer): void {
    if (this.over) return;
    if (this.raw) this.post(chunk);
    else this.replies.push(chunk, this.onReply);
  }

  private readonly onReply = (buffer: Buffer, start: number, end: number): boolean => {
    if (this.over) return true;
    if (!this.answered) {
      this.answered = true;
      if (end - start >= CONNECT_RESPONSE_BYTES_MIN) this.session = buffer.readBigInt64BE(start + 8);
    } else if (this.isLost(buffer, start, end)) {
      this.over = true;
      this.upstream.destroy();
      this.post(undefined);
      return true;
    }
    const framed = Buffer.allocUnsafe(end - start + 4);
    framed.writeInt32BE(end - start);
    buffer.copy(framed, 4, start, end);
    this.post(framed);
    return true;
  };

  private isLost(buffer: Buffer, start: number, end: number): boolean {
    if (end - start < REPLY_HEADER_BYTES) return false;
    const xid = buffer.readInt32BE(start);
    const opcode = this.opcodes.get(xid);
    if (opcode === undefined) return false;
    this.opcodes.delete(xid);
    return this.owner.loses({ session: this.session, xid, opcode, error: buffer.readInt32BE(start + 12) });
  }

  private onUpstreamGone(): void {
    this.upstreamGone = true;
    if (this.owner.paused || this.over) return;
    this.over = true;
    this.upstream.end();
    this.post(undefined);
  }

  private post(bytes: Buffer | undefined): void {
    this.parcels.push({ dueMs: performance.now() + this.owner.delayMs, bytes });
    this.deliver();
  }

  /** Hands over what is due, in order. */
  private deliver(): void {
    clearTimeout(this.timer);
    const { parcels, owner, client } = this;
    while (parcels.length > 0 && !owner.paused) {
      const { dueMs, bytes } = parcels[0] as Parcel;
      const waitMs = owner.delayMs === 0 ? 0 : dueMs - performance.now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.deliver(), Math.ceil(waitMs));
        return;
      }
      parcels.shift();
      if (bytes !== undefined) client.write(bytes);
      else client.end();
    }
    if (client.writableNeedDrain) this.upstream.pause();
  }

  private onOneClosed(): void {
    this.open--;
    if (this.open === 0) this.owner.onClosed(this);
  }
}
