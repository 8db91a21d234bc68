/** A client of a few lines on a real socket: what it is told, and when its connection ends. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  connectRequest,
  connectResponse,
  createRequest,
  FrameSplitter,
  getDataRequest,
  JuteReader,
  JuteWriter,
  OPEN_ACL,
  OpCode,
} from "@rookery/protocol/client";

export interface Answer {
  readonly xid: number;
  readonly error: number;
  /** Of what follows the header. */
  readonly bytes: number;
  /** Of the socket's reading, ms. */
  readonly atMs: number;
}

export class RawClient {
  id = 0n;
  password: Uint8Array = new Uint8Array(16);
  timeoutMs = 0;
  /** `TYPE PATH`, in order. */
  readonly events: string[] = [];
  readonly closed: Promise<void>;
  private readonly socket: Socket;
  private readonly waiting = new Map<number, (answer: Answer | undefined) => void>();
  private readonly eventWaiters: (() => void)[] = [];
  private opening: ((opened: boolean) => void) | undefined;
  private xid = 0;

  private constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const splitter = new FrameSplitter(16 << 20);
    this.socket.on("data", (chunk: Buffer) =>
      splitter.push(chunk, (buffer, start, end) => {
        this.onFrame(Buffer.from(buffer.subarray(start, end)));
        return true;
      }),
    );
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.socket.once("close", () => {
        this.opening?.(false);
        for (const tell of this.waiting.values()) tell(undefined);
        for (const wake of this.eventWaiters) wake();
        resolve();
      });
    });
  }

  /** Resolves with undefined if the connection ends before the handshake. A `timeoutMs` of 0 says that the session is gone. */
  static async open(port: number, session?: RawClient, timeoutMs = 10_000): Promise<RawClient | undefined> {
    const client = new RawClient(port);
    const opened = new Promise<boolean>((resolve) => {
      client.opening = resolve;
    });
    const out = new JuteWriter();
    const mark = out.beginFrame();
    connectRequest.encode(out, {
      protocolVersion: 0,
      lastZxidSeen: 0n,
      timeoutMs,
      sessionId: session?.id ?? 0n,
      password: session?.password ?? new Uint8Array(16),
      readOnly: false,
    });
    out.endFrame(mark);
    client.socket.write(out.take());
    return (await opened) ? client : undefined;
  }

  /** Comes back until a server takes it, as clients do. */
  static async openSomewhere(ports: readonly number[], session?: RawClient): Promise<RawClient> {
    for (let at = 0; ; at++) {
      const client = await RawClient.open(ports[at % ports.length] as number, session);
      if (client !== undefined) return client;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Undefined if the connection ends first. */
  ask(opcode: number, body: (out: JuteWriter) => void = () => {}): Promise<Answer | undefined> {
    if (this.socket.closed) return Promise.resolve(undefined);
    const xid = ++this.xid;
    const out = new JuteWriter();
    const mark = out.beginFrame();
    out.int(xid);
    out.int(opcode);
    body(out);
    out.endFrame(mark);
    this.socket.write(out.take());
    return new Promise((resolve) => this.waiting.set(xid, resolve));
  }

  create(path: string, flags = 0, acl = OPEN_ACL): Promise<Answer | undefined> {
    return this.ask(OpCode.create, (out) => createRequest.encode(out, { path, data: Buffer.from("x"), acl, flags }));
  }

  exists(path: string, watch = false): Promise<Answer | undefined> {
    return this.ask(OpCode.exists, (out) => getDataRequest.encode(out, { path, watch }));
  }

  /** The next event that has not been asked for; undefined if the connection ends first. */
  async event(): Promise<string | undefined> {
    while (this.events.length === 0 && !this.socket.destroyed)
      await new Promise<void>((resolve) => this.eventWaiters.push(resolve));
    return this.events.shift();
  }

  async close(): Promise<void> {
    if (this.socket.closed) return;
    this.socket.destroy();
    await once(this.socket, "close");
  }

  private onFrame(frame: Buffer): void {
    const input = new JuteReader(frame, 0);
    if (this.opening !== undefined) {
      const { sessionId, password, timeoutMs } = connectResponse.decode(input);
      this.id = sessionId;
      this.password = Uint8Array.from(password ?? []);
      this.timeoutMs = timeoutMs;
      const opened = this.opening;
      this.opening = undefined;
      opened(true);
      return;
    }
    const xid = input.int();
    input.long();
    const error = input.int();
    if (xid === -1) {
      const type = input.int();
      input.int();
      this.events.push(`${type} ${input.text()}`);
      for (const wake of this.eventWaiters.splice(0)) wake();
      return;
    }
    this.waiting.get(xid)?.({ xid, error, bytes: frame.length - 16, atMs: performance.now() });
    this.waiting.delete(xid);
  }
}
