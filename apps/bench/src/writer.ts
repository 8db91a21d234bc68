/**
 * A client that writes steadily, one write after the other, and goes on with its session on the next server when it
 * loses the one it has: what an application sees of a failover.
 */
import { ErrorCode, JuteWriter, OpCode, requestHeader, setDataRequest } from "@rookery/protocol/client";
import type { Address } from "./arguments.ts";
import { Connection, nameOfError, SessionExpired, settle } from "./connection.ts";
import { Pauses } from "./pauses.ts";
import { payload } from "./requests.ts";

export interface WriterOptions {
  /** In the order in which they are tried, around and around. */
  readonly hosts: readonly Address[];
  /** Of a znode that is there. */
  readonly path: string;
  readonly size: number;
  /** From one write to the next, unless the answer takes longer. */
  readonly intervalMs: number;
}

/** A third of the session's timeout, for one of three servers: as Apache's Java client has it. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Before the next server is tried. Short, so that the servers are measured and not the client's patience. */
const RETRY_MS = 5;

/** A server answered a write with an error. */
class WriteFailed extends Error {
  override readonly name = "WriteFailed";
}

export class Writer {
  /** When writes were acknowledged. To watch another stretch of time, put a new one here. */
  pauses = new Pauses(performance.now());
  /** In which the last acknowledged write was committed. */
  epoch = 0;
  /** Resolves when the writer was stopped; rejects if its session expired or a write failed. */
  readonly ended: Promise<void>;

  readonly #options: WriterOptions;
  readonly #request: Buffer;
  #stopping = false;
  #awaited: { readonly epoch: number; readonly acknowledged: (at: number) => void } | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#request = setRequest(options.path, payload(options.size));
    this.ended = this.#run();
    this.ended.catch(() => {}); // Whoever is interested asks.
  }

  /**
   * When the first write was acknowledged that was committed in a later epoch than this one, by `performance.now()`.
   * What an old leader committed, and a server may still tell, is not among them. One at a time can be waited for.
   */
  ackAfter(epoch: number): Promise<number> {
    const { promise, resolve } = settle<number>();
    this.#awaited = { epoch, acknowledged: resolve };
    return promise;
  }

  /** Resolves when the write on its way has been answered and the session is closed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.ended;
  }

  async #run(): Promise<void> {
    const { hosts } = this.#options;
    let session: Connection["session"] | undefined;
    for (let next = 0; !this.#stopping; next = (next + 1) % hosts.length) {
      const connection = new Connection(hosts[next] as Address);
      try {
        await connection.open(CONNECT_TIMEOUT_MS, session);
        await this.#writeOn(connection);
        await connection.close();
      } catch (error) {
        if (error instanceof SessionExpired || error instanceof WriteFailed) throw error;
        session = connection.session;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Resolves when the writer is to stop; rejects when the connection is lost. */
  async #writeOn(connection: Connection): Promise<void> {
    const { promise, resolve, reject } = settle<void>();
    let sentAt = 0;
    let timer: NodeJS.Timeout | undefined;
    const send = () => {
      sentAt = performance.now();
      connection.write(this.#request);
    };
    connection.onLost = reject;
    connection.onReply = (_xid, err) => {
      if (err !== ErrorCode.OK) return reject(new WriteFailed(`a write failed: ${nameOfError(err)}`));
      this.#acknowledged(connection.receivedAt, connection.epoch);
      if (this.#stopping) return resolve();
      timer = setTimeout(send, sentAt + this.#options.intervalMs - performance.now());
    };
    send();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #acknowledged(at: number, epoch: number): void {
    this.pauses.mark(at);
    this.epoch = epoch;
    if (this.#awaited === undefined || epoch <= this.#awaited.epoch) return;
    this.#awaited.acknowledged(at);
    this.#awaited = undefined;
  }
}

/** The same bytes every time: servers leave the meaning of an xid to the client, and there is one write at a time. */
function setRequest(path: string, data: Buffer): Buffer {
  const out = new JuteWriter(256);
  const mark = out.beginFrame();
  requestHeader.encode(out, { xid: 1, type: OpCode.setData });
  setDataRequest.encode(out, { path, data, version: -1 });
  out.endFrame(mark);
  return out.take();
}
