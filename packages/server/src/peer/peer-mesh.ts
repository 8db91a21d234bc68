/**
 * The other members over TCP: who connects to whom, who is let in, and which connection counts. The lower server id opens
 * the control connection, so that there is one; the bulk connection is opened by who first has something for it.
 */
import { connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import { encodePeerMessage, type Hello, isBulk, PEER_PROTO, type PeerMessage } from "@rookery/protocol/peer";
import type { Logger } from "../logger.ts";
import { NO_HANDLERS, type PeerHandlers, type PeerNetwork } from "../member/peers.ts";
import type { Runtime, Timer } from "../member/ports.ts";
import type { EnsembleMember } from "../options.ts";
import { Dialler } from "./dialler.ts";
import { type ConnectionOwner, OUTPUT_BYTES_MAX, PeerConnection, type Plane } from "./peer-connection.ts";

export interface PeerMeshOptions {
  /** This server. */
  readonly sid: number;
  /** Every server, this one included. */
  readonly members: readonly EnsembleMember[];
  /** Drawn anew at each start of the process, 1 to 2^53−1. */
  readonly bootId: number;
  /** 16 hexadecimal digits; zeros while this server belongs to no ensemble. */
  readonly clusterId: () => string;
  readonly configHash: number;
  readonly listenHost: string;
  /** 0 lets the system choose. */
  readonly listenPort: number;
  /** Longest message accepted, bytes. */
  readonly frameBytesMax: number;
  /** How long a connection may be silent before it is closed, milliseconds. Both sides say something five times as often. */
  readonly silenceMs?: number;
  readonly runtime: Runtime;
  /** For the jitter of dialling: from 0 up to 1, 1 excluded. */
  readonly random: () => number;
  readonly logger: Logger;
}

const SILENCE_MS = 5000;
const CHECKS_PER_SILENCE = 5;
/** Connections accepted and not through their handshake. */
const STRANGERS_MAX = 64;
/** The same refusal is told again after so long. */
const REPEAT_MS = 30_000;
const NO_CLUSTER = "0".repeat(16);

interface Peer {
  readonly sid: number;
  /** Established. */
  readonly connections: Record<Plane, PeerConnection | undefined>;
  readonly diallers: Readonly<Record<Plane, Dialler>>;
  /** Frames for a bulk connection that is being opened. */
  waiting: Buffer[];
  waitingBytes: number;
  /** Some did not fit: the connection is of no use when it comes. */
  waitingLost: boolean;
}

export class PeerMesh implements PeerNetwork {
  handlers: PeerHandlers = NO_HANDLERS;
  private readonly options: PeerMeshOptions;
  private readonly owner: ConnectionOwner;
  private readonly server: Server;
  private readonly peers = new Map<number, Peer>();
  /** All that have a socket, whatever their state. */
  private readonly connections = new Set<PeerConnection>();
  private readonly tellings = new Map<number, { readonly reason: string; readonly atMs: number }>();
  private checks: Timer | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: PeerMeshOptions) {
    this.options = options;
    const { runtime, frameBytesMax } = options;
    this.owner = {
      runtime,
      frameBytesMax,
      helloTo: (sid, plane) => this.helloTo(sid, plane),
      objectionTo: (hello, connection) => this.objectionTo(hello, connection),
      onEstablished: (connection) => this.onEstablished(connection),
      onMessage: ({ sid }, message) => this.handlers.onMessage(sid, message),
      onTurnEnd: () => this.handlers.onTurnEnd(),
      onDrained: ({ sid, plane }) => {
        if (plane === "control") this.handlers.onDrained(sid);
      },
      onRefused: (connection, reason) => this.onRefused(connection, reason),
      onClosed: (connection, reason) => this.onClosed(connection, reason),
    };
    this.server = createServer({ allowHalfOpen: false }, (socket) => this.onAccepted(socket));
    const self = options.members.find(({ sid }) => sid === options.sid);
    for (const member of options.members) {
      if (member.sid === options.sid || (member.role === "observer" && self?.role === "observer")) continue;
      const dialler = (plane: Plane) => new Dialler(runtime, options.random, () => this.open(member, plane));
      this.peers.set(member.sid, {
        sid: member.sid,
        connections: { control: undefined, bulk: undefined },
        diallers: { control: dialler("control"), bulk: dialler("bulk") },
        waiting: [],
        waitingBytes: 0,
        waitingLost: false,
      });
    }
  }

  /** Where this member listens, once it does. */
  get port(): number {
    const address = this.server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  async start(): Promise<void> {
    const { listenHost, listenPort, logger, runtime, silenceMs = SILENCE_MS } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen({ host: listenHost, port: listenPort }, () => {
        this.server.off("error", reject);
        this.server.on("error", (error) => logger.error({ error: error.message }, "the peer port failed to accept"));
        resolve();
      });
    });
    this.checks = runtime.every(silenceMs / CHECKS_PER_SILENCE, () => {
      for (const connection of this.connections) connection.check();
    });
    for (const peer of this.peers.values()) {
      if (this.dials(peer.sid)) peer.diallers.control.dial();
    }
  }

  send(to: number, message: PeerMessage): void {
    const peer = this.peers.get(to);
    const control = peer?.connections.control;
    if (peer === undefined || control === undefined || control.ended) return;
    if (isBulk(message)) this.sendBulk(peer, encodePeerMessage(message));
    else control.send(encodePeerMessage(message));
  }

  congested(to: number): boolean {
    return this.peers.get(to)?.connections.control?.congested ?? false;
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  private async shut(): Promise<void> {
    this.handlers = NO_HANDLERS;
    this.checks?.stop();
    for (const { diallers } of this.peers.values()) {
      diallers.control.stop();
      diallers.bulk.stop();
    }
    const released = [...this.connections].map((connection) => {
      connection.destroy("this server stops");
      return connection.whenClosed();
    });
    if (this.server.listening) {
      released.push(new Promise((resolve) => this.server.close(() => resolve())));
    }
    await Promise.all(released);
  }

  /** One of two: the lower id calls. */
  private dials(sid: number): boolean {
    return this.options.sid < sid;
  }

  // ── Opening ────────────────────────────────────────────────────────────────────────────────────────────────

  private open({ sid, host, peerPort }: EnsembleMember, plane: Plane): PeerConnection {
    const socket = connectSocket({ host, port: peerPort, allowHalfOpen: false });
    const connection = new PeerConnection(socket, { sid, plane }, this.owner);
    this.connections.add(connection);
    return connection;
  }

  private onAccepted(socket: Socket): void {
    let strangers = 0;
    for (const { established, dialled } of this.connections) {
      if (!established && !dialled) strangers++;
    }
    if (this.closing !== undefined || strangers >= STRANGERS_MAX) {
      socket.destroy();
      if (this.closing === undefined)
        this.tell(0, `more than ${STRANGERS_MAX} connections that are not through their handshake`, undefined);
      return;
    }
    this.connections.add(new PeerConnection(socket, undefined, this.owner));
  }

  private helloTo(toSid: number, plane: Plane): Hello {
    const { sid, clusterId, configHash, bootId } = this.options;
    const { min, max } = PEER_PROTO;
    return {
      type: "hello",
      protoMin: min,
      protoMax: max,
      clusterId: clusterId(),
      configHash,
      fromSid: sid,
      toSid,
      bootId,
      plane,
    };
  }

  private objectionTo(hello: Hello, { dialled, sid }: PeerConnection): string | undefined {
    const { sid: self } = this.options;
    const { protoMin, protoMax, clusterId, fromSid, toSid, plane } = hello;
    if (protoMin > PEER_PROTO.max || protoMax < PEER_PROTO.min) {
      const theirs = range(protoMin, protoMax);
      const ours = range(PEER_PROTO.min, PEER_PROTO.max);
      return `server ${fromSid} speaks version ${theirs} of the peer protocol and server ${self} version ${ours}: upgrade the older one step by step`;
    }
    if (toSid !== self) {
      return `this is server ${self}, not server ${toSid}: the server lines and the myid files do not fit together`;
    }
    if (dialled && fromSid !== sid) {
      return `server ${fromSid} answers where server ${self} expects server ${sid}: the server lines and the myid files do not fit together`;
    }
    if (fromSid === self) {
      return `two servers have the id ${self}: every server needs a myid of its own`;
    }
    if (!this.peers.has(fromSid)) {
      return this.options.members.some((member) => member.sid === fromSid)
        ? `servers ${fromSid} and ${self} are observers, which do not connect to each other: the server lines differ`
        : `server ${fromSid} is not in the configuration of server ${self}: add its server line`;
    }
    const ours = this.options.clusterId();
    if (clusterId !== ours && clusterId !== NO_CLUSTER && ours !== NO_CLUSTER) {
      return `server ${fromSid} belongs to ensemble ${clusterId} and server ${self} to ensemble ${ours}: a server line or a data folder is another ensemble's`;
    }
    if (!dialled && plane === "control" && this.dials(fromSid)) {
      return `server ${self} calls server ${fromSid}, not the other way round: the lower id opens the control connection`;
    }
    return undefined;
  }

  // ── Established ────────────────────────────────────────────────────────────────────────────────────────────

  private onEstablished(connection: PeerConnection): void {
    const { sid, plane, hello } = connection;
    const peer = this.peers.get(sid);
    if (peer === undefined || hello === undefined) {
      connection.destroy("not a member");
      return;
    }
    const before = peer.connections[plane];
    if (before !== undefined) {
      const duel = before.hello?.bootId === hello.bootId && before.dialled !== connection.dialled && !before.ended;
      if (duel && connection.dialled !== this.dials(sid)) {
        connection.destroy("both sides have called, and the other call counts");
        return;
      }
      before.destroy("replaced by a new connection");
      this.onGone(before);
    }
    const bulk = peer.connections.bulk;
    if (bulk !== undefined && bulk.hello?.bootId !== hello.bootId) {
      bulk.destroy("the other side has been restarted");
      this.onGone(bulk);
    }
    peer.connections[plane] = connection;
    if (connection.dialled) peer.diallers[plane].onUp();
    if (plane === "control") this.onControlUp(connection, hello);
    else this.onBulkUp(peer, connection);
  }

  private onControlUp({ sid, address }: PeerConnection, { configHash, bootId }: Hello): void {
    const { logger } = this.options;
    this.tellings.delete(sid);
    logger.info({ sid, address, bootId }, "connected to another member");
    if (configHash !== this.options.configHash) {
      logger.warn(
        { sid, configHash, own: this.options.configHash },
        "another member's server lines name other servers, roles or weights than this one's: make them the same",
      );
    }
    this.handlers.onLinkUp(sid);
  }

  private onBulkUp(peer: Peer, connection: PeerConnection): void {
    const { waiting, waitingLost } = peer;
    this.forget(peer);
    if (waitingLost) connection.destroy(`more than ${OUTPUT_BYTES_MAX} bytes waited for it`);
    else for (const frame of waiting) connection.send(frame);
  }

  private sendBulk(peer: Peer, frame: Buffer): void {
    const { bulk } = peer.connections;
    if (bulk !== undefined && !bulk.ended) {
      bulk.send(frame);
      return;
    }
    if (peer.waitingBytes + frame.length > OUTPUT_BYTES_MAX) {
      peer.waitingLost = true;
      return;
    }
    peer.waiting.push(frame);
    peer.waitingBytes += frame.length;
    peer.diallers.bulk.dial();
  }

  private forget(peer: Peer): void {
    peer.waiting = [];
    peer.waitingBytes = 0;
    peer.waitingLost = false;
  }

  // ── The end ────────────────────────────────────────────────────────────────────────────────────────────────

  private onClosed(connection: PeerConnection, reason: string): void {
    this.connections.delete(connection);
    if (this.closing !== undefined) return;
    const { sid, plane, dialled, established, malformed } = connection;
    const { logger } = this.options;
    const peer = this.peers.get(sid);
    if (malformed && !established) this.tell(0, `${connection.address} speaks something else: ${reason}`, undefined);
    else if (malformed) logger.warn({ sid, plane, reason }, "connection to another member closed");
    else if (established) logger.info({ sid, plane, reason }, "connection to another member closed");
    else logger.debug({ sid, plane, reason }, "no connection to another member");
    if (peer === undefined) return;
    this.onGone(connection);
    if (!dialled) return;
    peer.diallers[plane].onDown(connection);
    if (plane === "control") peer.diallers.control.dial();
    else if (!established) this.onBulkFailed(peer);
  }

  /** Tells of an established connection that it counts no more, once. */
  private onGone(connection: PeerConnection): void {
    const { sid, plane } = connection;
    const peer = this.peers.get(sid);
    if (peer === undefined || peer.connections[plane] !== connection) return;
    peer.connections[plane] = undefined;
    if (plane === "bulk") this.handlers.onBulkDown(sid);
    else this.handlers.onLinkDown(sid);
  }

  private onBulkFailed(peer: Peer): void {
    if (peer.waiting.length === 0) return;
    this.forget(peer);
    this.handlers.onBulkDown(peer.sid);
  }

  private onRefused({ hello, sid }: PeerConnection, reason: string): void {
    const other = sid === 0 ? (hello?.fromSid ?? 0) : sid;
    this.tell(other, reason, () => this.handlers.onRefused(other, reason));
  }

  /** A refusal repeats with each call; it is told when it is new, and then at long intervals. */
  private tell(sid: number, reason: string, handler: (() => void) | undefined): void {
    const nowMs = this.options.runtime.monotonicMs();
    const before = this.tellings.get(sid);
    const isNew = before === undefined || (sid !== 0 && before.reason !== reason);
    if (!isNew && nowMs - before.atMs < REPEAT_MS) return;
    this.tellings.set(sid, { reason, atMs: nowMs });
    this.options.logger.warn(
      { sid, reason },
      sid === 0 ? "a stranger at the peer port" : "no connection to another member",
    );
    handler?.();
  }
}

function range(min: number, max: number): string {
  return min === max ? `${min}` : `${min} to ${max}`;
}
