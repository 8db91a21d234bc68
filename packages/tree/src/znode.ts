/**
 * One znode in memory. Its bytes are kept as the client wire wants them, data then Stat, so that a read is one copy;
 * the fields beside them are what decisions need and the wire does not show.
 */
import type { AclList } from "./acl.ts";
import { readId, writeId } from "./schema.ts";

/** Layout of Stat, 68 bytes. Source: zookeeper.jute, Stat. */
export const STAT = {
  czxid: 0, mzxid: 8, ctime: 16, mtime: 24, version: 32, cversion: 36, aversion: 40,
  ephemeralOwner: 44, dataLength: 52, numChildren: 56, pzxid: 60, bytes: 68,
} as const; // biome-ignore format: one row of the layout a line would hide its shape

/** As `NodeKind` of transaction.proto. */
export const KIND = { persistent: 0, ephemeral: 1, container: 2, ttl: 3 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** A znode as it will be once every proposed transaction has been applied. Stale once `index` has been applied. */
export class Speculation {
  /** Who proposed: of a later one's, nothing here is true. */
  by: unknown;
  index = 0;
  exists = false;
  version = 0;
  aversion = 0;
  cversion = 0;
  numChildren = 0;
  kind: Kind = KIND.persistent;
  /** Session id of an ephemeral, else 0n. */
  owner = 0n;
  acl: AclList;

  constructor(acl: AclList) {
    this.acl = acl;
  }
}

/** The znode has changes that no commit holds yet. */
export const DIRTY = 1;
/** The znode is part of the commit in flight: what the store shows of it is not reliable. */
export const COMMITTING = 2;
/** The transaction applied last changed the znode, and the digest does not count it as it is now. Always {@link DIRTY} too. */
export const TOUCHED = 4;

/** As `hashHigh`: the digest counts this znode, and what for has not been asked since it was read from the store. */
export const UNHASHED = -1;

export class Znode {
  readonly path: string;
  readonly name: string;
  readonly parentId: number;
  id = 0;
  /** False for a placeholder: a path that is absent, or deleted and not yet committed so. */
  exists = false;
  /** Data length, data, Stat: the body of a getData reply. */
  wire: Buffer = EMPTY_WIRE;
  /** Hash of the data, once the digest has asked for it: a change of the Stat alone must not cost a look at all data. */
  dataHash: number | undefined;
  /** What the digest counts for this znode, in its two lanes, or {@link UNHASHED}; 0 and 0 for one that does not exist. */
  hashHigh = 0;
  hashLow = 0;
  acl: AclList;
  kind: Kind = KIND.persistent;
  /** Session id of an ephemeral, else 0n. */
  owner = 0n;
  ttlMs = 0;
  /** Counts creates below; names sequential nodes. The visible cversion is twice this less the children. */
  storedCversion = 0;
  /** Names of all children, when held. */
  children: Set<string> | undefined;
  /** Children that came (true) or went (false) since the store's last commit, when `children` is not held. */
  childChanges: Map<string, boolean> | undefined;
  childChangesCommitting: Map<string, boolean> | undefined;
  speculation: Speculation | undefined;
  /** {@link DIRTY}, {@link COMMITTING} and {@link TOUCHED}. */
  flags = 0;
  /** Read since the cache's hand last passed. */
  hot = true;
  /** The id under which the store holds a record at this key, or 0. A deleted and re-created path changes its id. */
  storedId = 0;
  /** The due time the store holds for `storedId`, or 0. */
  storedDueMs = 0;
  storedOwner = 0n;
  /** What this znode counts for in the cache's estimate. */
  cost = 0;

  constructor(path: string, name: string, parentId: number, acl: AclList) {
    this.path = path;
    this.name = name;
    this.parentId = parentId;
    this.acl = acl;
  }

  get stat(): number {
    return this.wire.length - STAT.bytes;
  }

  get version(): number {
    return this.wire.readInt32BE(this.wire.length - STAT.bytes + STAT.version);
  }

  get aversion(): number {
    return this.wire.readInt32BE(this.wire.length - STAT.bytes + STAT.aversion);
  }

  get numChildren(): number {
    return this.wire.readInt32BE(this.wire.length - STAT.bytes + STAT.numChildren);
  }

  get dataLength(): number {
    return this.wire.length - STAT.bytes - 4;
  }

  get mtimeMs(): number {
    const at = this.wire.length - STAT.bytes + STAT.mtime;
    return this.wire.readInt32BE(at) * 2 ** 32 + this.wire.readUInt32BE(at + 4);
  }

  /** A copy of the data, or null. */
  data(): Buffer | null {
    return this.wire.readInt32BE(0) < 0 ? null : Buffer.from(this.wire.subarray(4, this.wire.length - STAT.bytes));
  }

  writeZxid(field: number, epoch: number, counter: number): void {
    const at = this.wire.length - STAT.bytes + field;
    this.wire.writeUInt32BE(epoch, at);
    this.wire.writeUInt32BE(counter, at + 4);
  }

  /** Whether the 64-bit Stat field, signed, is greater than the given signed value in halves. */
  isNewer(field: number, high: number, low: number): boolean {
    const at = this.wire.length - STAT.bytes + field;
    const mine = this.wire.readInt32BE(at);
    return mine !== high ? mine > high : this.wire.readUInt32BE(at + 4) > low;
  }

  writeTime(field: number, ms: number): void {
    const at = this.wire.length - STAT.bytes + field;
    this.wire.writeUInt32BE(Math.floor(ms / 2 ** 32), at);
    this.wire.writeUInt32BE(ms % 2 ** 32, at + 4);
  }

  writeInt(field: number, value: number): void {
    this.wire.writeInt32BE(value, this.wire.length - STAT.bytes + field);
  }

  /** Replaces the data and keeps the Stat but for dataLength. */
  replaceData(data: Uint8Array | null | undefined): void {
    this.dataHash = undefined;
    const length = data === null || data === undefined ? 0 : data.length;
    if (length !== this.wire.length - STAT.bytes - 4) {
      const next = Buffer.allocUnsafe(4 + length + STAT.bytes);
      this.wire.copy(next, 4 + length, this.wire.length - STAT.bytes);
      this.wire = next;
      next.writeInt32BE(length, 4 + length + STAT.dataLength);
    }
    this.wire.writeInt32BE(data === null || data === undefined ? -1 : length, 0);
    if (length > 0) this.wire.set(data as Uint8Array, 4);
  }

  /** Sets numChildren and, with `storedCversion`, the visible cversion. */
  writeChildren(numChildren: number): void {
    const at = this.wire.length - STAT.bytes;
    this.wire.writeInt32BE(numChildren, at + STAT.numChildren);
    this.wire.writeInt32BE((2 * this.storedCversion - numChildren) | 0, at + STAT.cversion);
  }
}

const EMPTY_WIRE = Buffer.alloc(4 + STAT.bytes);

/** A znode's first bytes: data and a Stat with all zxids and times those of its creation. */
export function newWire(data: Uint8Array | null | undefined): Buffer {
  const length = data === null || data === undefined ? 0 : data.length;
  const wire = Buffer.allocUnsafe(4 + length + STAT.bytes);
  wire.fill(0, 4 + length);
  wire.writeInt32BE(data === null || data === undefined ? -1 : length, 0);
  if (length > 0) wire.set(data as Uint8Array, 4);
  wire.writeInt32BE(length, 4 + length + STAT.dataLength);
  return wire;
}

/**
 * The stored record: layout version u8, kind u8, id u48, ACL id u48, stored cversion i32, owner i64 or TTL u64,
 * due u48, bytes of a long name u32, the long name, then the wire form.
 */
const HEADER_BYTES = 36;
const RECORD_LAYOUT = 1;

export function encodeRecord(node: Znode, aclId: number, dueMs: number, longName: Buffer | undefined): Buffer {
  const nameBytes = longName === undefined ? 0 : longName.length;
  const out = Buffer.allocUnsafe(HEADER_BYTES + nameBytes + node.wire.length);
  out[0] = RECORD_LAYOUT;
  out[1] = node.kind;
  writeId(out, node.id, 2);
  writeId(out, aclId, 8);
  out.writeInt32BE(node.storedCversion, 14);
  if (node.kind === KIND.ttl) {
    out.writeUInt32BE(Math.floor(node.ttlMs / 2 ** 32), 18);
    out.writeUInt32BE(node.ttlMs % 2 ** 32, 22);
  } else if (node.kind === KIND.ephemeral) {
    out.writeBigInt64BE(node.owner, 18);
  } else {
    out.fill(0, 18, 26);
  }
  writeId(out, dueMs, 26);
  out.writeUInt32BE(nameBytes, 32);
  if (longName !== undefined) longName.copy(out, HEADER_BYTES);
  node.wire.copy(out, HEADER_BYTES + nameBytes);
  return out;
}

export interface DecodedRecord {
  readonly aclId: number;
  readonly dueMs: number;
}

/** Fills `node` from a stored record; copies what it keeps. */
export function decodeRecord(node: Znode, value: Uint8Array): DecodedRecord {
  const from = Buffer.from(value.buffer, value.byteOffset, value.length);
  if (from[0] !== RECORD_LAYOUT)
    throw new Error(`znode record of ${node.path} has layout ${from[0]}, not ${RECORD_LAYOUT}`);
  node.kind = from[1] as Kind;
  node.id = readId(from, 2);
  node.storedCversion = from.readInt32BE(14);
  if (node.kind === KIND.ttl) node.ttlMs = from.readUInt32BE(18) * 2 ** 32 + from.readUInt32BE(22);
  else if (node.kind === KIND.ephemeral) node.owner = from.readBigInt64BE(18);
  const start = HEADER_BYTES + from.readUInt32BE(32);
  const wire = Buffer.allocUnsafe(from.length - start);
  from.copy(wire, 0, start);
  node.wire = wire;
  node.exists = true;
  node.hashHigh = UNHASHED;
  node.storedId = node.id;
  node.storedOwner = node.owner;
  return { aclId: readId(from, 8), dueMs: readId(from, 26) };
}

/** The long name in a stored record whose key holds only its hash. */
export function longNameOf(value: Uint8Array): string {
  const from = Buffer.from(value.buffer, value.byteOffset, value.length);
  return from.toString("utf8", HEADER_BYTES, HEADER_BYTES + from.readUInt32BE(32));
}
