import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { history, messages, messagesByType } from "../../test/messages.ts";
import { peer } from "./gen/message.js";
import {
  decodePeerMessage,
  encodePeerMessage,
  longOfNumber,
  PeerFrameSplitter,
  ProtocolError,
  type WireEntry,
  type WireMessage,
  type WirePosition,
} from "./index.ts";

const PREV: WirePosition = { index: 10, epoch: 3, counter: 4, chain: 5 };
const entry = (index: number, epoch: number, counter: number, kind = 1): WireEntry => ({
  index,
  epoch,
  counter,
  chain: index * 7,
  kind,
  payload: Buffer.from(`entry ${index}`),
});
const append = (prev: WirePosition, entries: readonly WireEntry[]): Extract<WireMessage, { type: "append" }> => ({
  type: "append",
  epoch: 9,
  prev,
  entries,
  commit: 10,
  sentAt: 1234,
});

describe("a message between members", () => {
  it.each(Object.entries(messagesByType))("comes back as it was sent: %s", (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<WireMessage>, (message) => {
        expect(decodePeerMessage(encodePeerMessage(message))).toEqual(message);
      }),
      { numRuns: 200 },
    );
  });

  it.each(["append", "appendAck", "heartbeat", "forward", "forwardReply"] as const)(
    "is written by hand as the generated code writes it: %s",
    (type) => {
      fc.assert(
        fc.property(messagesByType[type] as fc.Arbitrary<WireMessage>, (message) => {
          const reference = peer.Envelope.encode(referenceOf(message) as peer.Envelope.$Properties).finish();
          expect(Buffer.compare(encodePeerMessage(message).subarray(8), reference)).toBe(0);
        }),
        { numRuns: 1000 },
      );
    },
  );

  it("is a frame: length and crc32 of what follows, little-endian", () => {
    const frame = encodePeerMessage({ type: "transferLead", epoch: 300 });
    expect(frame.readUInt32LE(0)).toBe(frame.length - 8);
    expect(frame.readUInt32LE(4)).toBe(crc32(frame.subarray(8)));
    expect(frame.subarray(8).toString("hex")).toBe("a2010308ac02");
  });

  it("is read past fields that are not known, in any message", () => {
    const unknown = Buffer.from("f8ff0307", "hex");
    const body = Buffer.concat([Buffer.from("a2010708ac02", "hex"), unknown, unknown]);
    expect(decodePeerMessage(frameOf(body))).toEqual({ type: "transferLead", epoch: 300 });
    const ack = Buffer.concat([unknown, Buffer.from("12060803", "hex"), unknown]);
    expect(decodePeerMessage(frameOf(ack))).toMatchObject({ type: "appendAck", epoch: 3 });
  });

  it("has its bytes as views of the frame", () => {
    const frame = encodePeerMessage(append(PREV, [entry(11, 3, 5)]));
    const decoded = decodePeerMessage(frame) as ReturnType<typeof append>;
    expect(decoded.entries[0]?.payload.buffer).toBe(frame.buffer);
  });

  it("can be much larger than the writer's memory, and small beside it", () => {
    for (const size of [10, 65_000, 65_536, 300_000, 10]) {
      const payload = Buffer.alloc(size, size);
      const large = append(PREV, [{ ...entry(11, 3, 5), payload }, entry(12, 3, 6)]);
      const { entries } = decodePeerMessage(encodePeerMessage(large)) as typeof large;
      expect(payload.compare(entries[0]?.payload as Buffer)).toBe(0);
      expect(entries[1]).toEqual(entry(12, 3, 6));
      const sessions = Buffer.alloc(size - (size % 8), 5);
      const touch = decodePeerMessage(encodePeerMessage({ type: "touch", sessions }));
      expect(sessions.compare((touch as typeof touch & { type: "touch" }).sessions)).toBe(0);
    }
  });
});

