/**
 * What clients connect to instead of the server: a listener that passes connections on to it, and lets them go wrong when
 * told. It keeps its port while there is no server behind it, so that a server can come back to the same one.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { Relay, type RelayOwner, type Reply } from "./relay.ts";

/** Which reply is meant: to a request of that opcode and session. What is left out may be any. */
export interface ReplyFilter {
  /** As in `OpCode` of `@rookery/protocol/client`: 1 is create, 5 is setData. */
  readonly opcode?: number;
  readonly session?: bigint;
}

/** A reply that its client never saw. */
export interface LostReply {
  readonly session: bigint;
  readonly xid: number;
  readonly opcode: number;
  /** 0: what was asked was done. Otherwise ZooKeeper's code of why not. */
  readonly error: number;
}

interface Loss {
  readonly filter: ReplyFilter;
  resolve(reply: LostReply): void;
  reject(error: Error): void;
}

const HOST = "127.0.0.1";

export class Gate implements RelayOwner {
  /** Where the server listens; undefined while there is none, and whoever comes is turned away. */
  target: number | undefined;
  /** Whoever comes is turned away; who is there may stay. */
  refusing = false;
  readonly frameBytesMax: number;
  paused = false;
  delayMs = 0;
  private readonly server: Server;
  private readonly relays = new Set<Relay>();
  private losses: Loss[] = [];

  constructor(frameBytesMax: number) {
    this.frameBytesMax = frameBytesMax;
    this.server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.onConnection(socket));
  }

  /** Rejects with the system's error if the port cannot be had. */
  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen({ port, host: HOST }, () => {
        this.server.off("error", reject);
        resolve();
      });
    });
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** Of connections, in the order they were made. */
  get sessions(): readonly bigint[] {
    return [...this.relays].map(({ session }) => session).filter((id) => id !== 0n);
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    for (const relay of this.relays) relay.regulate();
  }

  setDelay(ms: number): void {
    this.delayMs = ms;
    for (const relay of this.relays) relay.regulate();
  }

  /** Cuts the connections of a session, or all. Resolves with their number when they are gone. */
  async cut(session: bigint | undefined): Promise<number> {
    const meant = [...this.relays].filter((relay) => session === undefined || relay.session === session);
    await Promise.all(meant.map((relay) => relay.cut()));
    return meant.length;
  }

  /** Resolves with the next reply that fits, which is lost; rejects if there is none before {@link loseNoMore}. */
  loseNext(filter: ReplyFilter): Promise<LostReply> {
    const lost = new Promise<LostReply>((resolve, reject) => this.losses.push({ filter, resolve, reject }));
    // Whoever only wants the loss need not watch this.
    lost.catch(() => {});
    return lost;
  }

  loseNoMore(reason: string): void {
    for (const { reject } of this.losses.splice(0)) reject(new Error(reason));
  }

  async close(): Promise<void> {
    this.loseNoMore("the server was stopped before there was a reply to lose");
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    await this.cut(undefined);
    await closed;
  }

  loses(reply: Reply): boolean {
    const at = this.losses.findIndex(
      ({ filter: { opcode = reply.opcode, session = reply.session } }) =>
        opcode === reply.opcode && session === reply.session,
    );
    if (at < 0) return false;
    const [loss] = this.losses.splice(at, 1);
    loss?.resolve(reply);
    return true;
  }

  onClosed(relay: Relay): void {
    this.relays.delete(relay);
  }

  private onConnection(socket: Socket): void {
    if (this.refusing || this.target === undefined) {
      socket.on("error", () => {});
      socket.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: this.target, host: HOST, noDelay: true, allowHalfOpen: true });
    this.relays.add(new Relay(socket, upstream, this));
  }
}
