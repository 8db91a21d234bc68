/**
 * A client as ZooKeeper's own behave: it keeps a session alive with pings, comes back to any member with it, writes, reads,
 * watches, and gives a connection up that says nothing. It tells {@link Observer} everything it asks and is told.
 */
import {
  connectRequest,
  connectResponse,
  createRequest,
  createResponse,
  deleteRequest,
  existsRequest,
  getChildrenResponse,
  getDataResponse,
  JuteReader,
  JuteWriter,
  type MultiResult,
  multiRequest,
  multiResponse,
  OpCode,
  type Stat,
  setDataRequest,
  stat,
  syncRequest,
  watcherEvent,
} from "@rookery/protocol/client";
import { type Stream, stream } from "../chance.ts";
import { Violation } from "../violation.ts";
import { OPEN, operationOf, type Request, type Single, zxidNumber } from "./model.ts";

export type Ask =
  | Request
  | { readonly type: "getData" | "exists" | "getChildren"; readonly path: string; readonly watch: boolean }
  | { readonly type: "sync"; readonly path: string };

/** What a reply holds behind its header. */
export type Answer =
  | { readonly type: "none" }
  | { readonly type: "path"; readonly path: string }
  | { readonly type: "stat"; readonly stat: Stat }
  | { readonly type: "data"; readonly data: string; readonly stat: Stat }
  | { readonly type: "children"; readonly children: readonly string[] }
  | { readonly type: "results"; readonly results: readonly MultiResult[] };

/** One request, as the client knows it. Times in microseconds. */
export interface Operation {
  readonly client: number;
  readonly session: bigint;
  readonly xid: number;
  readonly ask: Ask;
  readonly invokedUs: number;
  /** The newest zxid that anybody had seen when it was asked. */
  readonly floor: number;
  /** Undefined while, or for ever if, nobody knows. */
  returnedUs: number | undefined;
  zxid: number;
  code: number;
  answer: Answer;
}

export interface Observer {
  readonly now: number;
  after(delayUs: number, call: () => void): void;
  say(text: () => string): void;
  /** The newest zxid that any client has seen. */
  floor(): number;
  /** A connection to some member. */
  open(client: SimulatedClient): { send(frame: Buffer): void; close(): void; cut(): void; readonly port: number };
  onSession(client: SimulatedClient, session: bigint, timeoutMs: number, isNew: boolean, sentUs: number): void;
  onExpired(client: SimulatedClient): void;
  onInvoked(operation: Operation): void;
  onReturned(client: SimulatedClient, operation: Operation): void;
  /** A reply to something sent at `sentUs`: the session was heard of. */
  onTouched(session: bigint, sentUs: number): void;
  onZxid(client: SimulatedClient, zxid: number): void;
  onEvent(client: SimulatedClient, type: number, path: string, zxid: number): void;
  onDisconnected(client: SimulatedClient): void;
}

export interface ClientPlan {
  readonly seed: number;
  readonly number: number;
  readonly pipeline: number;
  readonly thinkUs: number;
  readonly timeoutMs: number;
  /** Never writes, so that only reads and pings keep its session alive. */
  readonly reads: boolean;
}

/** Longest silence of a server, and how soon a client pings, as parts of the session's timeout. */
const SILENCE = 2 / 3;
const PING = 1 / 3;

export class SimulatedClient {
  readonly number: number;
  session = 0n;
  state: "idle" | "connecting" | "connected" | "gone" = "idle";
  /** Asks no new questions. */
  quiet = false;
  readonly outstanding: Operation[] = [];
  lastZxid = 0;
  private readonly plan: ClientPlan;
  private readonly observer: Observer;
  private readonly chance: Stream;
  private password: Uint8Array = new Uint8Array(16);
  private timeoutMs: number;
  private connection: ReturnType<Observer["open"]> | undefined;
  /** Ascends with each connection: what was planned for another is dropped. */
  private connections = 0;
  private xid = 0;
  private heardUs = 0;
  private sentUs = 0;
  private connectSentUs = 0;
  private readonly pings: number[] = [];
  private readonly versions = new Map<string, number>();
  private closing = false;