describe("the entries of an append", () => {
  it("are encoded once for several receivers, whatever differs before them", () => {
    const entries = [entry(11, 3, 5), entry(12, 3, 6)];
    let reads = 0;
    const counted = new Proxy(entries[1] as WireEntry, {
      get(target, key, receiver) {
        if (key === "payload") reads++;
        return Reflect.get(target, key, receiver);
      },
    });
    const same = [entries[0] as WireEntry, counted];
    const first = append(PREV, same);
    const second = { ...first, commit: 11, sentAt: 99 };
    expect(decodePeerMessage(encodePeerMessage(first))).toEqual(append(PREV, entries));
    const before = reads;
    expect(decodePeerMessage(encodePeerMessage(second))).toEqual({ ...second, entries });
    expect(reads).toBe(before);
  });

  it("get index, epoch and counter back from what is before them", () => {
    fc.assert(
      fc.property(history, ({ prev, entries }) => {
        expect(decodePeerMessage(encodePeerMessage(append(prev, entries)))).toEqual(append(prev, entries));
      }),
    );
  });

  it("may open an epoch without a start of one: a member that stood alone rolled over", () => {
    const rolled = append({ ...PREV, counter: 0xffff_ffff }, [entry(11, 4, 0, 1)]);
    expect(decodePeerMessage(encodePeerMessage(rolled))).toEqual(rolled);
  });

  it.each([
    ["a gap behind prev", PREV, [entry(12, 3, 5)]],
    ["a gap in the counter", PREV, [entry(11, 3, 6)]],
    ["a gap within", PREV, [entry(11, 3, 5), entry(13, 3, 6)]],
    ["an older epoch", PREV, [entry(11, 2, 0)]],
    ["a new epoch that does not start at 0", PREV, [entry(11, 4, 1)]],
  ] as const)("are not sent with %s", (_, prev, entries) => {
    expect(() => encodePeerMessage(append(prev, entries))).toThrow("invariant");
  });

  it("are not sent behind another prev than theirs, though they were encoded before", () => {
    const entries = [entry(11, 3, 5)];
    encodePeerMessage(append(PREV, entries));
    expect(() => encodePeerMessage(append({ ...PREV, counter: 5 }, entries))).toThrow("invariant");
  });
});

