/**
 * What must hold, for members and for clients. The zxid in every reply says where in the one history it belongs, so each
 * is compared with {@link Model} there: what it answers, what came before it in real time, what the session saw before,
 * and which of its watches should have fired.
 */
import type { Entry, Position } from "@rookery/consensus";
import { ENTRY } from "@rookery/consensus";
import { ErrorCode, EventType, type MultiResult, OpCode, type Stat } from "@rookery/protocol/client";
import type { Member } from "@rookery/server/internal";
import { decodeTransaction, sessionIdOf } from "@rookery/tree";
import { Violation } from "../violation.ts";
import type { Operation, SimulatedClient } from "./client.ts";
import { cversionOf, hex, Model, type Node, type Outcome, type Request, zxidNumber } from "./model.ts";

interface Applied {
  readonly entry: Entry;
  readonly zxid: number;
  digest: number | undefined;
  readonly by: number;
}

interface Session {
  readonly id: bigint;
  timeoutMs: number;
  /** When the newest thing was sent that was acknowledged, microseconds. */
  touchedUs: number;
  lastZxid: number;
  /** Its client has asked for its end, whether or not that came about. */
  ending: boolean;
}

interface Watch {
  readonly path: string;
  readonly kind: "data" | "child";
  readonly zxid: number;
}

export interface CheckerOptions {
  /** How much earlier than its timeout a session may end, microseconds: what the follower that heard it may keep to itself. */
  readonly graceUs: number;
}

export class Checker {
  readonly model: Model;
  /** By index; 0 is none. */
  readonly log: (Applied | undefined)[] = [undefined];
  readonly operations: Operation[] = [];
  readonly sessions = new Map<bigint, Session>();
  /** The newest zxid that any client was told. */
  floor = 0;
  now = 0;
  counts = { commits: 0, replies: 0, reads: 0, events: 0, expired: 0, closed: 0, epochs: 0, digests: 0, refused: 0 };
  private readonly asked = new Map<string, Operation>();
  private readonly zxids = new Set<number>([0]);
  private readonly watches = new Map<number, Map<string, Watch>>();
  private readonly refused = new Set<string>();
  /** By zxid: ends of sessions that must not be committed. */
  private readonly tooSoon = new Map<number, string>();
  private readonly options: CheckerOptions;

  constructor(options: CheckerOptions) {
    this.options = options;
    this.model = new Model((session, xid) => this.asked.get(`${session}/${xid}`)?.ask as Request | undefined);
  }

  get lastIndex(): number {
    return this.log.length - 1;
  }

  // ── Members ────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * A leader decides. I14: it may not end a session sooner than the client was led to believe. One that leads no more and does not
   * know it may decide what it likes, as nothing comes of it.
   */
  onProposed(sid: number, payload: Uint8Array, { epoch, counter }: Position): void {
    const transaction = decodeTransaction(payload);
    if (transaction.change.type !== "closeSession" || transaction.xid > 0) return;
    const id = sessionIdOf(transaction);
    const session = this.sessions.get(id);
    if (session === undefined) return;
    const silentUs = this.now - session.touchedUs;
    if (silentUs >= session.timeoutMs * 1000 * 0.999 - this.options.graceUs) return;
    this.tooSoon.set(
      zxidNumber(epoch, counter),
      `${sid} ends session ${hex(id)} ${silentUs} us after a touch that was acknowledged; its timeout is ${session.timeoutMs} ms`,
    );
  }

  /** A member is about to apply an entry: the same one as everybody, and each in turn. */
  onApply(sid: number, before: number, entry: Entry): void {
    if (entry.index !== before + 1) throw new Violation("I3", `${sid} applies ${entry.index} after ${before}`);
    const known = this.log[entry.index];
    if (known !== undefined) {
      const same =
        known.entry.epoch === entry.epoch &&
        known.entry.counter === entry.counter &&
        known.entry.kind === entry.kind &&
        known.entry.chain === entry.chain &&
        Buffer.compare(known.entry.payload, entry.payload) === 0;
      if (!same)
        throw new Violation(
          "I2",
          `${sid} applies ${name(entry)} as ${entry.index}, ${known.by} applied ${name(known.entry)} there`,
        );
      return;
    }
    if (entry.index !== this.log.length)
      throw new Violation("I3", `${sid} applies ${entry.index}, and nobody ${entry.index - 1}`);
    const zxid = zxidNumber(entry.epoch, entry.counter);
    this.log.push({ entry, zxid, digest: undefined, by: sid });
    this.zxids.add(zxid);
    const tooSoon = this.tooSoon.get(zxid);
    if (tooSoon !== undefined) throw new Violation("I14", tooSoon);
    if (entry.kind === ENTRY.epochStart) {
      this.counts.epochs++;
      return;
    }
    this.counts.commits++;
    this.model.apply(entry);
    const transaction = decodeTransaction(entry.payload);
    if (transaction.change.type === "closeSession") {
      if (transaction.xid > 0) this.counts.closed++;
      else this.counts.expired++;
    }
    const key = `${sessionIdOf(transaction)}/${transaction.xid}`;
    if (this.refused.has(key)) throw new Violation("integrity", `${key} was answered as not done, and is done`);
  }

