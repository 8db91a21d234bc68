/**
 * The links between members. A connection keeps order and loses nothing; what is lost breaks it, both ends learn of that
 * in their own time, and a new one is made. Loss, repetition and overtaking that nobody notices are features of their own
 * (D6), and so are cuts in one direction, clogging, and messages of the past that arrive again.
 */
import type { Message } from "@rookery/consensus";
import { decodePeerMessage, encodePeerMessage, type WireMessage } from "@rookery/protocol/peer";
import { type Stream, stream } from "./chance.ts";
import type { Network as Rates } from "./plan.ts";

/** What a network needs of the world around it. Times in microseconds. */
export interface Surroundings {
  now(): number;
  isUp(sid: number): boolean;
  after(delayUs: number, call: () => void): void;
  /** A message is to arrive at `to`; `connection` is 0 for one that comes from the past. */
  arriveAt(at: number, to: number, from: number, connection: number, message: Message): void;
  /** Something changes at a member, once it is not paused; false from `still` calls it off. */
  tell(
    sid: number,
    delayUs: number,
    still: () => boolean,
    what: "up" | "down" | "pause" | "resume",
    peer: number,
  ): void;
}

/** Messages under way in one direction above which the sender is told to hold back, and below which to go on. */
const CONGESTED = 40;
const DRAINED = 10;
const CAPTURED = 24;

interface Link {
  readonly a: number;
  readonly b: number;
  /** Ascends; 0 before the first. */
  connection: number;
  alive: boolean;
  planned: boolean;
  /** No new connection before then. */
  downUntil: number;
  readonly chance: Stream;
}

interface Direction {
  /** The connection that the sender's core was told of; 0 when it was told that there is none. */
  told: number;
  cuts: number;
  /** Something was lost: the connection breaks once the cut ends. */
  broken: boolean;
  lastArrival: number;
  heldUntil: number;
  inFlight: number;
  congested: boolean;
  readonly chance: Stream;
  readonly captured: Message[];
  sent: number;
}

export class Network {
  private readonly count: number;
  private readonly links: Link[] = [];
  private readonly directions: Direction[];
  private readonly around: Surroundings;
  private readonly codec: boolean;
  private rates: Rates;

  /** @param codec - Messages pass as bytes. */
  constructor(seed: number, count: number, rates: Rates, codec: boolean, around: Surroundings) {
    this.count = count;
    this.rates = rates;
    this.codec = codec;
    this.around = around;
    this.directions = Array.from({ length: (count + 1) * (count + 1) }, (_, at) => ({
      told: 0,
      cuts: 0,
      broken: false,
      lastArrival: 0,
      heldUntil: 0,
      inFlight: 0,
      congested: false,
      chance: stream(seed, "direction", Math.floor(at / (count + 1)), at % (count + 1)),
      captured: [],
      sent: 0,
    }));
    for (let a = 1; a <= count; a++) {
      for (let b = a + 1; b <= count; b++) {
        const chance = stream(seed, "link", a, b);
        this.links.push({ a, b, connection: 0, alive: false, planned: false, downUntil: 0, chance });
      }
    }
  }

  isConnected(from: number, to: number): boolean {
    if (from === to) return false;
    const { told } = this.direction(from, to);
    const link = this.link(from, to);
    return link.alive && told === link.connection;
  }

  /** Whether `from` was told of this connection and has not been told of its end: then its messages are in order. */
  accepts(receiver: number, from: number, connection: number): boolean {
    const { told } = this.direction(receiver, from);
    return connection === 0 ? told !== 0 : told === connection && this.link(receiver, from).connection === connection;
  }

  started(sid: number): void {
    for (const link of this.linksOf(sid)) this.connect(link);
  }

  /** The process is gone: its own end forgets, the others learn of it. */
  stopped(sid: number): void {
    for (const link of this.linksOf(sid)) {
      const direction = this.direction(sid, link.a === sid ? link.b : link.a);
      direction.told = 0;
      direction.congested = false;
      this.break(link);
    }
  }

  send(from: number, to: number, said: Message): void {
    const direction = this.direction(from, to);
    const link = this.link(from, to);
    if (!link.alive || direction.told !== link.connection) return;
    const message = this.codec ? throughWire(said) : said;
    const { chance, captured } = direction;
    direction.sent++;
    if (captured.length < CAPTURED) captured.push(message);
    // Half of them recent, half of any age.
    else if (direction.sent % 40 === 0) captured[CAPTURED / 2 + chance.below(CAPTURED / 2)] = message;
    else captured[direction.sent % (CAPTURED / 2)] = message;
    const { rates } = this;
    if (direction.cuts > 0) {
      direction.broken = true;
      return;
    }
    if (chance.happens(rates.loss)) return;
    if (chance.happens(rates.breaking)) {
      this.break(link);
      return;
    }
    this.pass(direction, link, from, to, message);
    if (chance.happens(rates.duplication)) this.pass(direction, link, from, to, message);
  }

  /** A message has left the wire, one way or another. What an earlier connection held up is none of this one's. */
  landed(from: number, to: number, connection: number): void {
    const link = this.link(from, to);
    if (!link.alive || connection !== link.connection) return;
    const direction = this.direction(from, to);
    direction.inFlight--;
    if (!direction.congested || direction.inFlight > DRAINED) return;
    direction.congested = false;
    const { told } = direction;
    if (told !== 0) this.around.tell(from, 0, () => direction.told === told, "resume", to);
  }

  cut(from: number, to: number, loud: boolean): void {
    if (from === to) return;
    this.direction(from, to).cuts++;
    if (loud) this.break(this.link(from, to));
  }

