/**
 * One connection to another member: the handshake, then messages, each way. It knows when it has died; what that means,
 * who may connect and which of two connections stays is its owner's to say.
 */
import type { Socket } from "node:net";
import {
  encodePeerMessage,
  type Hello,
  PEER_PROTO,
  PeerFrameSplitter,
  type PeerMessage,
  ProtocolError,
  type WireMessage,
} from "@rookery/protocol/peer";
import type { Runtime, Timer } from "../member/ports.ts";

export type Plane = Hello["plane"];

/** Bytes that wait to be sent, above which appends had better wait, and above which the connection is given up. */
const CONGESTED_BYTES = 1 << 20;
export const OUTPUT_BYTES_MAX = 32 << 20;
/** Time for dialling and handshake together, and for the last word to a member that is refused. */
const OPENING_MS_MAX = 3000;
const LAST_WORD_MS_MAX = 1000;
/** A handshake needs no more, and whoever has not got through it gets no more. */
const HANDSHAKE_BYTES_MAX = 16_384;
/** For the system to find out about a member whose host is gone. */
const KEEP_ALIVE_MS = 5000;
/** Checks without a byte read, after which the other side is taken for dead. */
const SILENT_CHECKS_MAX = 4;

export interface ConnectionOwner {
  readonly runtime: Runtime;
  readonly frameBytesMax: number;
  helloTo(sid: number, plane: Plane): Hello;
  /** Why that member cannot be talked to, for people; undefined when it can. */
  objectionTo(hello: Hello, connection: PeerConnection): string | undefined;
  onEstablished(connection: PeerConnection): void;
  onMessage(connection: PeerConnection, message: PeerMessage): void;
  /** Behind `onEstablished` and every `onMessage` that came of the same bytes. */
  onTurnEnd(): void;
  onDrained(connection: PeerConnection): void;
  /** One of the two said no. `onClosed` follows. */
  onRefused(connection: PeerConnection, reason: string): void;
  /** Once, never from within a call of the owner's. `reason` is for people. */
  onClosed(connection: PeerConnection, reason: string): void;
}

export class PeerConnection {
  /** The other member; 0 while that is not known. */
  sid: number;
  plane: Plane;
  /** The other side's, once there is a connection. */
  address: string;
  /** Whether this side opened it. */
  readonly dialled: boolean;
  /** What the other side said of itself. */
  hello: Hello | undefined;
  established = false;
  refused = false;
  /** What came was not what members say. */
  malformed = false;
  /** Nothing is sent or received any more. */
  ended = false;
  private readonly socket: Socket;
  private readonly owner: ConnectionOwner;
  private readonly splitter = new PeerFrameSplitter(HANDSHAKE_BYTES_MAX);
  private readonly closed: Promise<void>;
  private deadline: Timer | undefined;
  private proto = 0;
  private reason = "closed by the other side";
  private delivered = false;
  /** What is thrown meanwhile is not the bytes' fault. */
  private handling = false;
  private corked = false;
  private congestion = false;
  private wroteSinceCheck = false;
  private silentChecks = 0;