  /** I17: at an index every state has the same digest. */
  onState(sid: number, { tree }: Member): void {
    const { index } = tree.applied;
    const known = this.log[index];
    const { digest } = tree;
    if (index === 0 || digest === undefined) return;
    this.counts.digests++;
    if (known === undefined) throw new Violation("I3", `${sid} has a state at ${index}, which nobody has applied`);
    if (known.digest === undefined) known.digest = digest;
    else if (known.digest !== digest)
      throw new Violation(
        "I17",
        `${sid} has another state than ${known.by} at index ${index}: ${digest}, not ${known.digest}`,
      );
  }

  // ── Sessions ───────────────────────────────────────────────────────────────────────────────────────────────

  onSession(client: SimulatedClient, id: bigint, timeoutMs: number, isNew: boolean, sentUs: number): void {
    let session = this.sessions.get(id);
    if (session === undefined) {
      if (!isNew)
        throw new Violation("sessions", `client ${client.number} came back with ${hex(id)}, which nobody was given`);
      session = { id, timeoutMs, touchedUs: sentUs, lastZxid: 0, ending: false };
      this.sessions.set(id, session);
    } else if (isNew) throw new Violation("sessions", `session ${hex(id)} is given out a second time`);
    session.timeoutMs = timeoutMs;
    this.onTouched(id, sentUs);
    if (!this.model.known.has(id))
      throw new Violation("sessions", `session ${hex(id)} is given out and was never created`);
    this.watches.set(client.number, new Map());
  }

  /** Told that the session is no more: it has ended. */
  onExpired({ number, session }: SimulatedClient): void {
    if (this.model.sessions.has(session) && this.sessions.get(session)?.ending !== true)
      throw new Violation("sessions", `client ${number} is told that ${hex(session)} is gone, and it lives`);
  }

  onTouched(id: bigint, sentUs: number): void {
    const session = this.sessions.get(id);
    if (session !== undefined && sentUs > session.touchedUs) session.touchedUs = sentUs;
  }

  // ── Requests ───────────────────────────────────────────────────────────────────────────────────────────────

  onInvoked(operation: Operation): void {
    this.operations.push(operation);
    this.asked.set(`${operation.session}/${operation.xid}`, operation);
    const session = this.sessions.get(operation.session);
    if (operation.ask.type === "closeSession" && session !== undefined) session.ending = true;
  }

  /** Every header but that of events: the session never goes back, and no watch was forgotten. */
  onZxid(client: SimulatedClient, zxid: number): void {
    if (zxid < 0) return;
    if (!this.zxids.has(zxid))
      throw new Violation("I14", `client ${client.number} is told of ${text(zxid)}, which is not committed`);
    const session = this.sessions.get(client.session);
    if (session !== undefined) {
      if (zxid < session.lastZxid)
        throw new Violation(
          "I14",
          `session ${hex(session.id)} saw ${text(session.lastZxid)} and now sees ${text(zxid)}`,
        );
      session.lastZxid = zxid;
    }
    if (zxid > this.floor) this.floor = zxid;
    for (const watch of this.watches.get(client.number)?.values() ?? []) {
      const due = this.model.firstAfter(watch.path, watch.zxid, watch.kind);
      if (due !== undefined && due.zxid <= zxid)
        throw new Violation(
          "watches",
          `client ${client.number} sees ${text(zxid)} before the event ${due.type} of ${watch.path} at ${text(due.zxid)}, watched since ${text(watch.zxid)}`,
        );
    }
  }

