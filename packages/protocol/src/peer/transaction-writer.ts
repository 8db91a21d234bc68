/**
 * Writes a Transaction as protobuf, byte for byte as the generated code does, in a fraction of its time. The schema is
 * `transaction.proto`; the generated code is the reference this is tested against, and it does the reading.
 *
 * A message is written back to front: when a length is due, what it counts is already there. Measured on Node 20.20,
 * generated code against this: setData of 128 bytes 575 and 193 ns, create 508 and 212, a multi of four 1079 and 566.
 */
import type { rookery } from "./gen/transaction.js";

const NOTHING = Buffer.alloc(0);
const SLAB_BYTES = 65_536;

/** Free memory is what lies before `at`. What lies behind was handed out and is never written again. */
let slab: Buffer = NOTHING;
let at = 0;
/** Where the message being written ends. */
let end = 0;

/** The message's bytes, in memory that nothing else will write to. They may share a slab of 64 KiB with others. */
export function writeTransaction(message: rookery.Transaction.$Shape): Uint8Array {
  end = at;
  transaction(message);
  const written = slab.subarray(at, end);
  if (slab.length > SLAB_BYTES) {
    // What follows must not share, and so keep alive, the memory of one large message.
    slab = NOTHING;
    at = 0;
  }
  return written;
}

// Fields descend, so that on the wire they ascend. A scalar without presence is left out when it is its default.

function transaction(message: rookery.Transaction.$Shape): void {
  if (message.multi != null) {
    const before = end - at;
    multi(message.multi);
    bytesHead(before, 11);
  }
  if (message.closeSession != null) {
    const before = end - at;
    const paths = message.closeSession.paths ?? [];
    for (let i = paths.length - 1; i >= 0; i--) {
      text(paths[i] as string, 1);
    }
    bytesHead(before, 10);
  }
  if (message.createSession != null) {
    const before = end - at;
    const timeoutMs = message.createSession.timeoutMs ?? 0;
    if (timeoutMs !== 0) {
      uint32(timeoutMs);
      tag(1, VARINT);
    }
    bytesHead(before, 9);
  }
  change(message, 5);
  if (message.failure != null) {
    sint32(message.failure);
    tag(4, VARINT);
  }
  if (message.timeMs != null && (message.timeMs.low | message.timeMs.high) !== 0) {
    uint64(message.timeMs.low, message.timeMs.high);
    tag(3, VARINT);
  }
  const xid = message.xid ?? 0;
  if (xid !== 0) {
    sint32(xid);
    tag(2, VARINT);
  }
  if (message.session != null && (message.session.low | message.session.high) !== 0) {
    fixed64(message.session.low, message.session.high);
    tag(1, FIXED64);
  }
}

function multi(message: rookery.Multi.$Shape): void {
  const operations = message.operations ?? [];
  for (let i = operations.length - 1; i >= 0; i--) {
    const operation = operations[i] as rookery.Operation.$Shape;
    const before = end - at;
    if (operation.check != null) {
      bool(operation.check);
      tag(6, VARINT);
    }
    if (operation.failure != null) {
      sint32(operation.failure);
      tag(5, VARINT);
    }
    change(operation, 1);
    bytesHead(before, 1);
  }
}

/** The four changes of a znode that a transaction and an operation of a multi have in common, in this order. */
interface Change {
  readonly create?: rookery.Create.$Shape | null;
  readonly delete?: rookery.Delete.$Shape | null;
  readonly setData?: rookery.SetData.$Shape | null;
  readonly setAcl?: rookery.SetAcl.$Shape | null;
}

function change(message: Change, firstField: number): void {
  if (message.setAcl != null) {
    const before = end - at;
    versioned(message.setAcl.aversion);
    if (message.setAcl.acl != null && message.setAcl.acl.length > 0) {
      bytes(message.setAcl.acl, 2);
    }
    path(message.setAcl.path);
    bytesHead(before, firstField + 3);
  }
  if (message.setData != null) {
    const before = end - at;
    versioned(message.setData.version);
    if (message.setData.data != null) {
      bytes(message.setData.data, 2);
    }
    path(message.setData.path);
    bytesHead(before, firstField + 2);
  }
  if (message.delete != null) {
    const before = end - at;
    path(message.delete.path);
    bytesHead(before, firstField + 1);
  }
  if (message.create != null) {
    const before = end - at;
    create(message.create);
    bytesHead(before, firstField);
  }
}

