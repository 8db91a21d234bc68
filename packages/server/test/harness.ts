/** A member on a clock, a disk and connections that the test moves by hand. */
import { type Codec, connectRequest, JuteReader, JuteWriter, OpCode, type SessionId } from "@rookery/protocol/client";
import { MemoryDisk, type MemoryEngine, openMemoryEngine } from "@rookery/storage";
import { STATE_TABLES } from "@rookery/tree";
import { SILENT } from "../src/logger.ts";
import type { Client } from "../src/member/client.ts";
import { Member } from "../src/member/member.ts";
import type { Runtime, Transport } from "../src/member/ports.ts";
import { DEFAULT_OPTIONS, type ServerOptions } from "../src/options.ts";

export class HandRuntime implements Runtime {
  ms = 1_000_000;
  private timers: { readonly every: number; next: number; readonly task: () => void; on: boolean }[] = [];
  private deferred: (() => void)[] = [];

  wallMs(): number {
    return this.ms;
  }

  monotonicMs(): number {
    return this.ms;
  }

  defer(task: () => void): void {
    this.deferred.push(task);
  }

  every(ms: number, task: () => void) {
    const timer = { every: ms, next: this.ms + ms, task, on: true };
    this.timers.push(timer);
    return {
      stop: () => {
        timer.on = false;
      },
    };
  }

  after(ms: number, task: () => void) {
    const timer = {
      every: 0,
      next: this.ms + ms,
      task: () => {
        timer.on = false;
        task();
      },
      on: true,
    };
    this.timers.push(timer);
    return {
      stop: () => {
        timer.on = false;
      },
    };
  }

  /** Runs what was deferred and lets promises settle until nothing is left to do. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 8; quiet++) {
      const tasks = this.deferred;
      this.deferred = [];
      for (const task of tasks) task();
      if (tasks.length > 0) quiet = 0;
      await Promise.resolve();
    }
  }

  /** Moves the clock in steps, running each timer when it is due. */
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    for (;;) {
      this.timers = this.timers.filter((timer) => timer.on);
      const due = this.timers.filter((timer) => timer.next <= end).sort((a, b) => a.next - b.next)[0];
      if (due === undefined) break;
      this.ms = Math.max(this.ms, due.next);
      due.next += due.every;
      due.task();
      await this.settle();
    }
    this.ms = end;
  }

  /** The process stood still: time passed and no timer ran. */
  stall(ms: number): void {
    this.ms += ms;
    for (const timer of this.timers) timer.next = Math.max(timer.next, this.ms);
  }
}

/** One reply or event, as a line: `3: zxid 5 err 0`, `event 1 /a`. The zxid is told by its counter: there is one epoch. */
export class HandTransport implements Transport {
  readonly address: string;
  readonly port = 1;
  client!: Client;
  /** Bytes that the peer has not read. */
  unread = 0;
  reads = true;
  closed: "" | "ended" | "destroyed" = "";
  resumed = 0;
  private bytes: Buffer = Buffer.alloc(0);
  private opened = false;
  sessionId: SessionId = 0n as SessionId;
  password: Uint8Array = new Uint8Array(16);
  timeoutMs = 0;
  readonly lines: string[] = [];

  constructor(address = "10.0.0.1") {
    this.address = address;
  }

  write(bytes: Buffer): void {
    if (!this.reads) {
      this.unread += bytes.length;
      return;
    }
    this.bytes = Buffer.concat([this.bytes, bytes]);
    while (this.bytes.length >= 4 && this.bytes.length >= 4 + this.bytes.readInt32BE(0)) {
      const end = 4 + this.bytes.readInt32BE(0);
      this.onFrame(this.bytes.subarray(4, end));
      this.bytes = this.bytes.subarray(end);
    }
  }

  pendingBytes(): number {
    return this.unread;
  }

  resume(): void {
    this.resumed++;
  }

  end(): void {
    this.closed = "ended";
  }

  destroy(): void {
    this.closed = "destroyed";
  }