  constructor(plan: ClientPlan, observer: Observer) {
    this.plan = plan;
    this.number = plan.number;
    this.observer = observer;
    this.chance = stream(plan.seed, "client", plan.number);
    this.timeoutMs = plan.timeoutMs;
  }

  start(): void {
    this.observer.after(this.chance.below(20_000), () => this.connect());
  }

  /** The process is gone, and with it everything it knew. */
  crash(silent: boolean): void {
    if (this.state === "gone") return;
    this.state = "gone";
    this.connections++;
    if (silent) this.connection?.cut();
    else this.connection?.close();
    this.outstanding.length = 0;
  }

  sever(silent: boolean): void {
    if (this.connection === undefined || this.state === "gone") return;
    if (silent) this.connection.cut();
    else {
      this.connection.close();
      this.disconnected();
    }
  }

  ask(what: Ask): void {
    if (this.state !== "connected" || this.closing) return;
    this.send(what);
  }

  // ── Connections ────────────────────────────────────────────────────────────────────────────────────────────

  private connect(): void {
    if (this.state !== "idle") return;
    const { observer } = this;
    this.state = "connecting";
    const life = ++this.connections;
    this.connection = observer.open(this);
    this.heardUs = observer.now;
    this.connectSentUs = observer.now;
    const out = new JuteWriter();
    connectRequest.encode(out, {
      protocolVersion: 0,
      lastZxidSeen: zxidBig(this.lastZxid),
      timeoutMs: this.plan.timeoutMs,
      sessionId: this.session,
      password: this.password,
      readOnly: this.chance.happens(0.5) ? false : undefined,
    });
    this.connection.send(Buffer.from(out.take()));
    this.watchSilence(life);
  }

  private watchSilence(life: number): void {
    const us = Math.floor(this.timeoutMs * 1000 * PING);
    this.observer.after(us, () => {
      if (life !== this.connections || this.state === "gone") return;
      const { now } = this.observer;
      if (now - this.heardUs >= this.timeoutMs * 1000 * SILENCE) {
        this.observer.say(() => `client ${this.number} hears nothing`);
        this.connection?.close();
        this.disconnected();
        return;
      }
      if (this.state === "connected" && now - this.sentUs >= us && !this.closing) this.ping();
      this.watchSilence(life);
    });
  }

  private ping(): void {
    const out = new JuteWriter();
    out.int(-2);
    out.int(OpCode.ping);
    this.pings.push(this.observer.now);
    this.sentUs = this.observer.now;
    this.connection?.send(Buffer.from(out.take()));
  }

  onClosed(): void {
    if (this.state === "gone") return;
    this.disconnected();
  }

  private disconnected(): void {
    if (this.state === "idle" || this.state === "gone") return;
    this.state = "idle";
    this.connections++;
    this.connection = undefined;
    // Nobody knows what became of them.
    this.outstanding.length = 0;
    this.pings.length = 0;
    this.versions.clear();
    this.closing = false;
    this.observer.onDisconnected(this);
    this.observer.after(1000 + this.chance.around(20_000), () => this.connect());
  }

  onFrame(frame: Buffer): void {
    if (this.state === "gone") return;
    this.heardUs = this.observer.now;
    if (this.state === "connecting") this.opened(frame);
    else if (this.state === "connected") this.reply(frame);
  }

  private opened(frame: Buffer): void {
    const { observer } = this;
    const { timeoutMs, sessionId, password } = connectResponse.decode(new JuteReader(frame, 0));
    if (timeoutMs <= 0) {
      observer.onExpired(this);
      this.connection?.close();
      this.session = 0n;
      this.password = new Uint8Array(16);
      // A session of its own has seen nothing yet.
      this.lastZxid = 0;
      this.xid = 0;
      this.disconnected();
      return;
    }
    const isNew = this.session === 0n;
    if (!isNew && sessionId !== this.session)
      throw new Violation("sessions", `client ${this.number} came with one session and got another`);
    this.session = sessionId;
    this.password = Uint8Array.from(password ?? []);
    this.timeoutMs = timeoutMs;
    this.state = "connected";
    observer.onSession(this, sessionId, timeoutMs, isNew, this.connectSentUs);
    this.think(this.connections);
  }

