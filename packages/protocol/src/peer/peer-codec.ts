/**
 * A message between members, to the bytes of a frame and back. `message.proto` has the layout of frame and message. What is
 * sent all the time goes by hand (`message-writer.ts`, `message-reader.ts`), the rest through the generated code.
 */
import { crc32 } from "node:zlib";
import { ProtocolError } from "../client/protocol-error.ts";
import { peer } from "./gen/message.js";
import type { LinkMessage } from "./handshake.ts";
import { longOfNumber, longOfParts, numberOf } from "./long.ts";
import {
  readAckEpoch,
  readAppend,
  readAppendAck,
  readForward,
  readForwardReply,
  readHail,
  readHeartbeat,
  readSnapshotOffer,
  SID_MAX,
} from "./message-reader.ts";
import { writeAppend, writeAppendAck, writeForward, writeForwardReply, writeHeartbeat } from "./message-writer.ts";
import type { PeerMessage, WireEpochRow, WirePosition } from "./messages.ts";
import { fail, ProtoReader } from "./proto-reader.ts";
import { begin, fixed32, peek, raw, reserve, take, written } from "./proto-writer.ts";
import type { Long } from "./transaction.ts";

/** Everything that can stand in a frame. */
export type WireMessage = PeerMessage | LinkMessage;

/** Length and checksum. */
export const PEER_HEAD_BYTES = 8;
/** What is read of a text for people. */
const TEXT_CHARS_MAX = 2000;

const STATES = ["looking", "following", "leading", "observing"] as const;
const REASONS = ["emptied", "rolledBack"] as const;
const PLANES = ["control", "bulk"] as const;

/**
 * The message as a whole frame, the caller's to keep; it may share a slab of 64 KiB with others. Entries handed in as the
 * same array as in the append before are not encoded again.
 *
 * @throws Error if an append's entries are not dense behind its `prev`, which only a bug can bring about.
 */
export function encodePeerMessage(message: WireMessage): Buffer {
  switch (message.type) {
    case "append":
      writeAppend(message);
      break;
    case "appendAck":
      writeAppendAck(message);
      break;
    case "heartbeat":
      writeHeartbeat(message);
      break;
    case "forward":
      writeForward(message);
      break;
    case "forwardReply":
      writeForwardReply(message);
      break;
    default: {
      const envelope = peer.Envelope.encode(envelopeOf(message) as peer.Envelope.$Properties).finish();
      begin();
      reserve(envelope.length + PEER_HEAD_BYTES);
      raw(envelope);
    }
  }
  const length = written();
  fixed32(crc32(peek()));
  fixed32(length);
  return take();
}

/**
 * Reads one whole frame, as {@link encodePeerMessage} writes it. Byte fields of the result are **views** of `frame`.
 *
 * @throws {@link ProtocolError} `BAD_FRAME_LENGTH` if that is not what its head says, `BAD_CHECKSUM`, or `BAD_MESSAGE`
 *   if the content is malformed, out of range or nothing this version knows.
 */
export function decodePeerMessage(frame: Uint8Array): WireMessage {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  const length = bytes.length < PEER_HEAD_BYTES ? -1 : bytes.readUInt32LE(0);
  if (length !== bytes.length - PEER_HEAD_BYTES) {
    throw new ProtocolError("BAD_FRAME_LENGTH", `${bytes.length} bytes are no frame of ${length}`, length);
  }
  return decodePeerFrame(bytes, 0, bytes.length);
}

/** The frame that lies in `bytes` from `start` to `end`; its length is taken for granted. */
export function decodePeerFrame(bytes: Buffer, start: number, end: number): WireMessage {
  const body = bytes.subarray(start + PEER_HEAD_BYTES, end);
  if (crc32(body) !== bytes.readUInt32LE(start + 4)) {
    throw new ProtocolError("BAD_CHECKSUM", `a frame of ${body.length} bytes with a wrong checksum`);
  }
  try {
    return decodeEnvelope(body);
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    throw new ProtocolError("BAD_MESSAGE", "not a message between members", undefined, { cause });
  }
}

const reader = new ProtoReader();

function decodeEnvelope(bytes: Buffer): WireMessage {
  reader.reset(bytes, 0, bytes.length);
  let field = 0;
  let start = 0;
  let end = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if ((tag & 7) === 2 && isBody(tag >>> 3)) {
      const outer = reader.enter();
      field = tag >>> 3;
      start = reader.position;
      end = start + reader.left;
      if (outer !== end) reader.reset(bytes, end, outer);
      else break;
    } else {
      reader.skip(tag);
    }
  }
  reader.reset(bytes, start, end);
  switch (field) {
    case 1:
      return readAppend(reader);
    case 2:
      return readAppendAck(reader);
    case 3:
      return readHeartbeat(reader);
    case 4:
      return readForward(reader);
    case 5:
      return readForwardReply(reader);
    case 16:
      return readHail(reader);
    case 19:
      return readAckEpoch(reader);
    case 23:
      return readSnapshotOffer(reader);
    default:
      return messageOf(field, bytes.subarray(start, end));
  }
}

