/**
 * Writes protobuf fields back to front into memory that is handed out piece by piece: when a length is due, what it
 * counts is already there. One message at a time: `begin`, its fields from the last to the first, `take`.
 */

export const VARINT = 0;
export const FIXED64 = 1;
const BYTES = 2;
export const FIXED32 = 5;

const NOTHING = Buffer.alloc(0);
const SLAB_BYTES = 65_536;

/** Free memory is what lies before `at`. What lies behind was handed out and is never written again. */
let slab: Buffer = NOTHING;
let at = 0;
/** Where the message being written ends. */
let end = 0;

/** What was begun and not taken is forgotten. */
export function begin(): void {
  end = at;
}

/** The message's bytes, in memory that nothing else will write to. They may share a slab of 64 KiB with others. */
export function take(): Buffer {
  const message = slab.subarray(at, end);
  if (slab.length > SLAB_BYTES) {
    // What follows must not share, and so keep alive, the memory of one large message.
    slab = NOTHING;
    at = 0;
  }
  return message;
}

/** How many bytes the message has so far. Before a nested message it is noted, behind it given to {@link bytesHead}. */
export function written(): number {
  return end - at;
}

/** What the message has so far: valid until the next byte is written. */
export function peek(): Buffer {
  return slab.subarray(at, end);
}

/** A field number up to 15, so that the tag is one byte. */
export function tag(field: number, wireType: number): void {
  reserve(1);
  slab[--at] = (field << 3) | wireType;
}

/** The length and tag of what has been written since {@link written} was `before`. */
export function bytesHead(before: number, field: number): void {
  uint32(written() - before);
  tag(field, BYTES);
}

export function bytes(value: Uint8Array, field: number): void {
  raw(value);
  uint32(value.length);
  tag(field, BYTES);
}

/** Up to this many characters a loop wins. More than in `JuteWriter`: here the bytes must be counted before they are written. */
const LOOP_CHARS_MAX = 40;

export function text(value: string, field: number): void {
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

export function bool(value: boolean): void {
  reserve(1);
  slab[--at] = value ? 1 : 0;
}

export function sint32(value: number): void {
  uint32((value << 1) ^ (value >> 31));
}

export function uint32(value: number): void {
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

export function uint64(low: number, high: number): void {
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

/** @param value - An integer from 0 to 2⁵³ − 1. */
export function safe(value: number): void {
  if (value <= 0x7fff_ffff) {
    uint32(value);
  } else {
    uint64(value | 0, Math.floor(value / 2 ** 32));
  }
}

export function fixed32(value: number): void {
  reserve(4);
  at -= 4;
  slab[at] = value;
  slab[at + 1] = value >>> 8;
  slab[at + 2] = value >>> 16;
  slab[at + 3] = value >>> 24;
}

export function fixed64(low: number, high: number): void {
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

/** Bytes without a head. */
export function raw(value: Uint8Array): void {
  reserve(value.length);
  at -= value.length;
  slab.set(value, at);
}

/** Makes room for so many bytes. For the primitives, and for who knows what is to come better than by doubling. */
export function reserve(bytes: number): void {
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
