/**
 * How an entry and a segment's header lie on the medium. All numbers are little-endian.
 *
 * Record, 56 bytes, then the payload, then zeros up to a multiple of 8:
 *   0 magic u16, kind u8, 0 u8     4 payload length u32     8 checksum u32      12 chain u32
 *  16 index u64                   24 epoch u32             28 counter u32      32 generation u32
 *  36 batch u32                   40 ackedThrough u64      48 commitHint u64
 *
 * The checksum is the CRC-32 of the segment's salt, the header's words but its own, and the CRC-32 of the payload.
 * The salt is drawn at random for each generation and no client sees it, so that no payload can pass for a record when
 * recovery looks for records behind a damaged one.
 * `ackedThrough` is the entry before the record's batch: that one was on the medium before this was written.
 */
import type { LogEntry, LogPosition } from "@rookery/storage";
import { chainWith, checksumOf, word } from "@rookery/storage/internal";

const RECORD_HEADER_BYTES = 56;
/** A segment's records begin here: the header has a block of its own. */
export const SEGMENT_HEADER_BYTES = 4096;
export const RECORD_MAGIC = 0x4b52;
export const ALIGNMENT = 8;

const TWO_32 = 0x1_0000_0000;

/** What a record says besides its entry. */
export interface Stamp {
  readonly salt: number;
  readonly generation: number;
  readonly batch: number;
  readonly ackedThrough: number;
  readonly commitHint: number;
}

export function recordBytes(payloadBytes: number): number {
  return (RECORD_HEADER_BYTES + payloadBytes + ALIGNMENT - 1) & -ALIGNMENT;
}

/** Writes one record and returns the offset behind it. `view` and `into` are the same bytes, with room for it. */
export function encodeRecord(
  into: Uint8Array,
  view: DataView,
  at: number,
  entry: LogEntry,
  payloadChecksum: number,
  stamp: Stamp,
): number {
  const { payload, index } = entry;
  view.setUint32(at, RECORD_MAGIC | (entry.kind << 16), true);
  view.setUint32(at + 4, payload.length, true);
  view.setUint32(at + 12, entry.chain, true);
  view.setUint32(at + 16, index >>> 0, true);
  view.setUint32(at + 20, index / TWO_32, true);
  view.setUint32(at + 24, entry.epoch, true);
  view.setUint32(at + 28, entry.counter, true);
  view.setUint32(at + 32, stamp.generation, true);
  view.setUint32(at + 36, stamp.batch, true);
  view.setUint32(at + 40, stamp.ackedThrough >>> 0, true);
  view.setUint32(at + 44, stamp.ackedThrough / TWO_32, true);
  view.setUint32(at + 48, stamp.commitHint >>> 0, true);
  view.setUint32(at + 52, stamp.commitHint / TWO_32, true);
  view.setUint32(at + 8, headerChecksum(view, at, stamp.salt, payloadChecksum), true);
  into.set(payload, at + RECORD_HEADER_BYTES);
  const end = at + recordBytes(payload.length);
  for (let pad = at + RECORD_HEADER_BYTES + payload.length; pad < end; pad++) into[pad] = 0;
  return end;
}

function headerChecksum(view: DataView, at: number, salt: number, payloadChecksum: number): number {
  let crc = word(-1, salt);
  crc = word(crc, view.getInt32(at, true));
  crc = word(crc, view.getInt32(at + 4, true));
  for (let field = at + 12; field < at + RECORD_HEADER_BYTES; field += 4) crc = word(crc, view.getInt32(field, true));
  return ~word(crc, payloadChecksum) >>> 0;
}

/** A record as read: an entry, its stamp and where it ends. The payload is a view of the bytes it was read from. */
export interface Record {
  readonly entry: LogEntry;
  readonly payloadChecksum: number;
  readonly generation: number;
  readonly batch: number;
  readonly ackedThrough: number;
  readonly commitHint: number;
  readonly bytes: number;
}

/** `more` says how many bytes from `at` on are needed to tell. `end`: zeros, nothing was written. */
export type Decoded = Record | "bad" | "end" | { readonly more: number };