  /** The lines since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }

  private onFrame(frame: Buffer): void {
    if (!this.opened) {
      this.opened = true;
      this.timeoutMs = frame.readInt32BE(4);
      this.sessionId = frame.readBigInt64BE(8) as SessionId;
      this.password = Uint8Array.from(frame.subarray(20, 36));
      this.lines.push(this.timeoutMs > 0 ? "opened" : "refused");
      return;
    }
    const xid = frame.readInt32BE(0);
    const zxid = frame.readInt32BE(8);
    const err = frame.readInt32BE(12);
    if (xid === -1) {
      const input = new JuteReader(frame, 16);
      const type = input.int();
      input.int();
      this.lines.push(`event ${type} ${input.string()}`);
    } else {
      this.lines.push(`${xid}: zxid ${zxid} err ${err}${frame.length > 16 ? ` +${frame.length - 16}` : ""}`);
    }
  }
}

export interface Rig {
  readonly member: Member;
  readonly engine: MemoryEngine;
  readonly runtime: HandRuntime;
  readonly failures: Error[];
  connect(options?: {
    id?: bigint;
    password?: Uint8Array;
    timeoutMs?: number;
    address?: string;
  }): Promise<HandTransport>;
  /** One chunk of frames from a client, in a turn of its own. False once it may send no more. */
  send(to: HandTransport, ...frames: Buffer[]): boolean;
}

export async function rig(
  options: Partial<ServerOptions> = {},
  engine = openMemoryEngine({ tables: STATE_TABLES, disk: new MemoryDisk() }),
): Promise<Rig> {
  const runtime = new HandRuntime();
  const opening = Member.open(
    { ...DEFAULT_OPTIONS, tickTimeMs: 1000, ...options },
    { engine, runtime, logger: SILENT, bootId: 1, jitterSeed: 1 },
  );
  let open = false;
  const mark = () => {
    open = true;
  };
  opening.then(mark, mark);
  while (!open) await runtime.settle();
  const member = await opening;
  const failures: Error[] = [];
  member.onFailed = (error) => failures.push(error);
  const send = (to: HandTransport, ...frames: Buffer[]): boolean => {
    member.beginTurn();
    let open = true;
    for (const frame of frames) open = open && member.receive(to.client, frame, 0, frame.length);
    member.endTurn();
    return open;
  };
  return {
    member,
    engine,
    runtime,
    failures,
    send,
    async connect({ id = 0n, password = new Uint8Array(16), timeoutMs = 10_000, address } = {}) {
      const transport = new HandTransport(address);
      transport.client = member.accept(transport);
      const request = { protocolVersion: 0, lastZxidSeen: 0n, timeoutMs, sessionId: id, password, readOnly: false };
      send(transport, encode(connectRequest, request));
      await runtime.settle();
      return transport;
    },
  };
}

function encode<T>(codec: Codec<T>, value: T): Buffer {
  const out = new JuteWriter();
  codec.encode(out, value);
  return Buffer.from(out.take());
}

/** A request's frame: header, then what `body` writes. */
export function frame(xid: number, opcode: number, body: (out: JuteWriter) => void = () => {}): Buffer {
  const out = new JuteWriter();
  out.int(xid);
  out.int(opcode);
  body(out);
  return Buffer.from(out.take());
}

export const ask = {
  create: (xid: number, path: string, data = "", flags = 0) =>
    frame(xid, OpCode.create, (out) => {
      out.string(path);
      out.buffer(Buffer.from(data));
      out.int(1);
      out.int(31);
      out.string("world");
      out.string("anyone");
      out.int(flags);
    }),
  set: (xid: number, path: string, data: string | Buffer, version = -1) =>
    frame(xid, OpCode.setData, (out) => {
      out.string(path);
      out.buffer(Buffer.from(data));
      out.int(version);
    }),
  get: (xid: number, path: string, watch = false) =>
    frame(xid, OpCode.getData, (out) => {
      out.string(path);
      out.bool(watch);
    }),
  exists: (xid: number, path: string, watch = false) =>
    frame(xid, OpCode.exists, (out) => {
      out.string(path);
      out.bool(watch);
    }),
  children: (xid: number, path: string, watch = false) =>
    frame(xid, OpCode.getChildren, (out) => {
      out.string(path);
      out.bool(watch);
    }),
  ping: () => frame(-2, OpCode.ping),
  close: (xid: number) => frame(xid, OpCode.closeSession),
  auth: (xid: number, scheme: string, credentials: string) =>
    frame(xid, OpCode.auth, (out) => {
      out.int(0);
      out.string(scheme);
      out.buffer(Buffer.from(credentials));
    }),
};
