import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FrameSplitter,
  JuteReader,
  JuteWriter,
  ProtocolError,
  requestCodec,
  requestCodecs,
  responseCodec,
} from "../src/client/index.ts";
import { type RecordKind, recordKinds } from "./arbitraries.ts";

const out = new JuteWriter();

describe.each(recordKinds)("$name", ({ codec, value, name }) => {
  it("comes back as it was written, a byte at a time, and leaves what follows it alone", () => {
    fc.assert(
      fc.property(value, (written) => {
        const mark = out.beginFrame();
        codec.encode(out, written);
        out.endFrame(mark);
        const frame = out.take();
        const splitter = new FrameSplitter();
        let frames = 0;
        for (let at = 0; at < frame.length; at++) {
          splitter.push(frame.subarray(at, at + 1), (buffer, start, end) => {
            const reader = new JuteReader(buffer, start, end);
            expect(codec.decode(reader)).toEqual(written);
            expect(reader.remaining).toBe(0);
            frames++;
            return true;
          });
        }
        expect(frames).toBe(1);
        const longer = new JuteReader(Buffer.concat([frame.subarray(4), Buffer.from([0x5a])]));
        expect(codec.decode(longer)).toEqual(
          endsOpen(name, written) ? { ...(written as object), readOnly: true } : written,
        );
        expect(longer.remaining).toBe(endsOpen(name, written) ? 0 : 1);
      }),
      { numRuns: 40 },
    );
  });

  it("is refused with a typed error when cut anywhere", () => {
    fc.assert(
      fc.property(value, (written) => {
        codec.encode(out, written);
        const whole = out.take();
        for (let length = 0; length < whole.length; length++) {
          const outcome = decode({ codec, name, value }, whole.subarray(0, length));
          // Without its last byte, a ConnectRequest is one of an older client.
          const older = name.startsWith("Connect") && length === whole.length - 1 && !endsOpen(name, written);
          expect(outcome instanceof ProtocolError).toBe(!older);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("is refused, or read as something else, when any four bytes lie about a length", () => {
    fc.assert(
      fc.property(value, (written) => {
        codec.encode(out, written);
        const bytes = Buffer.from(out.take());
        for (let at = 0; at + 4 <= bytes.length; at++) {
          for (const lie of [-1, -2, -(2 ** 31), 2 ** 31 - 1, 0x10000000]) {
            const honest = bytes.readInt32BE(at);
            bytes.writeInt32BE(lie, at);
            decode({ codec, name, value }, bytes);
            bytes.writeInt32BE(honest, at);
          }
        }
      }),
      { numRuns: 10 },
    );
  });
});

it("an opcode without records has no codec", () => {
  expect(requestCodec(999)).toBeUndefined();
  expect(responseCodec(10)).toBeUndefined();
  expect(requestCodec(4)).toBe(requestCodecs[4]);
});

/** The record, or the ProtocolError; anything else thrown fails the test. */
function decode({ codec }: RecordKind, bytes: Buffer): unknown {
  try {
    return codec.decode(new JuteReader(bytes));
  } catch (error) {
    if (error instanceof ProtocolError) {
      return error;
    }
    throw error;
  }
}

/** True of a ConnectRequest or ConnectResponse without the readOnly byte, to which a byte more adds one. */
function endsOpen(name: string, value: unknown): boolean {
  return name.startsWith("Connect") && (value as { readOnly?: boolean }).readOnly === undefined;
}
