import type { ProtocolError } from "@rookery/protocol/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReplySplitter } from "./reply-splitter.ts";

const BYTES_MAX = 64;

/** What comes out: a frame's bytes, or the header and length of one that was above the bound. */
function run(chunks: readonly Uint8Array[]): (string | [string, number])[] {
  const out: (string | [string, number])[] = [];
  const splitter = new ReplySplitter(BYTES_MAX, {
    onFrame: (buffer, start, end) => out.push(buffer.toString("hex", start, end)),
    onLargeFrame: (header, bytes) => out.push([header.toString("hex"), bytes]),
  });
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  return out;
}

function framed(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(frame.length);
      return [length, Buffer.from(frame)];
    }),
  );
}

const expectation = (frame: Uint8Array): string | [string, number] => {
  const hex = Buffer.from(frame).toString("hex");
  return frame.length <= BYTES_MAX ? hex : [hex.slice(0, 32), frame.length];
};

describe("ReplySplitter", () => {
  const frames = [0, 1, 15, 16, 17, BYTES_MAX, BYTES_MAX + 1, 200, 3].map((length) =>
    new Uint8Array(length).fill(length),
  );

  it("gives the same frames wherever the stream is cut", () => {
    const bytes = framed(frames);
    const expected = frames.map(expectation);
    expect(run([bytes])).toEqual(expected);
    for (let at = 0; at <= bytes.length; at++)
      expect(run([bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(expected);
    for (let size = 1; size < 30; size++) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(run(chunks), `in pieces of ${size}`).toEqual(expected);
    }
  });

  it("gives the same frames for any frames in any pieces", () => {
    const frame = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), fc.array(fc.nat(4000), { maxLength: 20 }), (some, cuts) => {
        const bytes = framed(some);
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(run(chunks)).toEqual(some.map(expectation));
      }),
    );
  });

  it("never holds more than a frame may take, whatever length is claimed", () => {
    const splitter = new ReplySplitter(BYTES_MAX, { onFrame() {}, onLargeFrame() {} });
    const before = process.memoryUsage().arrayBuffers;
    splitter.push(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    for (let at = 0; at < 100; at++) splitter.push(Buffer.alloc(1_000_000));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000);
    expect((splitter as unknown as { frame: unknown }).frame).toBeUndefined();
  });

  it("refuses a negative length, whole or in pieces", () => {
    for (const chunks of [[Buffer.from("ffffffff", "hex")], [Buffer.from("ff", "hex"), Buffer.from("ffffff", "hex")]])
      expect(() => run(chunks)).toThrow(
        expect.objectContaining({ code: "BAD_FRAME_LENGTH" } satisfies Partial<ProtocolError>),
      );
  });

  it("hands on nothing after a stop, not even of the same chunk", () => {
    const out: number[] = [];
    const splitter = new ReplySplitter(BYTES_MAX, {
      onFrame(buffer, start) {
        out.push(buffer[start] as number);
        splitter.stop();
      },
      onLargeFrame() {},
    });
    splitter.push(framed([new Uint8Array([1]), new Uint8Array([2])]));
    splitter.push(framed([new Uint8Array([3])]));
    expect(out).toEqual([1]);
  });
});
