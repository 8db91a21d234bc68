/**
 * The connections between members. One keeps order: its messages arrive in the order sent or, once it breaks, not at all;
 * both ends learn of its end in their own time. Snapshots have a connection of their own beside it.
 *
 * **Invariant**: what reaches a member from another on one plane (the connection's beginning, messages, its end) goes
 * through one queue, so that nothing of a connection is seen before its beginning or behind its end.
 */
import { decodePeerMessage, encodePeerMessage, isBulk, type PeerMessage } from "@rookery/protocol/peer";
import { NO_HANDLERS, type PeerHandlers, type PeerNetwork } from "@rookery/server/internal";
import { type Stream, stream } from "../chance.ts";

/** What the links need of the world around them. Times in microseconds. */
export interface Surroundings {
  now(): number;
  /** Whether the member's process is there and listens. */
  isOpen(sid: number): boolean;
  after(delayUs: number, call: () => void): void;
  /** Runs in the member's process, or never if it is not there then. */
  inProcess(sid: number, at: number, call: () => void): void;
  say(sid: number, text: () => string): void;
}

export interface LinkRates {
  readonly leastUs: number;
  readonly meanUs: number;
  /** Chance of a message to break its connection. */
  readonly breaking: number;
}

type Plane = "control" | "bulk";
type Item =
  | { readonly type: "up"; readonly at: number }
  | { readonly type: "down"; readonly at: number }
  | { readonly type: "message"; readonly at: number; readonly message: PeerMessage | Buffer };

/** Messages under way in one direction above which its sender is congested, and below which it is told to go on. */
const CONGESTED = 60;
const DRAINED = 15;

/** One direction of one plane. */
interface Lane {
  readonly from: number;
  readonly to: number;
  readonly plane: Plane;
  /** On its way to `to`. */
  items: Item[];
  planned: boolean;
  lastAt: number;
  /** Something was lost, so all behind it is. */
  broken: boolean;
  /** Messages among `items`. */
  inFlight: number;
  congested: boolean;
  /** `to` has been told that there is a connection, and of no end. */
  up: boolean;
  /** Bulk: waits at `from` for the connection. */
  waiting: (PeerMessage | Buffer)[];
  readonly chance: Stream;
}

interface Link {
  readonly a: number;
  readonly b: number;
  alive: boolean;
  /** The attempt to connect that is under way, or 0. */
  attempt: number;
  bulk: "none" | "opening" | "alive";
  downUntil: number;
  readonly chance: Stream;
}

export class PeerLinks {
  private readonly around: Surroundings;
  private readonly links: Link[] = [];
  private readonly lanes = new Map<string, Lane>();
  private readonly cuts = new Map<string, number>();
  private readonly heldUntil = new Map<string, number>();
  private readonly handlers = new Map<number, () => PeerHandlers>();
  private readonly count: number;
  private readonly codec: boolean;
  private rates: LinkRates;
  private attempts = 0;

  constructor(seed: number, count: number, rates: LinkRates, codec: boolean, around: Surroundings) {
    this.around = around;
    this.count = count;
    this.rates = rates;
    this.codec = codec;
    for (let a = 1; a <= count; a++) {
      for (let b = a + 1; b <= count; b++) {
        const chance = stream(seed, "peer link", a, b);
        this.links.push({ a, b, alive: false, attempt: 0, bulk: "none", downUntil: 0, chance });
      }
    }
    for (let from = 1; from <= count; from++) {
      for (let to = 1; to <= count; to++) {
        for (const plane of ["control", "bulk"] as const) {
          const chance = stream(seed, plane, from, to);
          this.lanes.set(`${plane} ${from} ${to}`, {
            from,
            to,
            plane,
            items: [],
            planned: false,
            lastAt: 0,
            broken: false,
            inFlight: 0,
            congested: false,
            up: false,
            waiting: [],
            chance,
          });
        }
      }
    }
  }

  /** The network of one life of a member, which `isAlive` tells. */
  networkOf(sid: number, isAlive: () => boolean): PeerNetwork {
    const network: PeerNetwork = {
      handlers: NO_HANDLERS,
      send: (to, message) => {
        if (this.handlers.get(sid) === own) this.send(sid, to, message);
      },
      congested: (to) => this.lane("control", sid, to).congested,
      start: async () => {
        if (!isAlive()) return;
        this.handlers.set(sid, own);
        for (const link of this.linksOf(sid)) this.connect(link);
      },
      close: async () => {
        if (this.handlers.get(sid) === own) this.stopped(sid);
      },
    };
    const own = () => network.handlers;
    return network;
  }

  /** The process is gone: what was on its way to it is lost, and the others learn of it. */
  stopped(sid: number): void {
    this.handlers.delete(sid);
    for (const link of this.linksOf(sid)) {
      const peer = link.a === sid ? link.b : link.a;
      this.break(link);
      for (const plane of ["control", "bulk"] as const) {
        this.empty(this.lane(plane, peer, sid));
        this.lane(plane, sid, peer).waiting = [];
      }
      this.lane("control", sid, peer).congested = false;
    }
  }

