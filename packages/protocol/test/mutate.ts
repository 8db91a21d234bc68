/** Decodes damaged bytes, to see that nothing but a ProtocolError ever comes of it. All chance comes from a seed. */
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { FrameSplitter, JuteReader, JuteWriter, ProtocolError } from "../src/client/index.ts";
import {
  decodePeerMessage,
  decodeTransaction,
  encodePeerMessage,
  encodeTransaction,
  PeerFrameSplitter,
  type Transaction,
  type WireMessage,
} from "../src/peer/index.ts";
import { recordKinds } from "./arbitraries.ts";
import { messages, messagesByType } from "./messages.ts";
import { transactions } from "./transactions.ts";

export interface Tally {
  decoded: number;
  refused: number;
}

/** @throws whatever was thrown that is no ProtocolError, with the seed and the bytes in its message. */
export function fuzz(seed: number, cases: number): Tally {
  const tally: Tally = { decoded: 0, refused: 0 };
  const random = randomFrom(seed);
  const out = new JuteWriter();
  const reader = new JuteReader();
  // The arbitraries are slow beside the decoding: a few values of each record are made, and damaged many times.
  const kinds = recordKinds.map(({ name, codec, value }) => ({
    name,
    decode: (bytes: Buffer) => void codec.decode(reader.reset(bytes)),
    seeds: fc.sample(value, { seed, numRuns: 30 }).map((sample) => {
      codec.encode(out, sample);
      return out.take();
    }),
  }));
  kinds.push({
    name: "Transaction",
    decode: (bytes) => void decodeTransaction(bytes),
    seeds: fc
      .sample(transactions, { seed, numRuns: 100 })
      .map((each: Transaction) => Buffer.from(encodeTransaction(each))),
  });
  for (const [name, message] of Object.entries(messagesByType)) {
    kinds.push({
      name,
      // The checksum is made to fit, or nothing damaged would get past it.
      decode: (bytes) => void decodePeerMessage(frameOf(bytes)),
      seeds: fc
        .sample<WireMessage>(message, { seed, numRuns: 30 })
        .map((each) => Buffer.from(encodePeerMessage(each).subarray(8))),
    });
  }
  kinds.push({
    name: "frames between members",
    decode: (bytes) => void new PeerFrameSplitter(100_000).push(bytes, () => true),
    seeds: fc.sample(messages, { seed, numRuns: 100 }).map((each) => encodePeerMessage(each)),
  });
  kinds.push({
    name: "frames",
    decode: (bytes) => void new FrameSplitter(1000).push(bytes, () => true),
    seeds: [Buffer.from("0000000161000000020102000003e8", "hex")],
  });
  for (let i = 0; i < cases; i++) {
    const kind = kinds[random(kinds.length)] as (typeof kinds)[number];
    const bytes = damage(kind.seeds[random(kind.seeds.length)] as Buffer, random);
    try {
      kind.decode(bytes);
      tally.decoded++;
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw new Error(`seed ${seed}, case ${i}: ${kind.name} ${bytes.toString("hex")}`, { cause: error });
      }
      tally.refused++;
    }
  }
  return tally;
}

function frameOf(body: Buffer): Buffer {
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.writeUInt32LE(crc32(body), 4);
  body.copy(frame, 8);
  return frame;
}

/** A copy with some of it changed, cut off, repeated or made up. */
function damage(original: Buffer, random: (below: number) => number): Buffer {
  let bytes = random(20) === 0 ? made(random(64), random) : Buffer.from(original);
  for (let rounds = 1 + random(4); rounds > 0 && bytes.length > 0; rounds--) {
    const at = random(bytes.length);
    switch (random(5)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes = bytes.subarray(0, at);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), made(1 + random(8), random), bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(at + 1))]);
        break;
      default:
        if (bytes.length >= 4) {
          bytes.writeInt32BE(LIES[random(LIES.length)] as number, random(bytes.length - 3));
        }
    }
  }
  return bytes;
}

const LIES = [-1, -2, 0, 1, 4, 1000, 1001, 0x00ffffff, 2 ** 31 - 1, -(2 ** 31)];

function made(length: number, random: (below: number) => number): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

/** A 32-bit xorshift: enough to pick bytes with, and the same everywhere. */
function randomFrom(seed: number): (below: number) => number {
  let state = (seed ^ 0x9e3779b9) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