function isBody(field: number): boolean {
  return field <= 14 || (field >= 16 && field <= 25) || (field >= 32 && field <= 34);
}

/** Into the generated code's shape. */
function envelopeOf(message: Exclude<WireMessage, { type: ByHand }>): peer.Envelope.$Shape {
  switch (message.type) {
    case "touch":
      return { touch: { sessions: message.sessions } };
    case "readIndex":
      return { readIndex: { id: longOfNumber(message.id) } };
    case "readIndexAck":
      return { readIndexAck: { id: longOfNumber(message.id), index: longOfNumber(message.index) } };
    case "notify": {
      const { state, round, vote, acceptedEpoch, leader, established } = message;
      const { epoch, counter, priority, sid } = vote;
      return {
        notify: {
          state: STATES.indexOf(state),
          round: longOfNumber(round),
          vote: { epoch, counter, priority, sid },
          acceptedEpoch,
          leader,
          established,
        },
      };
    }
    case "revalidate": {
      const { id, sessionHigh, sessionLow, timeoutMs } = message;
      return { revalidate: { id: longOfNumber(id), sessionHigh, sessionLow, timeoutMs } };
    }
    case "revalidateReply":
      return { revalidateReply: { id: longOfNumber(message.id), valid: message.valid } };
    case "hail": {
      const founders = message.founders.map(({ sid, nonce }) => ({ sid, nonce: longOfNumber(nonce) }));
      const [nonce, configHash] = [longOfNumber(message.nonce), longOfNumber(message.configHash)];
      return { hail: { nonce, configHash, founders, belongs: message.belongs } };
    }
    case "join": {
      const { acceptedEpoch, acceptedLeader, last } = message;
      return { join: { acceptedEpoch, acceptedLeader, last: shapeOf(last) } };
    }
    case "newEpoch": {
      const { epoch, leaderBoot, last, established } = message;
      return { newEpoch: { epoch, leaderBoot: longOfNumber(leaderBoot), last: shapeOf(last), established } };
    }
    case "ackEpoch": {
      const { epoch, last } = message;
      const [leaderBoot, commit] = [longOfNumber(message.leaderBoot), longOfNumber(message.commit)];
      const epochs = message.epochs.map(rowOf);
      return { ackEpoch: { epoch, leaderBoot, last: shapeOf(last), commit, epochs } };
    }
    case "transferLead":
      return { transferLead: { epoch: message.epoch } };
    case "followMe":
      return { followMe: { epoch: message.epoch } };
    case "refuse":
      return {
        refuse: {
          reason: REASONS.indexOf(message.reason),
          epoch: message.epoch,
          leader: message.leader,
          index: longOfNumber(message.index),
        },
      };
    case "snapshotOffer": {
      const { epoch, position, epochs, bytes } = message;
      return {
        snapshotOffer: {
          epoch,
          position: shapeOf(position),
          bytes: longOfNumber(bytes),
          epochs: epochs.map(rowOf),
        },
      };
    }
    case "snapshotRequest": {
      const { position, table, key, credits } = message;
      const [rows, checksum] = [longOfNumber(message.rows), longOfNumber(message.checksum)];
      return { snapshotRequest: { position: shapeOf(position), table, key, rows, checksum, credits } };
    }
    case "snapshotChunk": {
      const { position, rows, done } = message;
      const [count, checksum] = [longOfNumber(message.count), longOfNumber(message.checksum)];
      return { snapshotChunk: { position: shapeOf(position), rows, count, checksum, done } };
    }
    case "snapshotCredit":
      return { snapshotCredit: { position: shapeOf(message.position), credits: message.credits } };
    case "snapshotGone":
      return { snapshotGone: { position: shapeOf(message.position) } };
    case "hello": {
      const { protoMin, protoMax, fromSid, toSid } = message;
      const plane = PLANES.indexOf(message.plane);
      const [configHash, bootId] = [longOfNumber(message.configHash), longOfNumber(message.bootId)];
      const clusterId = longOfParts(
        Number.parseInt(message.clusterId.slice(0, 8), 16),
        Number.parseInt(message.clusterId.slice(8), 16),
      );
      return { hello: { protoMin, protoMax, clusterId, configHash, fromSid, toSid, bootId, plane } };
    }
    case "ping":
      return { ping: {} };
    case "helloAck":
      return { helloAck: { proto: message.proto } };
    case "helloReject":
      return { helloReject: { reason: message.reason } };
  }
}

type ByHand = "append" | "appendAck" | "heartbeat" | "forward" | "forwardReply";

