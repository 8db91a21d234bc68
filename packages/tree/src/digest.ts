/**
 * The digest of a state: one number that members compare to know that they hold the same. It is a sum of hashes, one of
 * each znode, ACL list and session, so that a change moves it by what the changed thing counted before and counts now,
 * and so that no order matters. It finds bugs and damage; it does not withstand who makes collisions on purpose.
 */
import { crc32 } from "node:zlib";
import type { StateReader } from "@rookery/storage";
import { makeAclList, OPEN_ACL_BYTES } from "./acl.ts";
import { nameInKey, parentInKey, readId, TABLE } from "./schema.ts";
import { decodeRecord, longNameOf, STAT, Znode } from "./znode.ts";

/** The sum modulo 2^53, in two lanes that are hashed apart. Every integer of 53 bits is a safe one. */
export class Digest {
  /** The upper 21 bits. */
  high = 0;
  /** The lower 32 bits, signed: what V8 keeps without an object of its own. */
  low = 0;

  get value(): number {
    return this.high * 2 ** 32 + (this.low >>> 0);
  }

  copy(): Digest {
    const copy = new Digest();
    copy.add(this);
    return copy;
  }

  add({ high, low }: Digest): void {
    this.move(high, low, 1);
  }

  subtract({ high, low }: Digest): void {
    this.move(high, low, -1);
  }

  /** Counts in (`sign` 1) or out (−1) what {@link hashNode} found last. */
  countNode({ hashHigh, hashLow }: Znode, sign: 1 | -1): void {
    this.move(hashHigh, hashLow, sign);
  }

  countAcl(id: number, bytes: Uint8Array, sign: 1 | -1): void {
    this.count(absorb(SEED_ACL, id), crc32(bytes), sign);
  }

  countSession(id: bigint, timeoutMs: number, sign: 1 | -1): void {
    const high = Number(BigInt.asIntN(32, id >> 32n));
    const low = Number(BigInt.asIntN(32, id));
    this.count(absorb(SEED_SESSION, high), absorb(absorb(SEED_SESSION, low), timeoutMs), sign);
  }

  private count(a: number, b: number, sign: 1 | -1): void {
    const high = stir(a, b);
    this.move(high & HIGH_MASK, stir(b, high), sign);
  }

  private move(high: number, low: number, sign: 1 | -1): void {
    this.high = (this.high + sign * high) & HIGH_MASK;
    this.low = (this.low + sign * low) | 0;
  }
}

/**
 * Finds what a znode counts for as it is: its place, kind and ids, its Stat and its data. 0.1 µs, and for data not hashed
 * yet 0.06 µs for 100 bytes, 0.4 µs for 1 KiB.
 */
export function hashNode(node: Znode, aclId: number): void {
  const { wire, name, parentId, ttlMs } = node;
  node.dataHash ??= hashData(wire);
  let text = 0;
  for (let at = 0; at < name.length; at++) text = Math.imul(text ^ name.charCodeAt(at), PRIME);
  let a = absorb(absorb(absorb(SEED_NODE + node.kind, text), node.id), aclId);
  let b = absorb(absorb(node.dataHash, parentId), ttlMs === 0 ? 0 : absorb(absorb(SEED_NODE, ttlMs / 2 ** 32), ttlMs));
  const end = wire.length - 4;
  let at = end + 4 - STAT.bytes;
  for (; at < end; at += 8) {
    a = absorb(a, wordAt(wire, at));
    b = absorb(b, wordAt(wire, at + 4));
  }
  a = stir(absorb(a, wordAt(wire, end)), b);
  node.hashHigh = a & HIGH_MASK;
  node.hashLow = stir(b, a);
}

const HIGH_MASK = 0x1f_ffff;
/** What a hash begins with; those of znodes with their kind added. */
const SEED_NODE = 1;
const SEED_ACL = 17;
const SEED_SESSION = 33;
/** Of FNV-1a, 32 bits. */
const PRIME = 0x0100_0193;
/** Longest data hashed here: a native call costs 0.2 µs before its first byte, with the view of the data that it needs. */
const DATA_HASHED_HERE = 512;

/**
 * One to one in both arguments, so that a single word that differs always shows; the first must be absorbed already, or the
 * two can be exchanged. The multipliers are MurmurHash3's.
 */
function absorb(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}

/** At the end, makes one half depend on the other: each word went into one of them alone. */
function stir(hash: number, other: number): number {
  const mixed = Math.imul(hash ^ (other << 16) ^ (other >>> 16), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 13);
}

function wordAt(from: Buffer, at: number): number {
  return (
    ((from[at] as number) << 24) |
    ((from[at + 1] as number) << 16) |
    ((from[at + 2] as number) << 8) |
    (from[at + 3] as number)
  );
}

/** Of the data in a znode's wire form and of whether there is any: null and empty data differ by their length's word. */
function hashData(wire: Buffer): number {
  const end = wire.length - STAT.bytes;
  if (end - 4 > DATA_HASHED_HERE) return absorb(crc32(wire.subarray(4, end)), wordAt(wire, 0));
  let a = absorb(SEED_NODE, wordAt(wire, 0));
  let b = 0;
  let at = 4;
  for (; at + 8 <= end; at += 8) {
    a = absorb(a, wordAt(wire, at));
    b = absorb(b, wordAt(wire, at + 4));
  }
  for (; at < end; at++) a = absorb(a, wire[at] as number);
  return stir(a, b);
}

/**
 * The digest of all that a store or a snapshot of one holds, from nothing but its tables. Rests (yields) after every
 * `rowsPerStep` rows; what it reads must stay as it is meanwhile.
 */
export function* countState(state: StateReader, rowsPerStep: number): Generator<undefined, Digest> {
  const sum = new Digest();
  const acl = makeAclList(1, OPEN_ACL_BYTES);
  yield* eachRow(state, TABLE.node, rowsPerStep, (key, value) => {
    const node = new Znode("", nameInKey(key) ?? longNameOf(value), parentInKey(key), acl);
    hashNode(node, decodeRecord(node, value).aclId);
    sum.countNode(node, 1);
  });
  yield* eachRow(state, TABLE.acl, rowsPerStep, (key, value) => {
    // The other rows of this table lead from a list to its id.
    if (key[0] === 0) sum.countAcl(readId(Buffer.from(key), 1), value.subarray(4), 1);
  });
  yield* eachRow(state, TABLE.session, rowsPerStep, (key, value) => {
    sum.countSession(Buffer.from(key).readBigInt64BE(0), Buffer.from(value).readUInt32BE(0), 1);
  });
  return sum;
}

/** Above every key. */
const END = Buffer.alloc(2000, 0xff);

function* eachRow(
  state: StateReader,
  table: number,
  rowsPerStep: number,
  visit: (key: Uint8Array, value: Uint8Array) => void,
): Generator<undefined, void> {
  let from: Uint8Array = new Uint8Array(0);
  for (let rows = rowsPerStep; rows === rowsPerStep; ) {
    rows = 0;
    let last: Uint8Array = from;
    state.scan(table, { from, to: END, limit: rowsPerStep }, (key, value) => {
      rows++;
      if (rows === rowsPerStep) last = Uint8Array.from(key);
      visit(key, value);
    });
    if (rows < rowsPerStep) return;
    from = Buffer.concat([last, Buffer.of(0)]);
    yield;
  }
}
