/**
 * One connection to one server: bytes out, gathered over a turn; frames in. It knows no session; what is in the frames is
 * its owner's affair.
 */
import type { Socket } from "node:net";
import { JuteReader, JuteWriter } from "@rookery/protocol/client";
import type { Environment } from "./environment.ts";
import { ReplySplitter } from "./reply-splitter.ts";

const SLAB_BYTES = 16_384;
/** What the socket has not taken, or has not been given yet, above which no more requests are written. */
const CONGESTED_BYTES = 1 << 20;

export interface ConnectionHandlers {
  /** The reader is the connection's, and valid until the call returns. */
  onFrame(input: JuteReader): void;
  onLargeFrame(header: JuteReader, bytes: number): void;
  /** The socket takes more again. */
  onRoom(): void;
  /** Once, with what ended it; `isNonsense` if it is what the server sent. */
  onEnd(error: Error, isNonsense: boolean): void;
}

const NO_HANDLERS: ConnectionHandlers = { onFrame() {}, onLargeFrame() {}, onRoom() {}, onEnd() {} };

export class Connection {
  readonly out = new JuteWriter(SLAB_BYTES);
  /** `host:port (address)`, for people. */
  readonly name: string;
  handlers = NO_HANDLERS;
  lastHeardMs: number;
  lastSentMs: number;
  /** When the first was sent of what has been sent since anything was heard. */
  askedMs: number;
  bytesSent = 0;
  bytesReceived = 0;
  ended = false;
  private readonly socket: Socket;
  private readonly environment: Environment;
  private readonly splitter: ReplySplitter;
  private readonly input = new JuteReader();
  private flushing = false;

  constructor(socket: Socket, name: string, environment: Environment, replyBytesMax: number) {
    this.socket = socket;
    this.name = name;
    this.environment = environment;
    this.lastHeardMs = environment.nowMs();
    this.lastSentMs = this.lastHeardMs;
    this.askedMs = this.lastHeardMs;
    this.splitter = new ReplySplitter(replyBytesMax, {
      onFrame: (buffer, start, end) => this.handlers.onFrame(this.input.reset(buffer, start, end)),
      onLargeFrame: (header, bytes) => this.handlers.onLargeFrame(this.input.reset(header), bytes),
    });
    socket.on("data", (chunk: Buffer) => this.onData(chunk));
    socket.on("drain", () => this.handlers.onRoom());
    socket.on("error", (error) => this.end(error));
    socket.on("end", () => this.end(new Error(`${name} closed the connection`)));
    socket.on("close", () => this.end(new Error(`the connection to ${name} is closed`)));
  }

  get congested(): boolean {
    return this.socket.writableLength + this.out.position > CONGESTED_BYTES;
  }

  /** What was written to `out` goes on its way when the calls and promises that are due have run. */
  flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    process.nextTick(this.flush);
  }

  private readonly flush = (): void => {
    this.flushing = false;
    if (this.ended || this.out.position === 0) return;
    const bytes = this.out.take();
    this.bytesSent += bytes.length;
    this.markSent(this.environment.nowMs());
    // If the system took all of it at once there will be no "drain".
    if (this.socket.write(bytes)) this.handlers.onRoom();
  };

  markSent(nowMs: number): void {
    if (this.lastSentMs <= this.lastHeardMs) this.askedMs = nowMs;
    this.lastSentMs = nowMs;
  }

  /** Sends what is there, then ends. */
  finish(): void {
    this.flush();
    this.splitter.stop();
    if (this.ended) return;
    this.ended = true;
    this.socket.end();
    // Whoever does not close its side is left.
    const timer = this.environment.after(1000, () => this.socket.destroy());
    this.socket.once("close", () => timer.stop());
    this.socket.resume();
  }

  end(error: Error, isNonsense = false): void {
    if (this.ended) return;
    this.ended = true;
    this.splitter.stop();
    this.socket.destroy();
    this.handlers.onEnd(error, isNonsense);
  }

  private onData(chunk: Buffer): void {
    if (this.ended) return;
    this.lastHeardMs = this.environment.nowMs();
    this.bytesReceived += chunk.length;
    try {
      this.splitter.push(chunk);
    } catch (error) {
      // Whatever cannot be taken must not come again on the next connection.
      this.end(error as Error, true);
    }
  }
}