  onReturned(client: SimulatedClient, operation: Operation): void {
    const { ask, code, zxid } = operation;
    this.counts.replies++;
    if (code === ErrorCode.SYSTEMERROR) {
      this.counts.refused++;
      const key = `${operation.session}/${operation.xid}`;
      if (
        this.model.written.get(zxid)?.xid === operation.xid &&
        this.model.written.get(zxid)?.session === operation.session
      )
        throw new Violation("integrity", `${key} was answered as not done, and is done`);
      this.refused.add(key);
      const session = this.sessions.get(operation.session);
      if (ask.type === "closeSession" && session !== undefined) session.ending = false;
      return;
    }
    switch (ask.type) {
      case "getData":
      case "exists":
      case "getChildren":
        this.read(client, operation);
        break;
      case "sync":
        if (zxid < operation.floor)
          throw new Violation(
            "I13",
            `${told(operation)} shows ${text(zxid)}; ${text(operation.floor)} was known before it was asked`,
          );
        break;
      default:
        this.wrote(operation);
    }
  }

  private wrote(operation: Operation): void {
    const { zxid, floor, session, xid } = operation;
    const written = this.model.written.get(zxid);
    if (written === undefined || written.session !== session || written.xid !== xid)
      throw new Violation(
        "sequential",
        `${told(operation)} was answered with ${text(zxid)}, which is ${written === undefined ? "no write" : "another"}`,
      );
    if (zxid <= floor)
      throw new Violation(
        "real time",
        `${told(operation)} got ${text(zxid)}; ${text(floor)} was known before it was asked`,
      );
    const problem = differs(operation, written.outcome);
    if (problem !== undefined) throw new Violation("sequential", `${told(operation)}: ${problem}`);
  }

  private read(client: SimulatedClient, operation: Operation): void {
    const { ask, zxid, code, answer } = operation;
    if (!("watch" in ask)) return;
    this.counts.reads++;
    const node = this.model.at(ask.path, zxid);
    const expected = node === undefined ? ErrorCode.NONODE : 0;
    if (code !== expected)
      throw new Violation("reads", `${told(operation)} at ${text(zxid)} is answered ${code}, and must be ${expected}`);
    if (node !== undefined) {
      if (answer.type === "data" && answer.data !== node.data)
        throw new Violation("reads", `${told(operation)} at ${text(zxid)} gives ${answer.data}, and must ${node.data}`);
      if (answer.type === "data" || answer.type === "stat") {
        const problem = statDiffers(answer.stat, node);
        if (problem !== undefined) throw new Violation("reads", `${told(operation)} at ${text(zxid)}: ${problem}`);
      }
      if (answer.type === "children" && answer.children.join() !== node.children.join())
        throw new Violation(
          "reads",
          `${told(operation)} at ${text(zxid)} gives ${answer.children}, and must ${node.children}`,
        );
    }
    if (!ask.watch || (node === undefined && ask.type !== "exists")) return;
    const kind = ask.type === "getChildren" ? "child" : "data";
    const watches = this.watches.get(client.number);
    const key = `${kind} ${ask.path}`;
    if (watches !== undefined && !watches.has(key)) watches.set(key, { path: ask.path, kind, zxid });
  }

  // ── Watches ────────────────────────────────────────────────────────────────────────────────────────────────

  onEvent({ number }: SimulatedClient, type: number, path: string, zxid: number): void {
    this.counts.events++;
    const watches = this.watches.get(number);
    const kinds =
      type === EventType.NodeChildrenChanged
        ? ["child"]
        : type === EventType.NodeDeleted
          ? ["data", "child"]
          : ["data"];
    let found = false;
    for (const kind of kinds) {
      const watch = watches?.get(`${kind} ${path}`);
      if (watch === undefined) continue;
      const due = this.model.firstAfter(path, watch.zxid, watch.kind);
      if (due === undefined || due.type !== type || due.zxid !== zxid) {
        if (kinds.length > 1) continue;
        throw new Violation(
          "watches",
          `client ${number} gets ${type} of ${path} at ${text(zxid)}; its watch since ${text(watch.zxid)} is due ${due === undefined ? "never" : `${due.type} at ${text(due.zxid)}`}`,
        );
      }
      watches?.delete(`${kind} ${path}`);
      found = true;
    }
    if (!found)
      throw new Violation(
        "watches",
        `client ${number} gets ${type} of ${path} at ${text(zxid)} and watches nothing there that gives it`,
      );
  }

  onDisconnected({ number }: SimulatedClient): void {
    this.watches.delete(number);
  }

