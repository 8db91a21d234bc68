/** A server that says what a test tells it to: a script for each connection, on a real socket. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import {
  connectRequest,
  connectResponse,
  FrameSplitter,
  JuteReader,
  JuteWriter,
  OpCode,
  Xid,
} from "@rookery/protocol/client";

export interface FakeRequest {
  readonly xid: number;
  readonly op: number;
  /** Behind the header. */
  readonly input: JuteReader;
}

export type Script = (peer: Peer, index: number) => Promise<void> | void;

export class FakeServer implements AsyncDisposable {
  readonly peers: Peer[] = [];
  private readonly server: Server;
  private readonly failures: unknown[] = [];

  static async start(script: Script, port = 0): Promise<FakeServer> {
    const fake = new FakeServer(script);
    fake.server.listen(port, "127.0.0.1");
    await once(fake.server, "listening");
    return fake;
  }

  private constructor(script: Script) {
    this.server = createServer({ noDelay: true }, (socket) => {
      const peer = new Peer(socket);
      const index = this.peers.push(peer) - 1;
      Promise.resolve(script(peer, index)).catch((error: unknown) => {
        if (!(error instanceof Gone)) this.failures.push(error);
      });
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get connectString(): string {
    return `127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    this.server.close();
    await once(this.server, "close");
    if (this.failures.length > 0) throw this.failures[0];
  }
}

/** The client has closed the connection. */
class Gone extends Error {}

export class Peer {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  /** What came before any frame was asked for, as text. */
  readonly frames: Buffer[] = [];
  private waiting: (() => void) | undefined;
  private isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    const splitter = new FrameSplitter(0x7fff_ffff);
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.isClosed = true;
        this.waiting?.();
        resolve();
      });
    });
    socket.on("data", (chunk: Buffer) =>
      splitter.push(chunk, (buffer, start, end) => {
        this.frames.push(Buffer.from(buffer.subarray(start, end)));
        this.waiting?.();
        return true;
      }),
    );
  }

  async frame(): Promise<Buffer> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame !== undefined) return frame;
      if (this.isClosed) throw new Gone();
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
  }

  /** Takes the client's greeting and grants a session. */
  async grant({
    timeoutMs = 10_000,
    id = 0x42n,
    readOnly = false,
  } = {}): Promise<ReturnType<typeof connectRequest.decode>> {
    const asked = connectRequest.decode(new JuteReader(await this.frame()));
    this.send((out) =>
      connectResponse.encode(out, {
        protocolVersion: 0,
        timeoutMs,
        sessionId: id,
        password: new Uint8Array(16).fill(7),
        readOnly,
      }),
    );
    return asked;
  }

  /** The next request; pings are answered on the way. */
  async request(): Promise<FakeRequest> {
    for (;;) {
      const input = new JuteReader(await this.frame());
      const xid = input.int();
      const op = input.int();
      if (op !== OpCode.ping) return { xid, op, input };
      this.reply(Xid.ping);
    }
  }

  reply(xid: number, { err = 0, zxid = 1n, body = (_out: JuteWriter): void => {} } = {}): void {
    this.send((out) => {
      out.int(xid);
      out.long(zxid);
      out.int(err);
      body(out);
    });
  }

  event(type: number, path: string, zxid = -1n): void {
    this.reply(Xid.notification, {
      zxid,
      body: (out) => {
        out.int(type);
        out.int(3);
        out.string(path);
      },
    });
  }

  send(write: (out: JuteWriter) => void): void {
    this.socket.write(frameOf(write));
  }

  /** Answers all there is to answer with an empty success, until the client goes. */
  async answerAll(): Promise<void> {
    for (;;) {
      const { xid, op } = await this.request();
      this.reply(xid);
      if (op === OpCode.closeSession) this.socket.end();
    }
  }
}

export function frameOf(write: (out: JuteWriter) => void): Buffer {
  const out = new JuteWriter();
  const mark = out.beginFrame();
  write(out);
  out.endFrame(mark);
  return Buffer.from(out.take());
}

/** 68 bytes that are a Stat. */
export function writeStat(out: JuteWriter): void {
  for (let at = 0; at < 17; at++) out.int(0);
}
