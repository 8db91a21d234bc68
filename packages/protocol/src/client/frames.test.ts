import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FRAME_BYTES_MAX, FrameSplitter } from "./frames.ts";
import { ProtocolError } from "./protocol-error.ts";

describe("FrameSplitter", () => {
  it("gives the same frames however the stream is cut, and whenever it is stopped", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        fc.infiniteStream(fc.boolean()),
        (payloads, cuts, goesOn) => {
          const stream = Buffer.concat(payloads.map(frameOf));
          const splitter = new FrameSplitter();
          const frames: string[] = [];
          const onFrame = (buffer: Buffer, start: number, end: number): boolean => {
            frames.push(buffer.toString("hex", start, end));
            return goesOn.next().value;
          };
          for (let at = 0; at < stream.length; ) {
            const size = cuts.next().value;
            // A copy that is wiped afterwards: the splitter must not lean on memory that is its caller's.
            const chunk = Buffer.from(stream.subarray(at, at + size));
            expect(splitter.push(chunk, onFrame)).toBe(!splitter.stopped);
            chunk.fill(0xee);
            at += size;
            if (goesOn.next().value) {
              splitter.resume(onFrame);
            }
          }
          while (splitter.stopped) {
            splitter.resume(onFrame);
          }
          expect(frames).toEqual(payloads.map((payload) => Buffer.from(payload).toString("hex")));
          expect(splitter.heldBytes).toBe(0);
        },
      ),
    );
  });

  it("hands on a frame within a chunk without copying it", () => {
    const chunk = Buffer.concat([frameOf(Buffer.from("one")), frameOf(Buffer.from("two"))]);
    const seen: [Buffer, number, number][] = [];
    new FrameSplitter().push(chunk, (...frame) => {
      seen.push(frame);
      return true;
    });
    expect(seen).toEqual([
      [chunk, 4, 7],
      [chunk, 11, 14],
    ]);
    expect(seen.every(([buffer]) => buffer === chunk)).toBe(true);
  });

  it("hands on nothing while stopped, and the rest on resume", () => {
    const splitter = new FrameSplitter();
    const frames: string[] = [];
    let goesOn = false;
    const onFrame = (buffer: Buffer, start: number, end: number): boolean => {
      frames.push(buffer.toString("latin1", start, end));
      return goesOn;
    };
    expect(splitter.push(Buffer.concat(["a", "b", "c"].map((text) => frameOf(Buffer.from(text)))), onFrame)).toBe(
      false,
    );
    expect(splitter.push(frameOf(Buffer.from("d")), onFrame)).toBe(false);
    expect(frames).toEqual(["a"]);
    expect(splitter.resume(onFrame)).toBe(false);
    expect(frames).toEqual(["a", "b"]);
    goesOn = true;
    expect(splitter.resume(onFrame)).toBe(true);
    expect(frames).toEqual(["a", "b", "c", "d"]);
    expect(splitter.resume(onFrame)).toBe(true);
  });

  it("accepts a frame of exactly the bound and refuses one byte more", () => {
    const splitter = new FrameSplitter();
    let length = 0;
    splitter.push(frameOf(Buffer.alloc(FRAME_BYTES_MAX)), (_, start, end) => {
      length = end - start;
      return true;
    });
    expect(length).toBe(1_048_575);
    expect(refusalOf("00100000")).toBe(1_048_576);
  });

  it.each([
    ["ffffffff", -1],
    ["80000000", -(2 ** 31)],
    ["7fffffff", 2 ** 31 - 1],
    ["72756f6b", 0x72756f6b],
  ])("refuses the length %s, whole or a byte at a time, and says what it was", (hex, length) => {
    expect(refusalOf(hex)).toBe(length);
    expect(refusalOf(hex, 1)).toBe(length);
  });

  it("does not allocate what a length announces before it has come", () => {
    const splitter = new FrameSplitter();
    const before = process.memoryUsage().arrayBuffers;
    const splitters = Array.from({ length: 200 }, () => new FrameSplitter());
    for (const each of [splitter, ...splitters]) {
      each.push(Buffer.from("000fffff00", "hex"), () => true);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
  });
});

function frameOf(payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(4 + payload.length);
  frame.writeInt32BE(payload.length);
  frame.set(payload, 4);
  return frame;
}

function refusalOf(hex: string, step = 4): number | undefined {
  const bytes = Buffer.from(hex, "hex");
  const splitter = new FrameSplitter();
  try {
    for (let at = 0; at < bytes.length; at += step) {
      splitter.push(bytes.subarray(at, at + step), () => true);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect((error as ProtocolError).code).toBe("BAD_FRAME_LENGTH");
    return (error as ProtocolError).value;
  }
  return undefined;
}
