import { describe, expect, it } from "vitest";
import { JuteReader } from "./jute-reader.ts";
import type { ProtocolError, ProtocolErrorCode } from "./protocol-error.ts";

describe("JuteReader", () => {
  it("reads numbers big-endian and signed", () => {
    const reader = readerOf("ff 80000000 ffffffff 8000000000000001 00 02");
    expect(reader.byte()).toBe(-1);
    expect(reader.int()).toBe(-(2 ** 31));
    expect(reader.uint()).toBe(2 ** 32 - 1);
    expect(reader.long()).toBe(-(2n ** 63n) + 1n);
    expect(reader.bool()).toBe(false);
    expect(reader.bool()).toBe(true);
    expect(reader.remaining).toBe(0);
  });

  it("tells null from empty in strings and buffers", () => {
    expect(readerOf("ffffffff").string()).toBeNull();
    expect(readerOf("00000000").string()).toBe("");
    expect(readerOf("ffffffff").buffer()).toBeNull();
    expect(readerOf("00000000").buffer()).toHaveLength(0);
    expect(readerOf("ffffffff").count()).toBe(-1);
  });

  it("reads ASCII strings of every length, on both sides of the fast path's threshold", () => {
    for (let length = 0; length <= 80; length++) {
      const text = Array.from({ length }, (_, i) => String.fromCharCode(33 + ((i * 7 + length) % 94))).join("");
      expect(stringOf(Buffer.from(text))).toBe(text);
    }
  });

  it("reads a character of several bytes at every place of a string", () => {
    for (let length = 0; length <= 20; length++) {
      for (const character of ["é", "鴉", "🐦"]) {
        for (let at = 0; at <= length; at++) {
          const text = `${"a".repeat(at)}${character}${"b".repeat(length - at)}`;
          expect(stringOf(Buffer.from(text))).toBe(text);
        }
      }
    }
  });

  it("turns malformed UTF-8 into U+FFFD, in short strings and in long ones", () => {
    expect(stringOf(Buffer.from("61ff62", "hex"))).toBe("a\ufffdb");
    expect(stringOf(Buffer.from(`61ff62${"63".repeat(40)}`, "hex"))).toBe(`a\ufffdb${"c".repeat(40)}`);
    // A surrogate pair, each half written on its own, as Java does.
    expect(stringOf(Buffer.from("eda0bdedb0a6", "hex"))).toBe("\ufffd".repeat(6));
  });

  it("notices a single byte that is not ASCII at every place", () => {
    for (let length = 1; length <= 20; length++) {
      for (let at = 0; at < length; at++) {
        const bytes = Buffer.alloc(length, "a");
        bytes[at] = 0x80;
        expect(stringOf(bytes)).toBe(`${"a".repeat(at)}\ufffd${"a".repeat(length - at - 1)}`);
      }
    }
  });

  it("reads within its bounds only, even where the source goes on", () => {
    const source = Buffer.from("0000000561626364650000", "hex");
    const reader = new JuteReader().reset(source, 0, 8);
    expect(codeOf(() => reader.string())).toBe("TRUNCATED");
    expect(new JuteReader(source, 0, 9).string()).toBe("abcde");
  });

  it("gives a buffer as a view of what it reads", () => {
    const source = Buffer.from("000000020102", "hex");
    const view = new JuteReader(source).buffer();
    source[4] = 9;
    expect(view).toEqual(Buffer.from([9, 2]));
  });

  it("steps over a string or buffer, null included", () => {
    const reader = readerOf("00000002 6162 ffffffff 00000000 07");
    reader.skipBuffer();
    reader.skipBuffer();
    reader.skipBuffer();
    expect(reader.byte()).toBe(7);
    expect(codeOf(() => readerOf("fffffffe").skipBuffer())).toBe("BAD_LENGTH");
    expect(codeOf(() => readerOf("00000002 61").skipBuffer())).toBe("TRUNCATED");
  });

  it.each<[string, (reader: JuteReader) => unknown, ProtocolErrorCode]>([
    ["000000", (r) => r.int(), "TRUNCATED"],
    ["00000000000000", (r) => r.long(), "TRUNCATED"],
    ["", (r) => r.byte(), "TRUNCATED"],
    ["", (r) => r.bool(), "TRUNCATED"],
    ["00", (r) => r.skip(2), "TRUNCATED"],
    ["fffffffe", (r) => r.string(), "BAD_LENGTH"],
    ["80000000", (r) => r.buffer(), "BAD_LENGTH"],
    ["7fffffff 61", (r) => r.string(), "TRUNCATED"],
    ["7fffffff 61", (r) => r.buffer(), "TRUNCATED"],
    ["ffffffff", (r) => r.text(), "NULL_VALUE"],
    ["fffffffe", (r) => r.count(), "BAD_COUNT"],
    ["7fffffff 00000000", (r) => r.count(), "BAD_COUNT"],
    ["00000002 00000000", (r) => r.count(), "BAD_COUNT"],
  ])("refuses %s with a typed error", (hex, read, code) => {
    expect(codeOf(() => read(readerOf(hex)))).toBe(code);
  });

  it("accepts a count that just fits", () => {
    expect(readerOf("00000002 00000000 00000000").count()).toBe(2);
    expect(readerOf("00000001 000000000000000000000000").count(12)).toBe(1);
  });
});

function readerOf(hex: string): JuteReader {
  return new JuteReader(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

function stringOf(bytes: Buffer): string | null {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return new JuteReader(Buffer.concat([length, bytes])).string();
}

function codeOf(call: () => unknown): ProtocolErrorCode | undefined {
  try {
    call();
  } catch (error) {
    return (error as ProtocolError).code;
  }
  return undefined;
}