  // ── Requests ───────────────────────────────────────────────────────────────────────────────────────────────

  private think(life: number): void {
    this.observer.after(100 + this.chance.around(this.plan.thinkUs), () => {
      if (life !== this.connections || this.state !== "connected" || this.closing) return;
      if (!this.quiet && this.outstanding.length < this.plan.pipeline) {
        const burst = this.chance.happens(0.2) ? this.chance.between(1, this.plan.pipeline) : 1;
        for (let n = 0; n < burst && this.outstanding.length < this.plan.pipeline; n++) this.askSomething();
      }
      this.think(life);
    });
  }

  private askSomething(): void {
    const { chance } = this;
    const roll = chance.unit();
    if (this.plan.reads) this.send(this.someRead());
    else if (roll < 0.25) this.askRegister();
    else if (roll < 0.5) this.send(this.someWrite());
    else if (roll < 0.85) this.send(this.someRead());
    else if (roll < 0.93) {
      const operations = Array.from({ length: chance.between(1, 4) }, () =>
        chance.happens(0.2)
          ? { type: "check" as const, path: this.somePath(), version: this.someVersion("/a") }
          : this.someWrite(),
      );
      this.send({ type: "multi", operations });
    } else if (roll < 0.995) {
      this.send({ type: "sync", path: "/" });
      this.send({ type: "getData", path: this.somePath(), watch: false });
    } else if (chance.happens(0.3)) {
      this.send({ type: "closeSession" });
      this.closing = true;
    }
  }

  /** On paths that nothing else touches, and read only behind a sync: what a search without witnesses can judge. */
  private askRegister(): void {
    const { chance } = this;
    const path = chance.one(REGISTERS);
    const roll = chance.unit();
    if (roll < 0.5) {
      this.send({ type: "sync", path });
      this.send({ type: "getData", path, watch: false });
    } else if (roll < 0.6) this.send({ type: "create", path, data: this.someData(), flags: 0 });
    else if (roll < 0.65) this.send({ type: "delete", path, version: this.someVersion(path) });
    else this.send({ type: "setData", path, data: this.someData(), version: this.someVersion(path) });
  }

  private someWrite(): Single {
    const { chance } = this;
    const path = this.somePath();
    const roll = chance.unit();
    if (roll < 0.5) {
      const flags = chance.one([0, 0, 0, 1, 1, 2, 3]);
      return { type: "create", path: flags >= 2 ? `${path}/s` : path, data: this.someData(), flags };
    }
    if (roll < 0.8) return { type: "setData", path, data: this.someData(), version: this.someVersion(path) };
    return { type: "delete", path, version: this.someVersion(path) };
  }

  private someRead(): Ask {
    const { chance } = this;
    const type = chance.one(["getData", "exists", "getChildren"] as const);
    return { type, path: this.somePath(), watch: chance.happens(0.4) };
  }

  private somePath(): string {
    const { chance } = this;
    const top = chance.one(TOPS);
    return chance.happens(0.5) ? top : `${top}/${chance.one(NAMES)}`;
  }

  private someVersion(path: string): number {
    return this.chance.happens(0.5) ? -1 : (this.versions.get(path) ?? 0);
  }

  private someData(): string {
    return `${this.number}.${this.connections}.${this.xid + 1}.${this.chance.below(1000)}`;
  }

  private send(ask: Ask): void {
    const { observer } = this;
    const xid = ++this.xid;
    const out = new JuteWriter();
    out.int(xid);
    encodeAsk(out, ask);
    const operation: Operation = {
      client: this.number,
      session: this.session,
      xid,
      ask,
      invokedUs: observer.now,
      floor: observer.floor(),
      returnedUs: undefined,
      zxid: 0,
      code: 0,
      answer: { type: "none" },
    };
    this.outstanding.push(operation);
    this.sentUs = observer.now;
    observer.onInvoked(operation);
    this.connection?.send(Buffer.from(out.take()));
  }