  /** @param dialled - Whom the socket is being connected to; undefined for a socket that was accepted. */
  constructor(
    socket: Socket,
    dialled: { readonly sid: number; readonly plane: Plane } | undefined,
    owner: ConnectionOwner,
  ) {
    this.socket = socket;
    this.owner = owner;
    this.dialled = dialled !== undefined;
    this.sid = dialled?.sid ?? 0;
    this.plane = dialled?.plane ?? "control";
    this.address = socket.remoteAddress ?? "";
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("data", (chunk: Buffer) => this.onData(chunk));
    socket.on("drain", () => this.onDrain());
    socket.on("error", (error) => {
      if (!this.ended) this.reason = error.message;
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.ended = true;
        this.deadline?.stop();
        this.owner.onClosed(this, this.reason);
        resolve();
      });
    });
    if (dialled !== undefined) {
      socket.once("connect", () => {
        this.address = socket.remoteAddress ?? "";
        this.write(owner.helloTo(dialled.sid, dialled.plane));
      });
    }
    this.deadline = owner.runtime.after(OPENING_MS_MAX, () => this.destroy("no connection in time"));
  }

  /** Whether so much waits to be sent that the rest had better wait. */
  get congested(): boolean {
    return this.socket.writableLength > CONGESTED_BYTES;
  }

  /** Sends a frame together with all others of this turn. */
  send(frame: Buffer): void {
    if (this.ended) return;
    if (!this.corked) {
      this.corked = true;
      this.socket.cork();
      process.nextTick(() => {
        this.corked = false;
        this.socket.uncork();
      });
    }
    this.wroteSinceCheck = true;
    this.socket.write(frame);
    const waiting = this.socket.writableLength;
    if (waiting > OUTPUT_BYTES_MAX) this.destroy(`${waiting} bytes wait to be sent`);
    else if (waiting > CONGESTED_BYTES) this.congestion = true;
  }

  /** To be called at intervals: keeps the other side from taking this one for dead, and finds out when it is itself. */
  check(): void {
    if (!this.established || this.ended) return;
    if (++this.silentChecks > SILENT_CHECKS_MAX) {
      this.destroy("silent for too long");
      return;
    }
    if (!this.wroteSinceCheck) this.send(PING);
    this.wroteSinceCheck = false;
  }

  /** Closes at once; what waits to be sent is lost. */
  destroy(reason: string): void {
    if (this.ended) return;
    this.ended = true;
    this.reason = reason;
    this.socket.destroy();
  }

  /** Resolves when the system has let go of it. */
  whenClosed(): Promise<void> {
    return this.closed;
  }

  private onData(chunk: Buffer): void {
    if (this.ended) return;
    this.silentChecks = 0;
    try {
      this.splitter.push(chunk, this.onWireMessage);
    } catch (error) {
      if (this.handling || !(error instanceof ProtocolError)) throw error;
      this.onMalformed(error.message);
    }
    if (this.delivered) {
      this.delivered = false;
      this.owner.onTurnEnd();
    }
  }

  private readonly onWireMessage = (message: WireMessage): boolean => {
    switch (message.type) {
      case "hello":
        this.onHello(message);
        break;
      case "helloAck":
        this.onHelloAck(message.proto);
        break;
      case "helloReject":
        this.refused = true;
        this.destroy("refused");
        this.owner.onRefused(this, message.reason);
        break;
      case "ping":
        break;
      default:
        if (!this.established) {
          this.onMalformed(`${message.type} before the handshake`);
        } else {
          this.delivered = true;
          this.handling = true;
          this.owner.onMessage(this, message);
          this.handling = false;
        }
    }
    return !this.ended;
  };

  private onMalformed(what: string): void {
    this.malformed = true;
    this.destroy(`malformed: ${what}`);
  }

  private onHello(hello: Hello): void {
    if (this.hello !== undefined) {
      this.onMalformed("a second hello");
      return;
    }
    this.hello = hello;
    const objection = this.owner.objectionTo(hello, this);
    if (objection !== undefined) {
      this.refuse(objection);
      return;
    }
    if (!this.dialled) {
      this.sid = hello.fromSid;
      this.plane = hello.plane;
      this.write(this.owner.helloTo(hello.fromSid, hello.plane));
    }
    this.proto = Math.min(hello.protoMax, PEER_PROTO.max);
    this.write({ type: "helloAck", proto: this.proto });
  }

  private onHelloAck(proto: number): void {
    if (this.established || this.proto === 0 || proto !== this.proto) {
      this.onMalformed(`version ${proto} acknowledged where ${this.proto} was agreed`);
      return;
    }
    this.deadline?.stop();
    this.established = true;
    this.splitter.frameBytesMax = this.owner.frameBytesMax;
    this.delivered = true;
    this.handling = true;
    this.owner.onEstablished(this);
    this.handling = false;
  }

  /** What the other side still sends is read and thrown away: closing over unread bytes would take the last word back. */
  private refuse(reason: string): void {
    this.refused = true;
    this.write({ type: "helloReject", reason });
    this.ended = true;
    this.reason = "refused";
    this.socket.end();
    this.deadline?.stop();
    this.deadline = this.owner.runtime.after(LAST_WORD_MS_MAX, () => this.socket.destroy());
    this.owner.onRefused(this, reason);
  }

  private write(message: WireMessage): void {
    this.send(encodePeerMessage(message));
  }

  private onDrain(): void {
    if (this.ended || !this.congestion) return;
    this.congestion = false;
    this.owner.onDrained(this);
  }
}

const PING = encodePeerMessage({ type: "ping" });