describe("a malformed message is refused", () => {
  const position = { index: longOfNumber(10), epoch: 3, counter: 4, chain: 5 };
  const many = (length: number, make: (i: number) => object) => Array.from({ length }, (_, i) => make(i));

  it.each<[string, object]>([
    ["no body", {}],
    ["an entry without a kind", { append: { prev: position, entries: [{ chain: 1 }] } }],
    ["an epoch start in the middle of an epoch", { append: { prev: position, entries: [{ kind: 2 }] } }],
    ["an entry of an older epoch", { append: { prev: position, entries: [{ kind: 2, epoch: 2 }] } }],
    ["an entry that opens the epoch it is in", { append: { prev: position, entries: [{ kind: 2, epoch: 3 }] } }],
    ["a counter that overflows", { append: { prev: { ...position, counter: 0xffff_ffff }, entries: [{ kind: 1 }] } }],
    [
      "an index that overflows",
      { append: { prev: { index: longOfNumber(Number.MAX_SAFE_INTEGER) }, entries: [{ kind: 1 }] } },
    ],
    ["too many entries", { append: { prev: position, entries: many(65_537, () => ({ kind: 1 })) } }],
    ["an index above 2^53 - 1", { append: { prev: { index: longOfNumber(2 ** 53) } } }],
    ["a commit above 2^53 - 1", { append: { commit: longOfNumber(2 ** 53) } }],
    ["an id above 2^53 - 1", { readIndex: { id: longOfNumber(2 ** 53) } }],
    ["a position above 2^53 - 1", { join: { last: { index: longOfNumber(2 ** 60) } } }],
    ["epochs that do not ascend", { ackEpoch: { epochs: [{ epoch: 2 }, { epoch: 2 }] } }],
    [
      "an epoch that starts before an older one",
      {
        appendAck: {
          reject: {
            epochs: [
              { epoch: 2, startIndex: longOfNumber(9) },
              { epoch: 3, startIndex: longOfNumber(8) },
            ],
          },
        },
      },
    ],
    ["an epoch led by server 256", { ackEpoch: { epochs: [{ epoch: 2, leader: 256 }] } }],
    ["a level of server 0", { heartbeat: { levels: [{ sid: 0 }] } }],
    ["a level of server 256", { heartbeat: { levels: [{ sid: 256 }] } }],
    ["more levels than servers", { heartbeat: { levels: many(256, () => ({ sid: 1 })) } }],
    ["a hail without a nonce", { hail: {} }],
    [
      "more founders than servers",
      { hail: { nonce: longOfNumber(1), founders: many(256, () => ({ sid: 1, nonce: longOfNumber(1) })) } },
    ],
    ["a founder without a nonce", { hail: { nonce: longOfNumber(1), founders: [{ sid: 1 }] } }],
    ["a state there is not", { notify: { state: 4 } }],
    ["a vote for server 256", { notify: { vote: { sid: 256 } } }],
    ["a leader 256", { notify: { leader: 256 } }],
    ["an accepted leader 256", { join: { acceptedLeader: 256 } }],
    ["a reason there is not", { refuse: { reason: 2 } }],
    ["an identity that is not there", { forward: { requests: [{ identity: 1 }], identities: [Buffer.from("a")] } }],
    ["more codes than refusals", { forwardReply: { indexes: [longOfNumber(1)], codes: [-4] } }],
    ["fewer codes than refusals", { forwardReply: { indexes: [longOfNumber(0)] } }],
    ["part of a session", { touch: { sessions: Buffer.alloc(12) } }],
    ["a hello from server 0", { hello: { toSid: 1, bootId: longOfNumber(1) } }],
    ["a hello to server 256", { hello: { fromSid: 1, toSid: 256, bootId: longOfNumber(1) } }],
    ["a hello without a boot id", { hello: { fromSid: 1, toSid: 2 } }],
    ["a hello of no version", { hello: { fromSid: 1, toSid: 2, bootId: longOfNumber(1), protoMin: 2, protoMax: 1 } }],
    ["a hello on a third plane", { hello: { fromSid: 1, toSid: 2, bootId: longOfNumber(1), plane: 2 } }],
  ])("%s", (_, envelope) => {
    const body = Buffer.from(peer.Envelope.encode(envelope as peer.Envelope.$Properties).finish());
    expect(errorOf(() => decodePeerMessage(frameOf(body)))).toMatchObject({ code: "BAD_MESSAGE" });
  });

  it("one with the position before the entries missing its place", () => {
    const body = Buffer.from("0a082a0208011202080a", "hex");
    expect(errorOf(() => decodePeerMessage(frameOf(body)))).toMatchObject({ code: "BAD_MESSAGE" });
  });

  it("one that is cut anywhere, with a checksum that fits", () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, cut) => {
        const body = encodePeerMessage(message).subarray(8);
        const kept = body.subarray(0, cut % body.length);
        expect(errorOf(() => decodePeerMessage(frameOf(kept)))).toMatchObject({ code: "BAD_MESSAGE" });
      }),
      { numRuns: 500 },
    );
  });

  it("one with any bit flipped, by its checksum or its length", () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, at) => {
        const frame = Buffer.from(encodePeerMessage(message));
        const bit = at % (frame.length * 8);
        frame[bit >> 3] = (frame[bit >> 3] as number) ^ (1 << (bit & 7));
        const error = errorOf(() => decodePeerMessage(frame));
        expect(error).toBeInstanceOf(ProtocolError);
        expect(["BAD_CHECKSUM", "BAD_FRAME_LENGTH"]).toContain((error as ProtocolError).code);
      }),
      { numRuns: 500 },
    );
  });
});