function create(message: rookery.Create.$Shape): void {
  if (message.withStat) {
    bool(true);
    tag(7, VARINT);
  }
  const parentCversion = message.parentCversion ?? 0;
  if (parentCversion !== 0) {
    sint32(parentCversion);
    tag(6, VARINT);
  }
  if (message.ttlMs != null && (message.ttlMs.low | message.ttlMs.high) !== 0) {
    uint64(message.ttlMs.low, message.ttlMs.high);
    tag(5, VARINT);
  }
  const kind = message.kind ?? 0;
  if (kind !== 0) {
    uint32(kind);
    tag(4, VARINT);
  }
  if (message.acl != null && message.acl.length > 0) {
    bytes(message.acl, 3);
  }
  if (message.data != null) {
    bytes(message.data, 2);
  }
  path(message.path);
}

function path(value: string | null | undefined): void {
  if (value != null && value !== "") {
    text(value, 1);
  }
}

function versioned(version: number | null | undefined): void {
  if (version != null && version !== 0) {
    sint32(version);
    tag(3, VARINT);
  }
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** A field number up to 15, so that the tag is one byte. */
function tag(field: number, wireType: number): void {
  reserve(1);
  slab[--at] = (field << 3) | wireType;
}

/** The length and tag of what has been written since `end - at` was `before`. Growing moves both ends alike. */
function bytesHead(before: number, field: number): void {
  uint32(end - at - before);
  tag(field, BYTES);
}

function bytes(value: Uint8Array, field: number): void {
  const length = value.length;
  reserve(length);
  at -= length;
  slab.set(value, at);
  uint32(length);
  tag(field, BYTES);
}

/** Up to this many characters a loop wins. More than in `JuteWriter`: here the bytes must be counted before they are written. */
const LOOP_CHARS_MAX = 40;

function text(value: string, field: number): void {
  const length = value.length;
  if (length > LOOP_CHARS_MAX || !ascii(value, length)) {
    const size = Buffer.byteLength(value);
    reserve(size);
    at -= size;
    slab.write(value, at, "utf8");
    uint32(size);
  } else {
    uint32(length);
  }
  tag(field, BYTES);
}

function ascii(value: string, length: number): boolean {
  reserve(length);
  const start = at - length;
  const target = slab;
  let seen = 0;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    seen |= code;
    target[start + i] = code;
  }
  if (seen >= 0x80) {
    return false;
  }
  at = start;
  return true;
}

function bool(value: boolean): void {
  reserve(1);
  slab[--at] = value ? 1 : 0;
}

function sint32(value: number): void {
  uint32((value << 1) ^ (value >> 31));
}

function uint32(value: number): void {
  reserve(5);
  const v = value >>> 0;
  if (v < 0x80) {
    slab[--at] = v;
    return;
  }
  const size = v < 0x4000 ? 2 : v < 0x20_0000 ? 3 : v < 0x1000_0000 ? 4 : 5;
  at -= size;
  let rest = v;
  let i = at;
  for (; rest >= 0x80; i++) {
    slab[i] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  slab[i] = rest;
}

function uint64(low: number, high: number): void {
  if (high === 0) {
    uint32(low);
    return;
  }
  reserve(10);
  // 28 bits are four whole groups of seven; what is above them fits in 36 bits, exact in a double.
  const upper = (high >>> 0) * 16 + (low >>> 28);
  let size = 4;
  for (let rest = upper; rest >= 1; rest = Math.floor(rest / 128)) {
    size++;
  }
  at -= size;
  slab[at] = (low & 0x7f) | 0x80;
  slab[at + 1] = ((low >>> 7) & 0x7f) | 0x80;
  slab[at + 2] = ((low >>> 14) & 0x7f) | 0x80;
  slab[at + 3] = ((low >>> 21) & 0x7f) | 0x80;
  let i = at + 4;
  let rest = upper;
  for (; rest >= 0x80; i++) {
    slab[i] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  slab[i] = rest;
}

function fixed64(low: number, high: number): void {
  reserve(8);
  at -= 8;
  slab[at] = low;
  slab[at + 1] = low >>> 8;
  slab[at + 2] = low >>> 16;
  slab[at + 3] = low >>> 24;
  slab[at + 4] = high;
  slab[at + 5] = high >>> 8;
  slab[at + 6] = high >>> 16;
  slab[at + 7] = high >>> 24;
}

function reserve(bytes: number): void {
  if (at < bytes) {
    grow(bytes);
  }
}

function grow(bytes: number): void {
  const pending = end - at;
  const larger = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, pending * 2 + bytes));
  slab.copy(larger, larger.length - pending, at, end);
  slab = larger;
  end = larger.length;
  at = end - pending;
}