  cut(from: number, to: number, loud: boolean): void {
    if (from === to) return;
    const key = `${from} ${to}`;
    this.cuts.set(key, (this.cuts.get(key) ?? 0) + 1);
    if (loud) this.break(this.link(from, to));
  }

  mend(from: number, to: number): void {
    if (from === to || !this.isCut(from, to)) return;
    const key = `${from} ${to}`;
    this.cuts.set(key, (this.cuts.get(key) ?? 0) - 1);
    if (this.isCut(from, to)) return;
    const link = this.link(from, to);
    if (this.lane("control", from, to).broken || this.lane("bulk", from, to).broken) this.break(link);
    this.connect(link);
  }

  flap(a: number, b: number, us: number): void {
    if (a === b) return;
    const link = this.link(a, b);
    link.downUntil = Math.max(link.downUntil, this.around.now() + us);
    this.break(link);
  }

  /** Nothing arrives for so long; then all of it does. */
  clog(from: number, to: number, us: number): void {
    this.heldUntil.set(`${from} ${to}`, this.around.now() + us);
  }

  breakBulk(a: number, b: number): void {
    if (a !== b) this.breakPlane(this.link(a, b), "bulk");
  }

  heal(rates: LinkRates): void {
    this.rates = rates;
    this.cuts.clear();
    this.heldUntil.clear();
    for (const lane of this.lanes.values()) this.unclog(lane);
    for (const link of this.links) {
      link.downUntil = 0;
      link.attempt = 0;
      this.break(link);
    }
  }

  /** What was held up arrives now: it, and what comes behind it, would come from the time of the faults. */
  private unclog(lane: Lane): void {
    const now = this.around.now();
    if (lane.lastAt <= now) return;
    lane.lastAt = now;
    lane.items = lane.items.map((item) => (item.at > now ? { ...item, at: now } : item));
    lane.planned = false;
    this.plan(lane);
  }

  private send(from: number, to: number, message: PeerMessage): void {
    if (from === to || to < 1 || to > this.count) return;
    const bulk = isBulk(message);
    const link = this.link(from, to);
    const lane = this.lane(bulk ? "bulk" : "control", from, to);
    const what = this.codec ? encodePeerMessage(message) : message;
    if (bulk && link.bulk !== "alive") {
      lane.waiting.push(what);
      this.openBulk(link);
      return;
    }
    // The sender may not know yet that its connection is gone, or never had one.
    if (!bulk && (!link.alive || !this.lane("control", to, from).up)) return;
    this.pass(lane, link, what);
  }

  private pass(lane: Lane, link: Link, message: PeerMessage | Buffer): void {
    if (lane.broken) return;
    if (this.isCut(lane.from, lane.to)) {
      lane.broken = true;
      return;
    }
    if (lane.chance.happens(this.rates.breaking)) {
      if (lane.plane === "bulk") this.breakPlane(link, "bulk");
      else this.break(link);
      return;
    }
    const slow = lane.plane === "bulk" ? 3 : 1;
    this.put(lane, this.delay(lane.chance) * slow, (at) => ({ type: "message", at, message }));
    lane.inFlight++;
    if (lane.plane === "control" && lane.inFlight >= CONGESTED) lane.congested = true;
  }

  private put(lane: Lane, delayUs: number, item: (at: number) => Item): void {
    const held = this.heldUntil.get(`${lane.from} ${lane.to}`) ?? 0;
    const at = Math.max(this.around.now() + delayUs, lane.lastAt, held);
    lane.lastAt = at;
    lane.items.push(item(at));
    this.plan(lane);
  }

  private plan(lane: Lane): void {
    const first = lane.items[0];
    if (lane.planned || first === undefined) return;
    lane.planned = true;
    const own = this.handlers.get(lane.to);
    this.around.inProcess(lane.to, first.at, () => {
      if (this.handlers.get(lane.to) === own) this.arrive(lane);
    });
  }

  /** All that is there by now is read in one go. */
  private arrive(lane: Lane): void {
    lane.planned = false;
    const handlers = this.handlers.get(lane.to)?.();
    if (handlers === undefined) return;
    const { from } = lane;
    let messages = 0;
    for (let item = lane.items[0]; item !== undefined && item.at <= this.around.now(); item = lane.items[0]) {
      lane.items.shift();
      if (item.type === "up") {
        lane.up = true;
        if (lane.plane === "control") handlers.onLinkUp(from);
      } else if (item.type === "down") {
        lane.up = false;
        this.lane("control", lane.to, from).congested = false;
        if (lane.plane === "control") handlers.onLinkDown(from);
        else handlers.onBulkDown(from);
      } else {
        this.landed(lane);
        const { message } = item;
        const read = Buffer.isBuffer(message) ? (decodePeerMessage(message) as PeerMessage) : message;
        this.around.say(lane.to, () => `<- ${from} ${briefly(read)}`);
        handlers.onMessage(from, read);
        messages++;
      }
      // It may have stopped in the middle.
      if (this.handlers.get(lane.to)?.() !== handlers) return;
    }
    if (messages > 0) handlers.onTurnEnd();
    this.plan(lane);
  }

