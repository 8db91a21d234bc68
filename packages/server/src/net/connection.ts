/** One client's socket: bytes to frames, replies to bytes, four-letter words before the first frame. */
import type { Socket } from "node:net";
import { FrameSplitter, ProtocolError } from "@rookery/protocol/client";
import type { Logger } from "../logger.ts";
import type { Client } from "../member/client.ts";
import type { Member } from "../member/member.ts";
import type { Transport } from "../member/ports.ts";
import { isWord, wordArgumentBytes } from "../report/words.ts";

/** Answers a four-letter word, or undefined to wait for no more and say nothing. */
export type AnswerWord = (word: string, argument: Buffer, asker: Client) => string | undefined;

export class Connection implements Transport {
  readonly address: string;
  readonly port: number;
  readonly client: Client;
  private readonly socket: Socket;
  private readonly member: Member;
  private readonly logger: Logger;
  private readonly answerWord: AnswerWord;
  private readonly splitter: FrameSplitter;
  /** What is being split: frames in it may be kept, frames elsewhere must be copied. */
  private chunk: Buffer = NOTHING;
  /** The first bytes, while it is open whether they are a four-letter word. */
  private head: Buffer | undefined = NOTHING;
  private ended = false;

  constructor(socket: Socket, member: Member, logger: Logger, answerWord: AnswerWord) {
    this.socket = socket;
    this.member = member;
    this.logger = logger;
    this.answerWord = answerWord;
    this.address = plainAddress(socket.remoteAddress ?? "");
    this.port = socket.remotePort ?? 0;
    this.splitter = new FrameSplitter(member.options.frameBytesMax);
    this.client = member.accept(this);
    socket.on("data", (chunk: Buffer) => this.onData(chunk));
    socket.on("drain", () => member.drained(this.client));
    // A peer that resets is an ordinary end of a connection; "close" follows.
    socket.on("error", (error) => logger.debug({ address: this.address, error: error.message }, "socket error"));
    socket.on("close", () => member.closed(this.client));
  }

  write(bytes: Buffer): void {
    if (!this.ended) this.socket.write(bytes);
  }

  pendingBytes(): number {
    return this.socket.writableLength;
  }

  resume(): void {
    if (this.ended) return;
    if (!this.feed(() => this.splitter.resume(this.onFrame))) return;
    this.socket.resume();
  }

  end(): void {
    this.ended = true;
    this.socket.end();
    // The peer may never close its side: what it still sends is thrown away, and not for long.
    this.socket.resume();
    const linger = setTimeout(() => this.socket.destroy(), LINGER_MS);
    this.socket.once("close", () => clearTimeout(linger));
  }

  destroy(): void {
    this.ended = true;
    this.socket.destroy();
  }

  private onData(chunk: Buffer): void {
    if (this.ended) return;
    if (this.head !== undefined) {
      const first = this.opening(chunk);
      if (first === undefined) return;
      this.chunk = first;
    } else {
      this.chunk = chunk;
    }
    this.member.beginTurn();
    if (!this.feed(() => this.splitter.push(this.chunk, this.onFrame)) && !this.ended) this.socket.pause();
    this.chunk = NOTHING;
    this.member.endTurn();
  }

  /** Feeds frames; false when stopped or lost. */
  private feed(step: () => boolean): boolean {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.logger.debug({ address: this.address, error: error.message }, "connection closed: no such frame");
      this.member.closed(this.client);
      this.destroy();
      return false;
    }
  }

  private readonly onFrame = (buffer: Buffer, start: number, end: number): boolean => {
    if (buffer === this.chunk) return this.member.receive(this.client, buffer, start, end);
    const own = Buffer.from(buffer.subarray(start, end));
    return this.member.receive(this.client, own, 0, own.length);
  };

  /** The first bytes of the connection once it is clear that they are frames; undefined while waiting, or for a word. */
  private opening(chunk: Buffer): Buffer | undefined {
    const head = (this.head as Buffer).length === 0 ? chunk : Buffer.concat([this.head as Buffer, chunk]);
    this.head = head;
    if (head.length < 4) return undefined;
    const word = head.toString("latin1", 0, 4);
    if (!isWord(word)) {
      this.head = undefined;
      return head;
    }
    const argumentBytes = wordArgumentBytes(word, this.member.options);
    if (head.length < 4 + argumentBytes) return undefined;
    const answer = this.report(word, head.subarray(4, 4 + argumentBytes));
    this.head = NOTHING;
    this.member.closed(this.client);
    if (answer !== undefined) this.socket.write(answer);
    this.end();
    return undefined;
  }

  /** A report that cannot be made, such as one longer than a string can be, is no reason to stop the server. */
  private report(word: string, argument: Buffer): string | undefined {
    try {
      return this.answerWord(word, argument, this.client);
    } catch (error) {
      this.logger.error({ word, error: (error as Error).message }, "a four-letter word could not be answered");
      return undefined;
    }
  }
}

const NOTHING = Buffer.alloc(0);
/** How long a connection that we ended may stay half open, ms. */
const LINGER_MS = 2000;

function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