/** Reads the record at `at`. It is good when its checksum is; whether it belongs there, `continues` says. */
export function decodeRecord(bytes: Buffer, at: number, salt: number, payloadMax: number): Decoded {
  if (at + RECORD_HEADER_BYTES > bytes.length) return { more: RECORD_HEADER_BYTES };
  const first = bytes.readUInt32LE(at);
  if (first === 0) return isZero(bytes, at, at + RECORD_HEADER_BYTES) ? "end" : "bad";
  const length = bytes.readUInt32LE(at + 4);
  if ((first & 0xff00_ffff) !== RECORD_MAGIC || length > payloadMax) return "bad";
  const size = recordBytes(length);
  if (at + size > bytes.length) return { more: size };
  const start = at + RECORD_HEADER_BYTES;
  const payload = bytes.subarray(start, start + length);
  const payloadChecksum = checksumOf(payload);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, RECORD_HEADER_BYTES);
  if (headerChecksum(view, 0, salt, payloadChecksum) !== bytes.readUInt32LE(at + 8)) return "bad";
  if (!isZero(bytes, start + length, at + size)) return "bad";
  return {
    entry: {
      index: wide(bytes, at + 16),
      epoch: bytes.readUInt32LE(at + 24),
      counter: bytes.readUInt32LE(at + 28),
      chain: bytes.readUInt32LE(at + 12),
      kind: (first >>> 16) & 0xff,
      payload,
    },
    payloadChecksum,
    generation: bytes.readUInt32LE(at + 32),
    batch: bytes.readUInt32LE(at + 36),
    ackedThrough: wide(bytes, at + 40),
    commitHint: wide(bytes, at + 48),
    bytes: size,
  };
}

/** The record stands where it was written: right after `previous`, in that generation. */
export function continues(previous: LogPosition, generation: number, record: Record): boolean {
  const { entry } = record;
  return (
    record.generation === generation &&
    entry.index === previous.index + 1 &&
    entry.chain === chainWith(previous.chain, entry, record.payloadChecksum)
  );
}

export interface SegmentHeader {
  readonly clusterId: string;
  readonly sid: number;
  readonly incarnation: number;
  /** Which of the log's histories: a truncation and a recovery each begin a new one. */
  readonly generation: number;
  /** Order in which segments were made. */
  readonly sequence: number;
  readonly salt: number;
  /** The position before the segment's first entry. */
  readonly previous: LogPosition;
  /** This entry and all before it were on the medium when the header was written. */
  readonly ackedThrough: number;
}

const SEGMENT_MAGIC = Buffer.from("ROOKSEG1", "latin1");
const SEGMENT_FIELDS_BYTES = 88;

/** Layout: magic, sid u32, incarnation u32, generation u32, salt u32, sequence, index, ackedThrough u64 each,
 * epoch, counter, chain u32, 0 u32, clusterId 16 characters, checksum u32 of all that. */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const out = Buffer.alloc(SEGMENT_HEADER_BYTES);
  SEGMENT_MAGIC.copy(out);
  out.writeUInt32LE(header.sid, 8);
  out.writeUInt32LE(header.incarnation, 12);
  out.writeUInt32LE(header.generation, 16);
  out.writeUInt32LE(header.salt, 20);
  out.writeBigUInt64LE(BigInt(header.sequence), 24);
  out.writeBigUInt64LE(BigInt(header.previous.index), 32);
  out.writeBigUInt64LE(BigInt(header.ackedThrough), 40);
  out.writeUInt32LE(header.previous.epoch, 48);
  out.writeUInt32LE(header.previous.counter, 52);
  out.writeUInt32LE(header.previous.chain, 56);
  out.write(header.clusterId, 64, 16, "latin1");
  out.writeUInt32LE(checksumOf(out.subarray(0, SEGMENT_FIELDS_BYTES)), SEGMENT_FIELDS_BYTES);
  return out;
}

/** Undefined when the block is not a header: `isZero` tells an unused segment from a damaged one. */
export function decodeSegmentHeader(block: Buffer): SegmentHeader | undefined {
  if (block.length < SEGMENT_HEADER_BYTES || !block.subarray(0, 8).equals(SEGMENT_MAGIC)) return undefined;
  if (block.readUInt32LE(SEGMENT_FIELDS_BYTES) !== checksumOf(block.subarray(0, SEGMENT_FIELDS_BYTES)))
    return undefined;
  return {
    sid: block.readUInt32LE(8),
    incarnation: block.readUInt32LE(12),
    generation: block.readUInt32LE(16),
    salt: block.readUInt32LE(20),
    sequence: wide(block, 24),
    ackedThrough: wide(block, 40),
    previous: {
      index: wide(block, 32),
      epoch: block.readUInt32LE(48),
      counter: block.readUInt32LE(52),
      chain: block.readUInt32LE(56),
    },
    clusterId: block.toString("latin1", 64, 80),
  };
}

export function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}

function wide(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * TWO_32;
}
