import { describe, expect, it } from "vitest";
import { Checksum, decodeRows, encodeRow } from "./snapshot-rows.ts";

const ROWS = [
  { table: 0, key: Buffer.from("a"), value: Buffer.from("one") },
  { table: 3, key: Buffer.alloc(1978, 7), value: Buffer.alloc(0) },
  { table: 5, key: Buffer.alloc(0), value: Buffer.alloc(100_000, 9) },
];
const BYTES = Buffer.concat(ROWS.map(({ table, key, value }) => encodeRow(table, key, value)));

describe("rows of a snapshot", () => {
  it("are read as they were written", () => {
    expect(decodeRows(BYTES, 6)).toEqual(ROWS);
    expect(decodeRows(Buffer.alloc(0), 6)).toEqual([]);
  });

  it("are read from the middle of a larger buffer", () => {
    const larger = new Uint8Array([1, 2, 3, ...encodeRow(1, Buffer.from("k"), Buffer.from("v")), 4]);
    expect(decodeRows(larger.subarray(3, larger.length - 1), 6)).toEqual([
      { table: 1, key: Buffer.from("k"), value: Buffer.from("v") },
    ]);
  });

  it("are none when they are cut short anywhere but between rows", () => {
    const row = encodeRow(1, Buffer.from("key"), Buffer.from("value"));
    for (let end = 1; end < row.length; end++) expect(decodeRows(row.subarray(0, end), 6), `${end}`).toBeUndefined();
    const two = Buffer.concat([row, row]);
    for (let end = row.length + 1; end < two.length; end++) expect(decodeRows(two.subarray(0, end), 6)).toBeUndefined();
  });

  it("are none when they are of a table that there is not, or their lengths lie", () => {
    expect(decodeRows(BYTES, 5)).toBeUndefined();
    const lies = encodeRow(1, Buffer.from("key"), Buffer.from("value"));
    lies.writeUInt32LE(0xffff_ffff, 3);
    expect(decodeRows(lies, 6)).toBeUndefined();
  });
});

describe("the checksum of rows", () => {
  it("is the same wherever chunks end, and goes on from where it was", () => {
    const whole = new Checksum();
    whole.addAll(BYTES, ROWS.length);
    const single = new Checksum();
    for (const { table, key, value } of ROWS) single.add(encodeRow(table, key, value));
    const first = encodeRow(0, Buffer.from("a"), Buffer.from("one"));
    const begun = new Checksum();
    begun.add(first);
    const resumed = new Checksum(begun.rows, begun.value);
    resumed.addAll(BYTES.subarray(first.length), ROWS.length - 1);
    expect(single).toEqual(whole);
    expect(resumed).toEqual(whole);
    expect(whole.rows).toBe(3);
  });

  it("tells every byte and every order apart", () => {
    const of = (bytes: Uint8Array): number => {
      const checksum = new Checksum();
      checksum.addAll(bytes, 1);
      return checksum.value;
    };
    const row = encodeRow(1, Buffer.from("key"), Buffer.from("value"));
    const seen = new Set([of(row)]);
    for (let at = 0; at < row.length; at++) {
      const other = Buffer.from(row);
      other.writeUInt8((other.readUInt8(at) + 1) % 256, at);
      seen.add(of(other));
    }
    expect(seen.size).toBe(row.length + 1);
    const next = encodeRow(1, Buffer.from("kez"), Buffer.from("value"));
    expect(of(Buffer.concat([row, next]))).not.toBe(of(Buffer.concat([next, row])));
  });
});
