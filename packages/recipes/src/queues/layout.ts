/** How items are named and framed: the layouts of ZooKeeper's own queue, of Curator and of kazoo. */
import { CoordinationError } from "@rookery/client";

export interface Layout {
  /** What comes before the digits, for a new item of this rank or id. */
  readonly prefix: string;
  /** Whether a child with ten digits at its end is an item; others are left alone. */
  isItem(name: string): boolean;
  /** Items of a lower rank come first, and those of one rank by their digits. Undefined: all have the same. */
  readonly rank?: (name: string) => number;
  /** Not before this time, ms since 1970. Undefined: at once. */
  readonly due?: (name: string) => number;
  frame(payload: Uint8Array): Uint8Array;
  /** A znode of Curator's may hold several items. */
  unframe(data: Buffer): readonly Buffer[];
}

const DIGITS = /[0-9]{10}$/;

/** The items among `names`, in their order. */
export function inOrder(layout: Layout, names: readonly string[]): string[] {
  const items = names.filter((name) => DIGITS.test(name) && layout.isItem(name));
  const { rank } = layout;
  const digits = (name: string) => name.slice(-10);
  const byDigits = (a: string, b: string) => (digits(a) < digits(b) ? -1 : 1);
  return items.sort(rank === undefined ? byDigits : (a, b) => rank(a) - rank(b) || byDigits(a, b));
}

/** What an item's znode was created as. */
export function prefixOf(name: string): string {
  return name.replace(DIGITS, "");
}

const plain = {
  frame: (payload: Uint8Array) => payload,
  unframe: (data: Buffer) => [data],
};

/** ZooKeeper's own recipe and Curator's SimpleDistributedQueue. */
export const SIMPLE: Layout = { prefix: "qn-", isItem: (name) => /^qn-[0-9]+$/.test(name), ...plain };

const PRIORITY = /^entry-([0-9]{3})-[0-9]{10}$/;

/** kazoo's Queue, and the entries of its LockingQueue. */
export const PRIORITIES: Layout = {
  prefix: "entry-",
  isItem: (name) => PRIORITY.test(name),
  rank: (name) => Number(PRIORITY.exec(name)?.[1]),
  ...plain,
};

const curator = {
  prefix: "queue-",
  isItem: (name: string) => name.startsWith("queue-"),
  frame: frameOne,
  unframe: unframeAll,
};

/** Curator's DistributedIdQueue: `queue-|<id>|<digits>`. */
export const IDS: Layout = curator;

/** Curator's DistributedDelayQueue: `queue-|<time, hexadecimal>|<digits>`; without a time it is due. */
export const DELAYS: Layout = { ...curator, rank: dueOf, due: dueOf };

const DUE = /\|([0-9A-Fa-f]+)\|[0-9]{10}$/;

function dueOf(name: string): number {
  const time = DUE.exec(name)?.[1];
  return time === undefined ? 0 : Number.parseInt(time, 16);
}

// ── Curator's frame: a version, each item as 1, its length, its bytes; 2 at the end ──────────────────────────

const VERSION = 0x0001_0001;
const ITEM = 1;
const END = 2;

function frameOne(payload: Uint8Array): Buffer {
  return frameAll([payload]);
}

export function frameAll(payloads: readonly Uint8Array[]): Buffer {
  const parts: Uint8Array[] = [int32(VERSION)];
  for (const payload of payloads) parts.push(Uint8Array.of(ITEM), int32(payload.length), payload);
  parts.push(Uint8Array.of(END));
  return Buffer.concat(parts);
}

function int32(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeInt32BE(value);
  return data;
}

function unframeAll(data: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  if (data.length < 5 || data.readInt32BE() !== VERSION) throw notAFrame("it does not begin with version 1.1");
  for (let at = 4; ; ) {
    const code = data[at];
    if (code === END) return payloads;
    if (code !== ITEM || at + 5 > data.length) throw notAFrame(`byte ${at} begins no item`);
    const length = data.readInt32BE(at + 1);
    if (length < 0 || at + 5 + length > data.length) throw notAFrame(`the item at byte ${at} has ${length} bytes`);
    payloads.push(data.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
}

function notAFrame(text: string): CoordinationError {
  return new CoordinationError("DATA_INCONSISTENCY", `not an item as Curator's queues frame it: ${text}`);
}