  mend(from: number, to: number): void {
    if (from === to) return;
    const direction = this.direction(from, to);
    direction.cuts--;
    if (direction.cuts > 0) return;
    const link = this.link(from, to);
    if (direction.broken) this.break(link);
    direction.broken = false;
    this.connect(link);
  }

  flap(a: number, b: number, us: number): void {
    if (a === b) return;
    const link = this.link(a, b);
    link.downUntil = Math.max(link.downUntil, this.around.now() + us);
    this.break(link);
  }

  clog(from: number, to: number, us: number): void {
    if (from === to) return;
    const direction = this.direction(from, to);
    direction.heldUntil = Math.max(direction.heldUntil, this.around.now() + us);
  }

  replay(from: number, to: number, count: number): void {
    if (from === to) return;
    const { captured, chance, told } = this.direction(from, to);
    if (told === 0) return;
    for (let n = 0; n < count && captured.length > 0; n++) {
      const at = this.around.now() + this.delay(chance);
      this.around.arriveAt(at, to, from, 0, chance.one(captured));
    }
  }

  /** No more faults: the links of these members can be made, and what passes is passed quickly and once. */
  heal(rates: Rates, sids: readonly number[]): void {
    this.rates = rates;
    const now = this.around.now();
    for (const link of this.links) {
      if (!sids.includes(link.a) && !sids.includes(link.b)) continue;
      let disturbed = false;
      for (const direction of [this.direction(link.a, link.b), this.direction(link.b, link.a)]) {
        disturbed ||= direction.cuts > 0 || direction.heldUntil > now;
        direction.cuts = 0;
        direction.heldUntil = 0;
      }
      link.downUntil = 0;
      // What is held up would come from the time of the faults. A link that merely lost messages stays as it is: they
      // must be sent again.
      if (disturbed) this.break(link);
      this.connect(link);
    }
  }

  private pass(direction: Direction, link: Link, from: number, to: number, message: Message): void {
    const { chance } = direction;
    let at = this.around.now() + this.delay(chance);
    if (at < direction.heldUntil) at = direction.heldUntil;
    if (chance.happens(this.rates.reordering)) at += chance.below(this.rates.meanUs * 4);
    else if (at < direction.lastArrival) at = direction.lastArrival;
    else direction.lastArrival = at;
    direction.inFlight++;
    if (!direction.congested && direction.inFlight >= CONGESTED) {
      direction.congested = true;
      const { told } = direction;
      this.around.tell(from, 0, () => direction.told === told && direction.congested, "pause", to);
    }
    this.around.arriveAt(at, to, from, link.connection, message);
  }

  private delay(chance: Stream): number {
    return this.rates.leastUs + chance.around(this.rates.meanUs);
  }

  /** Makes a connection soon, if there is none and nothing stands in the way; who clears the way calls again. */
  private connect(link: Link): void {
    if (link.alive || link.planned) return;
    link.planned = true;
    const { around } = this;
    const wait = Math.max(0, link.downUntil - around.now()) + this.delay(link.chance) * 2;
    around.after(wait, () => {
      link.planned = false;
      if (!around.isUp(link.a) || !around.isUp(link.b) || link.alive) return;
      if (this.direction(link.a, link.b).cuts > 0 || this.direction(link.b, link.a).cuts > 0) return;
      if (link.downUntil > around.now()) {
        this.connect(link);
        return;
      }
      link.alive = true;
      link.connection++;
      this.tellUp(link, link.a, link.b);
      this.tellUp(link, link.b, link.a);
    });
  }

  private tellUp(link: Link, sid: number, peer: number): void {
    const { connection } = link;
    const delay = this.delay(link.chance);
    // Nothing arrives before the receiver knows of the connection.
    const incoming = this.direction(peer, sid);
    incoming.lastArrival = this.around.now() + delay;
    incoming.broken = false;
    this.around.tell(sid, delay, () => link.alive && link.connection === connection, "up", peer);
  }

  /** The core of `sid` is about to be told that the connection is there. Answers whether it still has an old one. */
  toldUp(sid: number, peer: number): boolean {
    const direction = this.direction(sid, peer);
    const stale = direction.told !== 0;
    direction.told = this.link(sid, peer).connection;
    direction.congested = false;
    return stale;
  }

  toldDown(sid: number, peer: number): void {
    const direction = this.direction(sid, peer);
    direction.told = 0;
    direction.congested = false;
  }

  private break(link: Link): void {
    if (link.alive) {
      link.alive = false;
      for (const [sid, peer] of [
        [link.a, link.b],
        [link.b, link.a],
      ] as const) {
        const direction = this.direction(sid, peer);
        const { connection } = link;
        direction.inFlight = 0;
        this.around.tell(sid, this.delay(link.chance), () => direction.told === connection, "down", peer);
      }
    }
    this.connect(link);
  }

  private direction(from: number, to: number): Direction {
    return this.directions[from * (this.count + 1) + to] as Direction;
  }

  private link(one: number, other: number): Link {
    const a = Math.min(one, other);
    const b = Math.max(one, other);
    // Rows of a triangle: those of member 1 first.
    return this.links[((a - 1) * (2 * this.count - a)) / 2 + (b - a - 1)] as Link;
  }

  private linksOf(sid: number): Link[] {
    return this.links.filter(({ a, b }) => a === sid || b === sid);
  }
}

/** @throws Error if the wire gives back something else than a message of the core's. */
function throughWire(said: Message): Message {
  const heard: WireMessage = decodePeerMessage(encodePeerMessage(said));
  if (heard.type !== said.type) throw new Error(`the wire makes a ${heard.type} of a ${said.type}`);
  return heard as Message;
}