/** From the generated code's shape, with every number in its range. */
function messageOf(
  field: number,
  bytes: Buffer,
): Exclude<WireMessage, { type: ByHand | "hail" | "ackEpoch" | "snapshotOffer" }> {
  switch (field) {
    case 6: {
      const { sessions } = peer.Touch.decode(bytes);
      if (sessions.length % 8 !== 0) fail(`sessions in ${sessions.length} bytes`);
      return { type: "touch", sessions };
    }
    case 7:
      return { type: "readIndex", id: safeOf(peer.ReadIndex.decode(bytes).id) };
    case 8: {
      const { id, index } = peer.ReadIndexAck.decode(bytes);
      return { type: "readIndexAck", id: safeOf(id), index: safeOf(index) };
    }
    case 9: {
      const { state, round, vote, acceptedEpoch, leader, established } = peer.Notify.decode(bytes);
      const { epoch, counter, priority, sid } = vote ?? {};
      return {
        type: "notify",
        state: nameOf(STATES, state),
        round: safeOf(round),
        vote: { epoch: epoch ?? 0, counter: counter ?? 0, priority: priority ?? 0, sid: sidOf(sid ?? 0, 0) },
        acceptedEpoch,
        leader: sidOf(leader, 0),
        established,
      };
    }
    case 10: {
      const { id, sessionHigh, sessionLow, timeoutMs } = peer.Revalidate.decode(bytes);
      return { type: "revalidate", id: safeOf(id), sessionHigh, sessionLow, timeoutMs };
    }
    case 11: {
      const { id, valid } = peer.RevalidateReply.decode(bytes);
      return { type: "revalidateReply", id: safeOf(id), valid };
    }
    case 12: {
      const { position, rows, count, checksum, done } = peer.SnapshotChunk.decode(bytes);
      return {
        type: "snapshotChunk",
        position: positionOf(position),
        rows,
        count: safeOf(count),
        checksum: safeOf(checksum),
        done,
      };
    }
    case 13: {
      const { position, credits } = peer.SnapshotCredit.decode(bytes);
      return { type: "snapshotCredit", position: positionOf(position), credits };
    }
    case 14:
      return { type: "ping" };
    case 17: {
      const { acceptedEpoch, acceptedLeader, last } = peer.Join.decode(bytes);
      return { type: "join", acceptedEpoch, acceptedLeader: sidOf(acceptedLeader, 0), last: positionOf(last) };
    }
    case 18: {
      const { epoch, leaderBoot, last, established } = peer.NewEpoch.decode(bytes);
      return { type: "newEpoch", epoch, leaderBoot: safeOf(leaderBoot), last: positionOf(last), established };
    }
    case 20:
      return { type: "transferLead", epoch: peer.TransferLead.decode(bytes).epoch };
    case 21:
      return { type: "followMe", epoch: peer.FollowMe.decode(bytes).epoch };
    case 22: {
      const { reason, epoch, leader, index } = peer.Refuse.decode(bytes);
      return { type: "refuse", reason: nameOf(REASONS, reason), epoch, leader: sidOf(leader, 0), index: safeOf(index) };
    }
    case 24: {
      const { position, table, key, rows, checksum, credits } = peer.SnapshotRequest.decode(bytes);
      return {
        type: "snapshotRequest",
        position: positionOf(position),
        table,
        key,
        rows: safeOf(rows),
        checksum: safeOf(checksum),
        credits,
      };
    }
    case 25:
      return { type: "snapshotGone", position: positionOf(peer.SnapshotGone.decode(bytes).position) };
    case 32:
      return helloOf(peer.Hello.decode(bytes));
    case 33:
      return { type: "helloAck", proto: peer.HelloAck.decode(bytes).proto };
    case 34:
      return { type: "helloReject", reason: peer.HelloReject.decode(bytes).reason.slice(0, TEXT_CHARS_MAX) };
    default:
      return fail("no message that this version knows");
  }
}

function helloOf(hello: peer.Hello): Extract<WireMessage, { type: "hello" }> {
  const { protoMin, protoMax, clusterId, fromSid, toSid, plane } = hello;
  const bootId = safeOf(hello.bootId);
  if (protoMin > protoMax) fail(`versions from ${protoMin} to ${protoMax}`);
  if (bootId === 0) fail("a hello without a boot id");
  return {
    type: "hello",
    protoMin,
    protoMax,
    clusterId: hex32(clusterId.high) + hex32(clusterId.low),
    configHash: safeOf(hello.configHash),
    fromSid: sidOf(fromSid, 1),
    toSid: sidOf(toSid, 1),
    bootId,
    plane: nameOf(PLANES, plane),
  };
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

function shapeOf({ index, epoch, counter, chain }: WirePosition): peer.Position.$Shape {
  return { index: longOfNumber(index), epoch, counter, chain };
}

function rowOf({ epoch, leader, startIndex }: WireEpochRow): peer.EpochRow.$Shape {
  return { epoch, leader, startIndex: longOfNumber(startIndex) };
}

function positionOf(position: peer.Position.$Shape | null | undefined): WirePosition {
  const { index, epoch, counter, chain } = position ?? {};
  return { index: index == null ? 0 : safeOf(index), epoch: epoch ?? 0, counter: counter ?? 0, chain: chain ?? 0 };
}

function safeOf(long: Long): number {
  const value = numberOf(long);
  return value <= Number.MAX_SAFE_INTEGER ? value : fail("an integer of more than 53 bits");
}

function sidOf(value: number, min: 0 | 1): number {
  return value >= min && value <= SID_MAX ? value : fail(`server id ${value}`);
}

function nameOf<Name>(names: readonly Name[], value: number): Name {
  return names[value] ?? fail(`${value} is none of ${names.join(", ")}`);
}