  private landed(lane: Lane): void {
    lane.inFlight--;
    if (!lane.congested || lane.inFlight > DRAINED) return;
    lane.congested = false;
    const own = this.handlers.get(lane.from);
    this.around.inProcess(lane.from, this.around.now(), () => {
      const handlers = this.handlers.get(lane.from);
      if (handlers === own && this.lane("control", lane.to, lane.from).up) handlers?.().onDrained(lane.to);
    });
  }

  /** Makes a connection soon, if there is none and nothing stands in the way; who clears the way calls again. */
  private connect(link: Link): void {
    if (link.alive || link.attempt !== 0) return;
    const attempt = ++this.attempts;
    link.attempt = attempt;
    const { around } = this;
    const wait = Math.max(0, link.downUntil - around.now()) + this.delay(link.chance) * 3;
    around.after(wait, () => {
      if (link.attempt !== attempt) return;
      link.attempt = 0;
      if (link.alive || !this.reachable(link)) return;
      if (link.downUntil > around.now()) {
        this.connect(link);
        return;
      }
      link.alive = true;
      for (const lane of this.both(link, "control")) {
        lane.broken = false;
        this.put(lane, this.delay(lane.chance), (at) => ({ type: "up", at }));
      }
    });
  }

  private openBulk(link: Link): void {
    if (link.bulk !== "none") return;
    link.bulk = "opening";
    this.around.after(this.delay(link.chance) * 3, () => {
      if (link.bulk !== "opening") return;
      if (!this.reachable(link) || link.downUntil > this.around.now()) {
        link.bulk = "none";
        for (const lane of this.both(link, "bulk")) {
          if (lane.waiting.length === 0) continue;
          lane.waiting = [];
          // Whoever had something for it learns that it could not be made.
          this.put(this.lane("bulk", lane.to, lane.from), 0, (at) => ({ type: "down", at }));
        }
        return;
      }
      link.bulk = "alive";
      for (const lane of this.both(link, "bulk")) {
        lane.broken = false;
        const { waiting } = lane;
        lane.waiting = [];
        for (const message of waiting) this.pass(lane, link, message);
      }
    });
  }

  private break(link: Link): void {
    this.breakPlane(link, "bulk");
    if (link.alive) {
      link.alive = false;
      for (const lane of this.both(link, "control")) this.end(lane);
    }
    this.connect(link);
  }

  private breakPlane(link: Link, plane: "bulk"): void {
    if (link.bulk !== "alive") return;
    link.bulk = "none";
    for (const lane of this.both(link, plane)) this.end(lane);
  }

  /** Some of what was on its way still comes, then the end. */
  private end(lane: Lane): void {
    if (!this.around.isOpen(lane.to)) {
      this.empty(lane);
      return;
    }
    const ups = lane.items.findLastIndex(({ type }) => type !== "message");
    const messages = lane.items.length - 1 - ups;
    const kept = lane.chance.below(messages + 1);
    lane.items.length = ups + 1 + kept;
    lane.inFlight = lane.items.filter(({ type }) => type === "message").length;
    this.put(lane, this.delay(lane.chance), (at) => ({ type: "down", at }));
  }

  private empty(lane: Lane): void {
    lane.items = [];
    lane.planned = false;
    lane.inFlight = 0;
    lane.up = false;
    lane.congested = false;
  }

  private reachable({ a, b }: Link): boolean {
    return this.handlers.has(a) && this.handlers.has(b) && !this.isCut(a, b) && !this.isCut(b, a);
  }

  private isCut(from: number, to: number): boolean {
    return (this.cuts.get(`${from} ${to}`) ?? 0) > 0;
  }

  private delay(chance: Stream): number {
    return this.rates.leastUs + chance.around(this.rates.meanUs);
  }

  private both({ a, b }: Link, plane: Plane): readonly Lane[] {
    return [this.lane(plane, a, b), this.lane(plane, b, a)];
  }

  private lane(plane: Plane, from: number, to: number): Lane {
    return this.lanes.get(`${plane} ${from} ${to}`) as Lane;
  }

  private link(one: number, other: number): Link {
    const a = Math.min(one, other);
    const b = Math.max(one, other);
    return this.links.find((link) => link.a === a && link.b === b) as Link;
  }

  private linksOf(sid: number): Link[] {
    return this.links.filter(({ a, b }) => a === sid || b === sid);
  }
}

function briefly(message: PeerMessage): string {
  const text = JSON.stringify(message, (key, value) => {
    if (key === "chain" || key === "password" || key === "identities") return undefined;
    if (value instanceof Uint8Array || value?.type === "Buffer") return undefined;
    if (key === "entries") {
      const entries = value as { index: number; epoch: number; counter: number }[];
      const first = entries[0];
      const last = entries.at(-1);
      return first === undefined ? "" : `${first.index}…${last?.index} (${last?.epoch}/${last?.counter})`;
    }
    if (key === "epochs" && Array.isArray(value))
      return value
        .slice(-5)
        .map(({ epoch, leader, startIndex }) => `${epoch}:${leader}@${startIndex}`)
        .join(" ");
    return value;
  });
  return text.slice(0, 260);
}
