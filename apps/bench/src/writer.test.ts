import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import {
  connectRequest,
  connectResponse,
  ErrorCode,
  FrameSplitter,
  JuteReader,
  JuteWriter,
  OpCode,
  replyHeader,
  requestHeader,
} from "@rookery/protocol/client";
import { afterEach, describe, expect, it } from "vitest";
import type { Address } from "./arguments.ts";
import { SessionExpired } from "./connection.ts";
import { Writer } from "./writer.ts";

const PASSWORD = Buffer.alloc(16, 7);
const WRITE_RESULT_BYTES = 68; // A Stat, whatever is in it.

const servers: FakeServer[] = [];
const writers: Writer[] = [];

afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.stop().catch(() => {});
  for (const server of servers.splice(0)) server.stop();
});

describe("a writer", () => {
  it("goes on with its session on the next server when it loses the one it has, and says in which epoch", async () => {
    const first = await serve({ epoch: 1 });
    const second = await serve({ epoch: 2 });
    const writer = write([first, second]);
    await writer.ackAfter(0);
    expect(writer.epoch).toBe(1);
    const before = performance.now();
    const acknowledged = writer.ackAfter(1);
    first.stop();
    expect(await acknowledged).toBeGreaterThan(before);
    expect(writer.epoch).toBe(2);
    expect(first.sessions).toEqual([{ id: 0n, lastZxid: 0n }]);
    expect(second.sessions).toEqual([{ id: 9n, lastZxid: (1n << 32n) | BigInt(first.writes) }]);
  });

  it("does not take an acknowledgement of the same epoch for one of the next", async () => {
    const server = await serve({ epoch: 3 });
    const writer = write([server]);
    await writer.ackAfter(2);
    let early = false;
    void writer.ackAfter(3).then(() => {
      early = true;
    });
    const { writes } = server;
    await server.untilWrites(writes + 3);
    expect(early).toBe(false);
  });

  it("ends when its session has expired", async () => {
    const writer = write([await serve({ epoch: 1, expired: true })]);
    await expect(writer.ended).rejects.toThrow(SessionExpired);
  });

  it("ends when a write fails", async () => {
    const writer = write([await serve({ epoch: 1, error: ErrorCode.NONODE })]);
    await expect(writer.ended).rejects.toThrow("a write failed: NONODE");
  });

  it("closes its session when it is stopped", async () => {
    const server = await serve({ epoch: 1 });
    const writer = write([server]);
    await writer.ackAfter(0);
    await writer.stop();
    expect(server.closed).toBe(1);
  });
});

function write(on: readonly FakeServer[]): Writer {
  const writer = new Writer({ hosts: on.map((server) => server.address), path: "/w", size: 10, intervalMs: 1 });
  writers.push(writer);
  return writer;
}

interface Behaviour {
  readonly epoch: number;
  readonly expired?: boolean;
  /** What every write is answered with. */
  readonly error?: number;
}

async function serve(behaviour: Behaviour): Promise<FakeServer> {
  const server = new FakeServer(behaviour);
  servers.push(server);
  await server.listen();
  return server;
}

/** As much of a server as a writer needs. */
class FakeServer {
  readonly sessions: { readonly id: bigint; readonly lastZxid: bigint }[] = [];
  writes = 0;
  closed = 0;
  readonly #behaviour: Behaviour;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #awaited: { readonly writes: number; readonly reached: () => void } | undefined;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  get address(): Address {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  untilWrites(writes: number): Promise<void> {
    return new Promise((reached) => {
      this.#awaited = { writes, reached };
    });
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const splitter = new FrameSplitter();
    let opened = false;
    socket.on("error", () => {}); // A writer that ends does not wait.
    socket.on("data", (chunk) => {
      splitter.push(chunk, (buffer, start, end) => {
        const input = new JuteReader().reset(buffer, start, end);
        if (opened) this.#answer(socket, input);
        else this.#open(socket, input);
        opened = true;
        return true;
      });
    });
  }

  #open(socket: Socket, input: JuteReader): void {
    const { sessionId, lastZxidSeen } = connectRequest.decode(input);
    this.sessions.push({ id: sessionId, lastZxid: lastZxidSeen });
    const timeoutMs = this.#behaviour.expired === true ? 0 : 30_000;
    send(socket, (out) =>
      connectResponse.encode(out, {
        protocolVersion: 0,
        timeoutMs,
        sessionId: 9n,
        password: PASSWORD,
        readOnly: false,
      }),
    );
  }

  #answer(socket: Socket, input: JuteReader): void {
    const { xid, type } = requestHeader.decode(input);
    if (type === OpCode.closeSession) {
      this.closed += 1;
      socket.end();
      return;
    }
    this.writes += 1;
    const zxid = (BigInt(this.#behaviour.epoch) << 32n) | BigInt(this.writes);
    send(socket, (out) => {
      replyHeader.encode(out, { xid, zxid, err: this.#behaviour.error ?? ErrorCode.OK });
      for (let i = 0; i < WRITE_RESULT_BYTES; i += 4) out.int(0);
    });
    if (this.#awaited !== undefined && this.writes >= this.#awaited.writes) this.#awaited.reached();
  }
}

function send(socket: Socket, encode: (out: JuteWriter) => void): void {
  const out = new JuteWriter(256);
  const mark = out.beginFrame();
  encode(out);
  out.endFrame(mark);
  socket.write(out.take());
}
