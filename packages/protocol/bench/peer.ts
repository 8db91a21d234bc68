/** A batch of log entries from one member to another, and what else is sent all the time. */
import {
  decodePeerMessage,
  encodePeerMessage,
  PeerFrameSplitter,
  type PeerMessage,
  type WireEntry,
} from "../src/peer/index.ts";
import { measure } from "./measure.ts";

const ENTRIES = 64;
const prev = { index: 1_000_000, epoch: 7, counter: 5000, chain: 0x89abcdef };
const entries: WireEntry[] = Array.from({ length: ENTRIES }, (_, i) => ({
  index: prev.index + 1 + i,
  epoch: prev.epoch,
  counter: prev.counter + 1 + i,
  chain: (0x9e3779b9 * (i + 1)) >>> 0,
  kind: 1,
  payload: Buffer.alloc(200, i),
}));
const append = { type: "append", epoch: 7, prev, entries, commit: 999_999, sentAt: 123_456_789 } as const;
const frame = encodePeerMessage(append);

measure(
  "encode an append of 64 entries of 200 bytes",
  () => {
    return encodePeerMessage({ ...append, entries: entries.slice() }).length;
  },
  20_000,
);
measure("encode it for another receiver", () => encodePeerMessage(append).length, 20_000);
measure("decode it", () => (decodePeerMessage(frame) as typeof append).entries.length, 20_000);
measure(
  "encode and decode it",
  () => {
    const bytes = encodePeerMessage({ ...append, entries: entries.slice() });
    return (decodePeerMessage(bytes) as typeof append).entries.length;
  },
  20_000,
);

const others: PeerMessage[] = [
  {
    type: "appendAck",
    epoch: 7,
    durable: 1_000_064,
    applied: 1_000_000,
    sentAt: 123_456_789,
    readSeq: 0,
    reject: undefined,
  },
  {
    type: "forward",
    first: 4711,
    requests: Array.from({ length: 16 }, (_, i) => ({
      sessionHigh: 0x01000014,
      sessionLow: 0x80000000 + i,
      xid: 100 + i,
      opcode: 5,
      identity: i % 2,
      body: Buffer.alloc(150, i),
    })),
    identities: [Buffer.from("world"), Buffer.from("digest")],
  },
  { type: "forwardReply", first: 4711, indexes: Array.from({ length: 16 }, (_, i) => 1_000_065 + i), codes: [] },
];
const splitter = new PeerFrameSplitter(1 << 20);
for (const message of others) {
  const bytes = encodePeerMessage(message);
  measure(`encode ${message.type}`, () => encodePeerMessage(message).length);
  measure(`split and decode ${message.type}`, () => {
    let messages = 0;
    splitter.push(bytes, () => {
      messages++;
      return true;
    });
    return messages;
  });
}
