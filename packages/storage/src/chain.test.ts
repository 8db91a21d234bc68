import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { chainOf, checksumOf } from "./chain.ts";

describe("checksumOf", () => {
  it("is zlib's CRC-32, on both sides of the length at which it calls zlib", () => {
    for (let length = 0; length < 140; length++) {
      const bytes = Buffer.from(Array.from({ length }, (_, at) => (at * 37 + length) & 0xff));
      expect(checksumOf(bytes)).toBe(crc32(bytes));
    }
  });
});

describe("chainOf", () => {
  const entry = { index: 2 ** 40 + 5, epoch: 0xffff_fff0, counter: 7, kind: 1, payload: Buffer.from("payload") };

  it("is the CRC-32 of eight words", () => {
    const words = Buffer.alloc(32);
    const values = [0xdead_beef, 5, 2 ** 8, entry.epoch, entry.counter, entry.kind, 7, crc32(entry.payload)];
    values.forEach((value, at) => {
      words.writeUInt32LE(value, at * 4);
    });
    expect(chainOf(0xdead_beef, entry)).toBe(crc32(words));
  });

  it("changes with everything it covers", () => {
    const others = [
      chainOf(1, entry),
      chainOf(0, { ...entry, index: 5 }),
      chainOf(0, { ...entry, epoch: 1 }),
      chainOf(0, { ...entry, counter: 8 }),
      chainOf(0, { ...entry, kind: 2 }),
      chainOf(0, { ...entry, payload: Buffer.from("payloae") }),
      chainOf(0, { ...entry, payload: Buffer.from("payload\0") }),
    ];
    expect(new Set([chainOf(0, entry), ...others]).size).toBe(others.length + 1);
  });
});
