/** Rows of a snapshot as bytes: table u8, key length u16, value length u32, little-endian, then key and value. */
import { crc32 } from "node:zlib";
import type { StateChange } from "@rookery/storage";

const HEADER_BYTES = 7;

export function encodeRow(table: number, key: Uint8Array, value: Uint8Array): Buffer {
  const row = Buffer.allocUnsafe(HEADER_BYTES + key.length + value.length);
  row.writeUInt8(table, 0);
  row.writeUInt16LE(key.length, 1);
  row.writeUInt32LE(value.length, 3);
  row.set(key, HEADER_BYTES);
  row.set(value, HEADER_BYTES + key.length);
  return row;
}

/** Undefined when the bytes are not whole rows of these tables. Keys and values are views. */
export function decodeRows(bytes: Uint8Array, tables: number): StateChange[] | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows: StateChange[] = [];
  let at = 0;
  while (at < view.length) {
    if (at + HEADER_BYTES > view.length) return undefined;
    const table = view.readUInt8(at);
    const keyAt = at + HEADER_BYTES;
    const valueAt = keyAt + view.readUInt16LE(at + 1);
    const end = valueAt + view.readUInt32LE(at + 3);
    if (table >= tables || end > view.length) return undefined;
    rows.push({ table, key: view.subarray(keyAt, valueAt), value: view.subarray(valueAt, end) });
    at = end;
  }
  return rows;
}

/** Of all rows so far: their number and the CRC-32 of their bytes behind each other, wherever chunks end. */
export class Checksum {
  rows: number;
  value: number;

  constructor(rows = 0, value = 0) {
    this.rows = rows;
    this.value = value;
  }

  add(row: Uint8Array): void {
    this.addAll(row, 1);
  }

  addAll(bytes: Uint8Array, rows: number): void {
    this.value = crc32(bytes, this.value);
    this.rows += rows;
  }
}
