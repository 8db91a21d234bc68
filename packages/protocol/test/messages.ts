/** Random messages between members. */
import fc from "fast-check";
import type { WireEntry, WireMessage, WirePosition } from "../src/peer/index.ts";

const uint32 = fc.oneof(
  fc.nat(0xffff_ffff),
  fc.nat(200),
  fc.nat(31).map((shift) => 2 ** shift),
);
const safe = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(200),
  fc.nat(52).map((shift) => 2 ** shift),
);
const positive = safe.map((value) => Math.max(1, value));
const int32 = fc.oneof(fc.integer(), fc.integer({ min: -70, max: 70 }));
const sid = fc.integer({ min: 1, max: 255 });
const sidOrNone = fc.nat(255);
const bytes = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each)) },
  { weight: 1, arbitrary: fc.nat(500).map((length) => Buffer.alloc(length, 7)) },
);
const position: fc.Arbitrary<WirePosition> = fc.record({ index: safe, epoch: uint32, counter: uint32, chain: uint32 });

const rows = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 0xffff }), sidOrNone, fc.nat(2 ** 31)), { maxLength: 6 })
  .map((steps) => {
    let epoch = 0;
    let startIndex = 1;
    return steps.map(([stride, leader, length]) => {
      epoch += stride;
      startIndex += length;
      return { epoch, leader, startIndex };
    });
  });