  private reply(frame: Buffer): void {
    const { observer } = this;
    const xid = frame.readInt32BE(0);
    const high = frame.readInt32BE(4);
    const zxid = high < 0 ? -1 : zxidNumber(high, frame.readUInt32BE(8));
    const code = frame.readInt32BE(12);
    const body = new JuteReader(frame, 16);
    if (xid === -1) {
      const { type, path } = watcherEvent.decode(body);
      observer.onEvent(this, type, path, zxid);
      return;
    }
    if (xid === -2) {
      const sentUs = this.pings.shift();
      if (sentUs === undefined) throw new Violation("order", `client ${this.number} got an answer to no ping`);
      observer.onTouched(this.session, sentUs);
      observer.onZxid(this, zxid);
      return;
    }
    const operation = this.outstanding.shift();
    if (operation === undefined || operation.xid !== xid)
      throw new Violation("order", `client ${this.number} got the answer ${xid} and waited for ${operation?.xid}`);
    operation.returnedUs = observer.now;
    operation.zxid = zxid;
    operation.code = code;
    if (code === 0) operation.answer = decodeAnswer(body, operation.ask);
    this.remember(operation);
    observer.onTouched(operation.session, operation.invokedUs);
    observer.onZxid(this, zxid);
    this.lastZxid = zxid;
    observer.onReturned(this, operation);
    if (operation.ask.type === "closeSession" && code !== 0) {
      // No room on the disk: the session lives on.
      this.connection?.close();
      this.disconnected();
    } else if (operation.ask.type === "closeSession") {
      this.session = 0n;
      this.password = new Uint8Array(16);
      this.lastZxid = 0;
      this.xid = 0;
    }
  }

  private remember({ ask, answer }: Operation): void {
    if (!("path" in ask)) return;
    if (answer.type === "data" || answer.type === "stat") this.versions.set(ask.path, answer.stat.version);
    else if (ask.type === "create") this.versions.set(ask.path, 0);
  }
}

export const REGISTERS: readonly string[] = ["/r0", "/r1"];
const TOPS = ["/a", "/b", "/c"];
const NAMES = ["x", "y", "z"];

function encodeAsk(out: JuteWriter, ask: Ask): void {
  switch (ask.type) {
    case "create":
      out.int(OpCode.create);
      createRequest.encode(out, { path: ask.path, data: Buffer.from(ask.data), acl: OPEN, flags: ask.flags });
      break;
    case "delete":
      out.int(OpCode.delete);
      deleteRequest.encode(out, ask);
      break;
    case "setData":
      out.int(OpCode.setData);
      setDataRequest.encode(out, { path: ask.path, data: Buffer.from(ask.data), version: ask.version });
      break;
    case "multi":
      out.int(OpCode.multi);
      multiRequest.encode(out, { operations: ask.operations.map(operationOf) });
      break;
    case "closeSession":
      out.int(OpCode.closeSession);
      break;
    case "sync":
      out.int(OpCode.sync);
      syncRequest.encode(out, ask);
      break;
    case "check":
      throw new Error("a check stands only in a multi");
    default:
      out.int(OpCode[ask.type]);
      existsRequest.encode(out, ask);
  }
}

function decodeAnswer(body: JuteReader, ask: Ask): Answer {
  switch (ask.type) {
    case "create":
      return { type: "path", path: createResponse.decode(body).path };
    case "setData":
    case "exists":
      return { type: "stat", stat: stat.decode(body) };
    case "getData": {
      const { data, stat: found } = getDataResponse.decode(body);
      return { type: "data", data: data === null ? "null" : Buffer.from(data).toString(), stat: found };
    }
    case "getChildren":
      return { type: "children", children: [...getChildrenResponse.decode(body).children].sort() };
    case "multi":
      return { type: "results", results: multiResponse.decode(body).results };
    default:
      return { type: "none" };
  }
}

function zxidBig(zxid: number): bigint {
  return (BigInt(Math.floor(zxid / 0x1_0000_0000)) << 32n) | BigInt(zxid % 0x1_0000_0000);
}
