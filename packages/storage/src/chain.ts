/**
 * The checksums of the log: of a payload, of a few words, and the chain that ties an entry to all before it.
 * The chain is what two members compare to know that their logs are the same up to an entry.
 */
import { crc32 as nativeCrc32 } from "node:zlib";
import type { LogEntry } from "./log.ts";

/** What of an entry its chain covers; the rest of a record is about the disk, not about the entry. */
export type Chained = Pick<LogEntry, "index" | "epoch" | "counter" | "kind" | "payload">;

/**
 * The chain of `entry` when that of the entry before it is `previous`: the CRC-32 of eight little-endian words,
 * previous chain, index (low, high), epoch, counter, kind, payload length and CRC-32 of the payload.
 * The payload goes in as its own checksum so that whoever needs both (the log does, for its record) reads it once.
 * 0.4 µs for 200 bytes, of which 0.3 µs are the payload's.
 */
export function chainOf(previous: number, entry: Chained): number {
  return chainWith(previous, entry, checksumOf(entry.payload));
}

/** {@link chainOf} for who has the payload's checksum already. */
export function chainWith(previous: number, entry: Chained, payloadChecksum: number): number {
  let crc = word(-1, previous);
  crc = word(crc, entry.index);
  crc = word(crc, entry.index / 0x1_0000_0000);
  crc = word(crc, entry.epoch);
  crc = word(crc, entry.counter);
  crc = word(crc, entry.kind);
  crc = word(crc, entry.payload.length);
  crc = word(crc, payloadChecksum);
  return ~crc >>> 0;
}

/** CRC-32 (that of zlib) as an unsigned number. */
export function checksumOf(bytes: Uint8Array): number {
  // Measured on Node 20: a native call costs 0.17 µs before its first byte, this loop 3 ns a byte.
  if (bytes.length > 64) return nativeCrc32(bytes);
  let crc = -1;
  for (let at = 0; at < bytes.length; at++)
    crc = (table0[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Advances a running CRC-32 (starting at -1, complemented at the end) by the low 32 bits of `value`, lowest byte first. */
export function word(crc: number, value: number): number {
  const mixed = crc ^ value;
  return (
    (table3[mixed & 0xff] as number) ^
    (table2[(mixed >>> 8) & 0xff] as number) ^
    (table1[(mixed >>> 16) & 0xff] as number) ^
    (table0[mixed >>> 24] as number)
  );
}

// Slicing by four: table N holds the effect of a byte that is followed by N zero bytes.
const table0 = new Int32Array(256);
const table1 = new Int32Array(256);
const table2 = new Int32Array(256);
const table3 = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  table0[byte] = crc;
}
for (let byte = 0; byte < 256; byte++) {
  const after = (crc: number): number => (table0[crc & 0xff] as number) ^ (crc >>> 8);
  table1[byte] = after(table0[byte] as number);
  table2[byte] = after(table1[byte] as number);
  table3[byte] = after(table2[byte] as number);
}
