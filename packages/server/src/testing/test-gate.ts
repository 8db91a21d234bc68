/**
 * Faults on demand between clients and a server: what {@link TestServer} does to its own, for any server on this machine.
 */
import { FRAME_BYTES_MAX, formatSessionId } from "@rookery/protocol/client";
import { Gate, type LostReply, type ReplyFilter } from "./gate.ts";
import { checkCount } from "./options.ts";
import { endSession } from "./session-end.ts";

/** Stands between clients and a server: clients connect here, and what goes wrong goes wrong here. */
export interface TestGate extends AsyncDisposable {
  /** Where clients connect, on 127.0.0.1; the same over all restarts. */
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly connectString: string;
  /** The ids of the sessions that are connected now, the longest connected first. */
  readonly sessions: readonly bigint[];

  /**
   * Closes the connections of one session, or all. The sessions live on, and their clients may come back at once.
   * Resolves with how many connections there were, when they are closed.
   */
  dropConnections(which?: { readonly session?: bigint }): Promise<number>;
  /** From now on whoever connects is reset at once, until told `false`. Connections that are open stay. */
  refuseConnections(refuse: boolean): void;
  /** From now on no byte passes in either direction, and nobody is told: to both sides the other is merely silent. */
  pause(): void;
  /** Ends a pause. What was said meanwhile arrives now, and so does the end of what was closed. */
  resume(): void;
  /** From now on everything that the server says, events and pings included, arrives so much later. 0 ends it, and what is on its way arrives. */
  delayReplies(ms: number): void;
  /**
   * The server does the next request that fits and its connection is closed in the place of the reply. Only requests with a
   * positive xid count, which leaves out pings, auth and the handshake. Resolves with what was lost, when it is; rejects
   * if that has not happened by {@link heal} or {@link stop}. It need not be awaited.
   */
  loseNextReply(filter?: ReplyFilter): Promise<LostReply>;
  /**
   * The session ends as if its time had run out: its ephemerals are deleted, watches fire, its connection is closed, and
   * its client learns of it when it comes back. Resolves when all that has happened, but for a client behind a pause.
   * Rejects if the server knows no such session.
   */
  expireSession(id: bigint): Promise<void>;
  /** Ends pauses, refusals and delays, and takes back losses that have not happened. For `afterEach`. */
  heal(): void;

  /** The end of it, and of every connection through it. Afterwards this process holds nothing of it. */
  stop(): Promise<void>;
}

export interface TestGateOptions {
  /** Where the server listens, on 127.0.0.1. */
  readonly server: number;
  /** Where clients connect, on 127.0.0.1. By default 0: the system chooses. */
  readonly port?: number;
}

/**
 * Puts a gate in front of a server that is not this process's: an Apache ZooKeeper, a Rookery of its own.
 * @throws RangeError for a port that is none; the system's error if `port` cannot be had.
 */
export async function startTestGate({ server, port = 0 }: TestGateOptions): Promise<TestGate> {
  checkCount("startTestGate", "server", server, 1, 65_535);
  checkCount("startTestGate", "port", port, 0, 65_535);
  const gate = new ForeignServer(server);
  await gate.listen(port);
  return gate;
}

/** The faults, whatever stands behind them. */
export abstract class Gated {
  protected readonly gate: Gate;
  /** The server wants an identity of the digest scheme from everybody. */
  private readonly digests: boolean;

  constructor(frameBytesMax: number, digests: boolean) {
    this.gate = new Gate(frameBytesMax);
    this.digests = digests;
  }

  abstract get port(): number;

  /** Where the server itself listens, past the gate; undefined while it does not run. */
  abstract get innerPort(): number | undefined;

  get connectString(): string {
    return `127.0.0.1:${this.port}`;
  }

  get sessions(): readonly bigint[] {
    return this.gate.sessions;
  }

  dropConnections({ session }: { readonly session?: bigint } = {}): Promise<number> {
    if (session !== undefined) checkSession("dropConnections", session);
    return this.gate.cut(session);
  }

  refuseConnections(refuse: boolean): void {
    this.gate.refusing = refuse;
  }

  pause(): void {
    this.gate.setPaused(true);
  }

  resume(): void {
    this.gate.setPaused(false);
  }

  delayReplies(ms: number): void {
    checkCount("delayReplies", "ms", ms, 0, 0x7fffffff);
    this.gate.setDelay(ms);
  }

  loseNextReply(filter: ReplyFilter = {}): Promise<LostReply> {
    if (filter.session !== undefined) checkSession("loseNextReply", filter.session);
    if (filter.opcode !== undefined) checkCount("loseNextReply", "opcode", filter.opcode, 0, 0x7fffffff);
    return this.gate.loseNext(filter);
  }

  async expireSession(id: bigint): Promise<void> {
    checkSession("expireSession", id);
    await endSession(() => this.innerPort, id, this.digests);
    // The server has closed it, and this side may not have heard of it yet.
    if (!this.gate.paused) await this.gate.cut(id);
  }

  heal(): void {
    this.gate.refusing = false;
    this.gate.setPaused(false);
    this.gate.setDelay(0);
    this.gate.loseNoMore("the server was healed before there was a reply to lose");
  }
}

class ForeignServer extends Gated implements TestGate {
  readonly innerPort: number;

  constructor(server: number) {
    super(FRAME_BYTES_MAX, false);
    this.innerPort = server;
    this.gate.target = server;
  }

  get port(): number {
    return this.gate.port;
  }

  listen(port: number): Promise<void> {
    return this.gate.listen(port);
  }

  stop(): Promise<void> {
    return this.gate.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function checkSession(asker: string, id: unknown): void {
  if (typeof id !== "bigint") throw new TypeError(`${asker}: the session id is a ${typeof id}, and should be a bigint`);
  if (id === 0n) throw new RangeError(`${asker}: ${formatSessionId(id)} is no session's id`);
}
