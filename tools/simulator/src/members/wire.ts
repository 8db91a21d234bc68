/** One client's connection to a member: bytes in order in both directions, until either end closes it. */
import type { Client, Member, Transport } from "@rookery/server/internal";
import { type Stream, stream } from "../chance.ts";
import type { Process } from "./process.ts";

export interface WireHost {
  readonly now: number;
  after(delayUs: number, call: () => void): void;
  inProcess(sid: number, at: number, call: () => void): void;
}

/** The client's end. */
export interface WireEnd {
  onFrame(frame: Buffer): void;
  onClosed(): void;
}

export class Wire implements Transport {
  readonly address: string;
  readonly port: number;
  private readonly host: WireHost;
  private readonly process: Process;
  private readonly life: number;
  private readonly clientEnd: WireEnd;
  private readonly chance: Stream;
  private readonly meanUs: number;
  private member: Member | undefined;
  private client: Client | undefined;
  private bytes: Buffer = Buffer.alloc(0);
  /** Frames that the member has not taken yet. */
  private readonly held: Buffer[] = [];
  private blocked = false;
  private feeding = false;
  private lastToMember = 0;
  private lastToClient = 0;
  private clientClosed = false;
  private memberClosed = false;
  /** Nothing passes any more and neither end is told. */
  private silent = false;

  constructor(
    host: WireHost,
    process: Process,
    number: number,
    id: number,
    meanUs: number,
    seed: number,
    end: WireEnd,
  ) {
    this.host = host;
    this.process = process;
    this.life = process.life;
    this.address = `10.0.0.${number}`;
    this.port = id;
    this.clientEnd = end;
    this.meanUs = meanUs;
    this.chance = stream(seed, "wire", number, id);
    if (process.serving === undefined) {
      this.memberClosed = true;
      this.toClient(() => this.closedAtClient());
    } else this.toMember(() => this.accepted());
  }

  // ── The client's end ───────────────────────────────────────────────────────────────────────────────────────

  send(frame: Buffer): void {
    if (!this.clientClosed) this.toMember(() => this.arrived(frame));
  }

  /** Closed by the client, or by the network between. */
  close(): void {
    if (this.clientClosed) return;
    this.clientClosed = true;
    this.toMember(() => this.lost());
  }

  /** From now on nothing passes, and nobody is told. */
  cut(): void {
    this.silent = true;
  }

  /** The member's process is gone. */
  processGone(silent: boolean): void {
    this.memberClosed = true;
    this.member = undefined;
    if (silent) this.silent = true;
    else this.toClient(() => this.closedAtClient());
  }

  // ── The member's end ───────────────────────────────────────────────────────────────────────────────────────

  write(bytes: Buffer): void {
    if (this.memberClosed) return;
    this.toClient(() => this.received(bytes));
  }

  pendingBytes(): number {
    return 0;
  }

  resume(): void {
    this.blocked = false;
    this.feed();
  }

  end(): void {
    if (this.memberClosed) return;
    this.memberClosed = true;
    this.toClient(() => this.closedAtClient());
  }

  destroy(): void {
    this.end();
  }

  private accepted(): void {
    const member = this.process.serving;
    if (member === undefined) {
      this.memberClosed = true;
      this.toClient(() => this.closedAtClient());
      return;
    }
    this.member = member;
    this.client = member.accept(this);
  }

  private arrived(frame: Buffer): void {
    const { member } = this;
    if (member === undefined || this.memberClosed) return;
    this.held.push(frame);
    if (this.blocked) return;
    member.beginTurn();
    this.feed();
    member.endTurn();
  }

  private feed(): void {
    const { member, client, held } = this;
    if (this.feeding || member === undefined || client === undefined) return;
    this.feeding = true;
    while (!this.blocked && !this.memberClosed && held.length > 0) {
      const frame = held.shift() as Buffer;
      // Resumed while it was being handled: that counts.
      this.blocked = false;
      if (!member.receive(client, frame, 0, frame.length)) this.blocked = true;
    }
    this.feeding = false;
  }

  private lost(): void {
    if (this.client !== undefined && this.member !== undefined) this.member.closed(this.client);
    this.memberClosed = true;
  }

  // ── Between ────────────────────────────────────────────────────────────────────────────────────────────────

  private toMember(call: () => void): void {
    const at = Math.max(this.lastToMember, this.host.now + this.delay());
    this.lastToMember = at + 1;
    const { process, life } = this;
    this.host.inProcess(process.sid, at, () => {
      if (process.life === life && !this.silent) call();
    });
  }

  private toClient(call: () => void): void {
    const at = Math.max(this.lastToClient, this.host.now + this.delay());
    this.lastToClient = at + 1;
    this.host.after(at - this.host.now, () => {
      if (!this.silent && !this.clientClosed) call();
    });
  }

  private received(bytes: Buffer): void {
    this.bytes = this.bytes.length === 0 ? bytes : Buffer.concat([this.bytes, bytes]);
    while (this.bytes.length >= 4 && !this.clientClosed) {
      const end = 4 + this.bytes.readInt32BE(0);
      if (this.bytes.length < end) return;
      const frame = this.bytes.subarray(4, end);
      this.bytes = this.bytes.subarray(end);
      this.clientEnd.onFrame(frame);
    }
  }

  private closedAtClient(): void {
    this.clientClosed = true;
    this.clientEnd.onClosed();
  }

  private delay(): number {
    return 20 + this.chance.around(this.meanUs);
  }
}