describe("PeerFrameSplitter", () => {
  it("gives the messages of a stream, however it is cut", () => {
    fc.assert(
      fc.property(
        fc.array(messages, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }),
        (sent, sizes) => {
          const stream = Buffer.concat(sent.map((message) => encodePeerMessage(message)));
          const splitter = new PeerFrameSplitter(1 << 20);
          const received: WireMessage[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = sizes[i % sizes.length] as number;
            splitter.push(Buffer.from(stream.subarray(at, at + size)), (message) => received.push(message) > 0);
            at += size;
          }
          expect(received).toEqual(sent);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("gives them byte by byte, and leaves what it has given alone", () => {
    const sent = [append(PREV, [entry(11, 3, 5)]), append({ ...PREV, index: 11, counter: 5 }, [entry(12, 3, 6)])];
    const splitter = new PeerFrameSplitter(1 << 20);
    const received: WireMessage[] = [];
    for (const byte of Buffer.concat(sent.map((message) => encodePeerMessage(message)))) {
      splitter.push(Buffer.from([byte]), (message) => received.push(message) > 0);
    }
    expect(received).toEqual(sent);
  });

  it("accepts a frame of the longest length and none above, before any of it has come", () => {
    const frame = encodePeerMessage({ type: "touch", sessions: Buffer.alloc(800) });
    let messages = 0;
    new PeerFrameSplitter(frame.length - 8).push(frame, () => ++messages > 0);
    expect(messages).toBe(1);
    const tight = new PeerFrameSplitter(frame.length - 9);
    tight.push(frame.subarray(0, 7), () => true);
    expect(errorOf(() => tight.push(frame.subarray(7, 8), () => true))).toMatchObject({ code: "BAD_FRAME_LENGTH" });
  });

  it("gives what came before a bad frame, then throws", () => {
    const good = encodePeerMessage({ type: "readIndex", id: 5 });
    const bad = Buffer.from(good);
    bad[bad.length - 1] = 6;
    const received: WireMessage[] = [];
    const error = errorOf(() =>
      new PeerFrameSplitter(100).push(Buffer.concat([good, bad, good]), (message) => received.push(message) > 0),
    );
    expect(error).toMatchObject({ code: "BAD_CHECKSUM" });
    expect(received).toEqual([{ type: "readIndex", id: 5 }]);
  });

  it("hands on nothing more once it is told so", () => {
    const frame = encodePeerMessage({ type: "readIndex", id: 5 });
    let messages = 0;
    new PeerFrameSplitter(100).push(Buffer.concat([frame, frame]), () => ++messages === 0);
    expect(messages).toBe(1);
  });
});

function frameOf(body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(body.length, 0);
  head.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([head, body]);
}

function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

const n = longOfNumber;

function positionOf(position: WirePosition): peer.Position.$Shape {
  return { ...position, index: n(position.index) };
}

/** In the generated code's shape; what is computed on the other side left out. */
function referenceOf(message: WireMessage): peer.Envelope.$Shape {
  switch (message.type) {
    case "append": {
      const entries = message.entries.map(({ kind, chain, payload, counter, epoch }) => ({
        kind,
        chain,
        payload,
        ...(counter === 0 ? { epoch } : {}),
      }));
      const { epoch, prev, commit, sentAt } = message;
      return { append: { epoch, prev: positionOf(prev), commit: n(commit), sentAt: n(sentAt), entries } };
    }
    case "appendAck": {
      const { epoch, durable, applied, sentAt, readSeq, reject } = message;
      const epochs = reject?.epochs.map((row) => ({ ...row, startIndex: n(row.startIndex) }));
      return {
        appendAck: {
          epoch,
          durable: n(durable),
          applied: n(applied),
          sentAt: n(sentAt),
          readSeq: n(readSeq),
          ...(reject && epochs ? { reject: { last: positionOf(reject.last), epochs } } : {}),
        },
      };
    }
    case "heartbeat": {
      const { type: _, ...rest } = message;
      return {
        heartbeat: {
          ...rest,
          commit: n(rest.commit),
          sentAt: n(rest.sentAt),
          readSeq: n(rest.readSeq),
          digestIndex: n(rest.digestIndex),
          digest: n(rest.digest),
          levels: rest.levels.map(({ sid, index }) => ({ sid, index: n(index) })),
        },
      };
    }
    case "forward":
      return {
        forward: {
          first: n(message.first),
          requests: [...message.requests],
          identities: [...message.identities],
        },
      };
    case "forwardReply":
      return {
        forwardReply: { first: n(message.first), indexes: message.indexes.map(n), codes: [...message.codes] },
      };
    default:
      throw new Error(`${message.type} is not written by hand`);
  }
}