  // ── The end ────────────────────────────────────────────────────────────────────────────────────────────────

  /** The whole tree of a member that has applied everything against the model. */
  compareTree(sid: number, { tree }: Member): void {
    if (tree.applied.index !== this.lastIndex)
      throw new Violation("L2", `${sid} is at ${tree.applied.index} of ${this.lastIndex}`);
    for (const [path, node] of this.model.paths()) {
      const found = tree.find(path);
      if (found === undefined) throw new Violation("state", `${path} is missing at ${sid}`);
      const children = [...tree.childrenOf(found)].sort().join();
      if (children !== node.children.join())
        throw new Violation("state", `${path} has ${children} at ${sid} and must have ${node.children}`);
      const data = found.data()?.toString() ?? "null";
      if (path !== "/" && data !== node.data)
        throw new Violation("state", `${path} is ${data} at ${sid} and must be ${node.data}`);
    }
    for (const id of tree.sessions.keys())
      if (!this.model.sessions.has(id)) throw new Violation("state", `${sid} has session ${hex(id)}, which is over`);
    if (tree.sessions.size !== this.model.sessions.size)
      throw new Violation(
        "state",
        `${sid} has ${tree.sessions.size} sessions and must have ${this.model.sessions.size}`,
      );
  }
}

function differs({ ask, code, answer }: Operation, outcome: Outcome): string | undefined {
  if (ask.type === "multi") {
    if (code !== 0 || answer.type !== "results" || outcome.results === undefined)
      return `the multi is answered ${code}`;
    if (answer.results.length !== outcome.results.length)
      return `${answer.results.length} results of ${outcome.results.length}`;
    for (const [at, result] of answer.results.entries()) {
      const problem = resultDiffers(result, outcome.results[at] as Outcome, outcome.code !== 0);
      if (problem !== undefined) return `result ${at} ${problem}`;
    }
    return undefined;
  }
  if (code !== outcome.code) return `answered ${code}, and must be ${outcome.code}`;
  if (code !== 0) return undefined;
  if (answer.type === "path" && answer.path !== outcome.path) return `created ${answer.path}, and must ${outcome.path}`;
  if (answer.type === "stat" && outcome.node !== undefined) return statDiffers(answer.stat, outcome.node);
  return undefined;
}

function resultDiffers(result: MultiResult, outcome: Outcome, failed: boolean): string | undefined {
  if (result.type === OpCode.error)
    return failed && result.err === outcome.code ? undefined : `is ${result.err}, and must be ${outcome.code}`;
  if (failed) return "is none of a multi that failed";
  if (result.type === OpCode.create)
    return result.response.path === outcome.path ? undefined : `created ${result.response.path}`;
  if (result.type === OpCode.setData && outcome.node !== undefined)
    return statDiffers(result.response.stat, outcome.node);
  return undefined;
}

function statDiffers(stat: Stat, node: Node): string | undefined {
  const facts: readonly (readonly [string, unknown, unknown])[] = [
    ["version", stat.version, node.version],
    ["czxid", zxidOf(stat.czxid), node.czxid],
    ["mzxid", zxidOf(stat.mzxid), node.mzxid],
    ["pzxid", zxidOf(stat.pzxid), node.pzxid],
    ["ctime", Number(stat.ctime), node.ctime],
    ["mtime", Number(stat.mtime), node.mtime],
    ["cversion", stat.cversion, cversionOf(node)],
    ["numChildren", stat.numChildren, node.children.length],
    ["dataLength", stat.dataLength, Buffer.byteLength(node.data)],
    ["ephemeralOwner", stat.ephemeralOwner, node.owner],
  ];
  for (const [field, is, must] of facts) if (is !== must) return `${field} is ${is} and must be ${must}`;
  return undefined;
}

function zxidOf(zxid: bigint): number {
  return zxidNumber(Number(zxid >> 32n), Number(zxid & 0xffff_ffffn));
}

function text(zxid: number): string {
  return `${Math.floor(zxid / 0x1_0000_0000)}/${zxid % 0x1_0000_0000}`;
}

function name({ epoch, counter, kind }: Entry): string {
  return `${epoch}/${counter}${kind === ENTRY.epochStart ? " (start)" : ""}`;
}

export function told({ client, session, xid, ask }: Operation): string {
  return `client ${client}'s ${hex(session)}/${xid} ${JSON.stringify(ask)}`;
}