/** A position, and entries right behind it. */
export const history: fc.Arbitrary<{ prev: WirePosition; entries: readonly WireEntry[] }> = fc
  .record({
    prev: fc.record({ index: fc.nat(2 ** 40), epoch: fc.nat(0xfff_ffff), counter: fc.nat(0xfff_ffff), chain: uint32 }),
    steps: fc.array(
      fc.record({
        opens: fc.nat(5).map((die) => die === 0),
        stride: fc.integer({ min: 1, max: 1000 }),
        chain: uint32,
        kind: fc.integer({ min: 1, max: 300 }),
        payload: bytes,
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ prev, steps }) => {
    let last = prev;
    const entries = steps.map(({ opens, stride, chain, kind, payload }) => {
      const entry: WireEntry = {
        index: last.index + 1,
        epoch: opens ? last.epoch + stride : last.epoch,
        counter: opens ? 0 : last.counter + 1,
        chain,
        kind: opens ? 2 : kind === 2 ? 3 : kind,
        payload,
      };
      last = entry;
      return entry;
    });
    return { prev, entries };
  });

const forward = fc
  .record({
    first: safe,
    identities: fc.array(bytes, { minLength: 1, maxLength: 4 }),
    requests: fc.array(
      fc.record({
        sessionHigh: uint32,
        sessionLow: uint32,
        xid: int32,
        opcode: int32,
        identity: fc.nat(0xffff),
        body: bytes,
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ first, identities, requests }) => ({
    type: "forward" as const,
    first,
    identities,
    requests: requests.map((request) => ({ ...request, identity: request.identity % identities.length })),
  }));

const forwardReply = fc
  .record({ first: safe, indexes: fc.array(safe, { maxLength: 20 }), code: int32 })
  .map(({ first, indexes, code }) => ({
    type: "forwardReply" as const,
    first,
    indexes,
    codes: indexes.filter((index) => index === 0).map((_, i) => (code + i) | 0),
  }));

const is = <Type extends string>(type: Type): fc.Arbitrary<Type> => fc.constant(type);

/** Of every type there is. */
export const messagesByType: { readonly [Type in WireMessage["type"]]: fc.Arbitrary<WireMessage & { type: Type }> } = {
  append: fc
    .record({ epoch: uint32, history, commit: safe, sentAt: safe })
    .map(({ epoch, history: { prev, entries }, commit, sentAt }) => ({
      type: "append",
      epoch,
      prev,
      entries,
      commit,
      sentAt,
    })),
  appendAck: fc.record({
    type: is("appendAck"),
    epoch: uint32,
    durable: safe,
    applied: safe,
    sentAt: safe,
    readSeq: safe,
    reject: fc.option(fc.record({ last: position, epochs: rows }), { nil: undefined }),
  }),
  heartbeat: fc.record({
    type: is("heartbeat"),
    epoch: uint32,
    commit: safe,
    established: fc.boolean(),
    sentAt: safe,
    readSeq: safe,
    digestIndex: safe,
    digest: safe,
    levels: fc.array(fc.record({ sid, index: safe }), { maxLength: 7 }),
  }),
  forward,
  forwardReply,
  touch: fc.record({
    type: is("touch"),
    sessions: fc.nat(40).map((count) => Buffer.alloc(8 * count, 3)),
  }),
  readIndex: fc.record({ type: is("readIndex"), id: safe }),
  readIndexAck: fc.record({ type: is("readIndexAck"), id: safe, index: safe }),
  notify: fc.record({
    type: is("notify"),
    state: fc.constantFrom("looking", "following", "leading", "observing"),
    round: safe,
    vote: fc.record({ epoch: uint32, counter: uint32, priority: int32, sid: sidOrNone }),
    acceptedEpoch: uint32,
    leader: sidOrNone,
    established: fc.boolean(),
  }),
  revalidate: fc.record({
    type: is("revalidate"),
    id: safe,
    sessionHigh: uint32,
    sessionLow: uint32,
    timeoutMs: uint32,
  }),
  revalidateReply: fc.record({ type: is("revalidateReply"), id: safe, valid: fc.boolean() }),
  hail: fc.record({
    type: is("hail"),
    nonce: positive,
    configHash: safe,
    founders: fc.array(fc.record({ sid, nonce: positive }), { maxLength: 7 }),
    belongs: fc.boolean(),
  }),
  join: fc.record({ type: is("join"), acceptedEpoch: uint32, acceptedLeader: sidOrNone, last: position }),
  newEpoch: fc.record({
    type: is("newEpoch"),
    epoch: uint32,
    leaderBoot: safe,
    last: position,
    established: fc.boolean(),
  }),
  ackEpoch: fc.record({
    type: is("ackEpoch"),
    epoch: uint32,
    leaderBoot: safe,
    last: position,
    commit: safe,
    epochs: rows,
  }),
  transferLead: fc.record({ type: is("transferLead"), epoch: uint32 }),
  followMe: fc.record({ type: is("followMe"), epoch: uint32 }),
  refuse: fc.record({
    type: is("refuse"),
    leader: sidOrNone,
    reason: fc.constantFrom("emptied", "rolledBack"),
    epoch: uint32,
    index: safe,
  }),
  snapshotOffer: fc.record({ type: is("snapshotOffer"), epoch: uint32, position, epochs: rows, bytes: safe }),
  snapshotRequest: fc.record({
    type: is("snapshotRequest"),
    position,
    table: uint32,
    key: bytes,
    rows: safe,
    checksum: safe,
    credits: uint32,
  }),
  snapshotChunk: fc.record({
    type: is("snapshotChunk"),
    position,
    rows: bytes,
    count: safe,
    checksum: safe,
    done: fc.boolean(),
  }),
  snapshotCredit: fc.record({ type: is("snapshotCredit"), position, credits: uint32 }),
  snapshotGone: fc.record({ type: is("snapshotGone"), position }),
  hello: fc
    .record({
      versions: fc.tuple(uint32, uint32),
      clusterId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      configHash: safe,
      fromSid: sid,
      toSid: sid,
      bootId: positive,
      plane: fc.constantFrom("control", "bulk"),
    })
    .map(({ versions, clusterId, ...rest }) => ({
      type: "hello",
      protoMin: Math.min(...versions),
      protoMax: Math.max(...versions),
      clusterId: clusterId.toString(16).padStart(16, "0"),
      ...rest,
    })),
  ping: fc.record({ type: is("ping") }),
  helloAck: fc.record({ type: is("helloAck"), proto: uint32 }),
  helloReject: fc.record({ type: is("helloReject"), reason: fc.string({ unit: "grapheme", maxLength: 40 }) }),
};

export const messages: fc.Arbitrary<WireMessage> = fc.oneof(...Object.values(messagesByType));
