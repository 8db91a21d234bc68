import { describe, expect, it } from "vitest";
import { JuteReader } from "./jute-reader.ts";
import { JuteWriter } from "./jute-writer.ts";

describe("JuteWriter", () => {
  it("writes numbers big-endian", () => {
    const out = new JuteWriter();
    out.byte(-1);
    out.int(-2);
    out.uint(2 ** 32 - 1);
    out.long(-(2n ** 63n));
    out.longParts(0x80000001, -1);
    out.bool(true);
    expect(out.take().toString("hex")).toBe("fffffffffeffffffff800000000000000080000001ffffffff01");
  });

  it("tells null from empty in strings and buffers", () => {
    const out = new JuteWriter();
    out.string(null);
    out.string("");
    out.buffer(null);
    out.buffer(new Uint8Array());
    expect(out.take().toString("hex")).toBe("ffffffff00000000ffffffff00000000");
  });

  it("writes what the reader reads, for strings of every length, ASCII or not", () => {
    const out = new JuteWriter(16);
    for (let length = 0; length <= 60; length++) {
      for (const text of [
        "x".repeat(length),
        `${"x".repeat(length)}é`,
        `鴉${"x".repeat(length)}`,
        "🐦".repeat(length),
      ]) {
        out.string(text);
        const taken = out.take();
        expect(taken.readInt32BE()).toBe(taken.length - 4);
        expect(new JuteReader(taken).string()).toBe(text);
      }
    }
    out.string("é".repeat(5000));
    expect(new JuteReader(out.take()).string()).toBe("é".repeat(5000));
  });

  it("writes a lone surrogate as U+FFFD", () => {
    const out = new JuteWriter();
    out.string("a\ud800");
    expect(out.take().toString("hex")).toBe("0000000461efbfbd");
  });

  it("fills in the length of a frame, also when its memory moved meanwhile", () => {
    const out = new JuteWriter(8);
    out.int(7);
    const mark = out.beginFrame();
    out.raw(Buffer.alloc(1000, 1));
    out.endFrame(mark);
    const taken = out.take();
    expect(taken.readInt32BE(4)).toBe(1000);
    expect(taken).toHaveLength(1008);
  });

  it("forgets what was written after a position it is set back to", () => {
    const out = new JuteWriter();
    out.int(1);
    const { position } = out;
    out.string("never mind");
    out.position = position;
    out.int(2);
    expect(out.take().toString("hex")).toBe("0000000100000002");
    expect(() => {
      out.position = 1;
    }).toThrow(RangeError);
  });

  it("never writes into bytes that were taken", () => {
    const out = new JuteWriter(32);
    const taken: Buffer[] = [];
    for (let i = 0; i < 50; i++) {
      out.string(`reply ${i}`);
      taken.push(out.take());
    }
    out.reset();
    out.raw(Buffer.alloc(64, 0xff));
    expect(taken.map((bytes) => new JuteReader(bytes).string())).toEqual(
      Array.from({ length: 50 }, (_, i) => `reply ${i}`),
    );
  });

  it("forgets the pending bytes on reset, and only those", () => {
    const out = new JuteWriter();
    out.int(1);
    const taken = out.take();
    out.int(2);
    out.reset();
    expect(out.position).toBe(0);
    out.int(3);
    expect(taken.toString("hex")).toBe("00000001");
    expect(out.take().toString("hex")).toBe("00000003");
  });

  it("does not keep the memory of one large reply", () => {
    const out = new JuteWriter(1024);
    out.raw(Buffer.alloc(1_000_000));
    out.take();
    out.int(1);
    expect(out.memory.length).toBe(1024);
  });

  it("lets its caller fill reserved bytes", () => {
    const out = new JuteWriter(8);
    out.int(1);
    const at = out.reserve(8);
    out.memory.fill(0xaa, at, at + 8);
    expect(out.take().toString("hex")).toBe("00000001aaaaaaaaaaaaaaaa");
  });
});
