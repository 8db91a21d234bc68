/**
 * Reads the messages that come all the time, and those with lists: without copying, and without making more objects than
 * the bounds below allow. Bytes are views of the frame. `message.proto` is the layout, `message-writer.ts` the other
 * direction; what is out of range, order or bounds is a ProtocolError.
 */
import type { ForwardedRequest, PeerMessage, WireEntry, WireEpochRow, WirePosition } from "./messages.ts";
import { fail, type ProtoReader } from "./proto-reader.ts";

type Of<Type extends PeerMessage["type"]> = Extract<PeerMessage, { type: Type }>;

/** Most entries of an append, requests of a forward, and epochs of a log; above any limit that members are run with. */
const LIST_LENGTH_MAX = 65_536;
export const SID_MAX = 255;
/** The kind of entry that opens an epoch. */
const EPOCH_START = 2;
const COUNTER_MAX = 0xffff_ffff;
const ZERO: WirePosition = { index: 0, epoch: 0, counter: 0, chain: 0 };
const NOTHING = Buffer.alloc(0);

export function readAppend(input: ProtoReader): Of<"append"> {
  let epoch = 0;
  let prev = ZERO;
  let commit = 0;
  let sentAt = 0;
  const entries: WireEntry[] = [];
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        epoch = input.uint32();
        break;
      case 0x12:
        if (entries.length > 0) fail("prev behind the entries that follow it");
        prev = readPosition(input);
        break;
      case 0x18:
        commit = input.safe();
        break;
      case 0x20:
        sentAt = input.safe();
        break;
      case 0x2a:
        bounded(entries, LIST_LENGTH_MAX);
        entries.push(readEntry(input, entries.length === 0 ? prev : (entries[entries.length - 1] as WireEntry)));
        break;
      default:
        input.skip(tag);
    }
  }
  return { type: "append", epoch, prev, entries, commit, sentAt };
}

function readEntry(input: ProtoReader, before: WirePosition): WireEntry {
  let kind = 0;
  let chain = 0;
  let payload: Uint8Array = NOTHING;
  let epoch = 0;
  const outer = input.enter();
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        kind = input.uint32();
        break;
      case 0x15:
        chain = input.fixed32();
        break;
      case 0x1a:
        payload = input.view();
        break;
      case 0x20:
        epoch = input.uint32();
        break;
      default:
        input.skip(tag);
    }
  }
  input.leave(outer);
  const index = before.index + 1;
  let counter = 0;
  if (epoch === 0) {
    ({ epoch } = before);
    counter = before.counter + 1;
    if (kind === EPOCH_START) fail(`the start of an epoch at counter ${counter}`);
  } else if (epoch <= before.epoch) {
    fail(`an entry of epoch ${epoch} behind one of epoch ${before.epoch}`);
  }
  if (kind === 0 || counter > COUNTER_MAX || index > Number.MAX_SAFE_INTEGER) {
    fail(`an entry of kind ${kind} at index ${index}, counter ${counter}`);
  }
  return { index, epoch, counter, chain, kind, payload };
}

export function readAppendAck(input: ProtoReader): Of<"appendAck"> {
  let epoch = 0;
  let durable = 0;
  let applied = 0;
  let sentAt = 0;
  let readSeq = 0;
  let reject: Of<"appendAck">["reject"];
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        epoch = input.uint32();
        break;
      case 0x10:
        durable = input.safe();
        break;
      case 0x18:
        applied = input.safe();
        break;
      case 0x20:
        sentAt = input.safe();
        break;
      case 0x28:
        readSeq = input.safe();
        break;
      case 0x32:
        reject = readReject(input);
        break;
      default:
        input.skip(tag);
    }
  }
  return { type: "appendAck", epoch, durable, applied, sentAt, readSeq, reject };
}

function readReject(input: ProtoReader): NonNullable<Of<"appendAck">["reject"]> {
  let last = ZERO;
  const epochs: WireEpochRow[] = [];
  const outer = input.enter();
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x0a:
        last = readPosition(input);
        break;
      case 0x12:
        readRow(input, epochs);
        break;
      default:
        input.skip(tag);
    }
  }
  input.leave(outer);
  return { last, epochs };
}

export function readHeartbeat(input: ProtoReader): Of<"heartbeat"> {
  let epoch = 0;
  let commit = 0;
  let established = false;
  let sentAt = 0;
  let readSeq = 0;
  let digestIndex = 0;
  let digest = 0;
  const levels: { sid: number; index: number }[] = [];
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        epoch = input.uint32();
        break;
      case 0x10:
        commit = input.safe();
        break;
      case 0x18:
        established = input.bool();
        break;
      case 0x20:
        sentAt = input.safe();
        break;
      case 0x28:
        readSeq = input.safe();
        break;
      case 0x30:
        digestIndex = input.safe();
        break;
      case 0x38:
        digest = input.safe();
        break;
      case 0x42: {
        bounded(levels, SID_MAX);
        const [sid, index] = readSidAndNumber(input);
        levels.push({ sid, index });
        break;
      }
      default:
        input.skip(tag);
    }
  }
  return { type: "heartbeat", epoch, commit, established, sentAt, readSeq, digestIndex, digest, levels };
}

export function readHail(input: ProtoReader): Of<"hail"> {
  let nonce = 0;
  let configHash = 0;
  let belongs = false;
  const founders: { sid: number; nonce: number }[] = [];
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        nonce = input.safe();
        break;
      case 0x10:
        configHash = input.safe();
        break;
      case 0x1a: {
        bounded(founders, SID_MAX);
        const [sid, founder] = readSidAndNumber(input);
        if (founder === 0) fail("a founder without a nonce");
        founders.push({ sid, nonce: founder });
        break;
      }
      case 0x20:
        belongs = input.bool();
        break;
      default:
        input.skip(tag);
    }
  }
  if (nonce === 0) fail("a hail without a nonce");
  return { type: "hail", nonce, configHash, founders, belongs };
}

export function readAckEpoch(input: ProtoReader): Of<"ackEpoch"> {
  let epoch = 0;
  let leaderBoot = 0;
  let last = ZERO;
  let commit = 0;
  const epochs: WireEpochRow[] = [];
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        epoch = input.uint32();
        break;
      case 0x10:
        leaderBoot = input.safe();
        break;
      case 0x1a:
        last = readPosition(input);
        break;
      case 0x20:
        commit = input.safe();
        break;
      case 0x2a:
        readRow(input, epochs);
        break;
      default:
        input.skip(tag);
    }
  }
  return { type: "ackEpoch", epoch, leaderBoot, last, commit, epochs };
}

export function readSnapshotOffer(input: ProtoReader): Of<"snapshotOffer"> {
  let epoch = 0;
  let position = ZERO;
  let bytes = 0;
  const epochs: WireEpochRow[] = [];
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        epoch = input.uint32();
        break;
      case 0x12:
        position = readPosition(input);
        break;
      case 0x18:
        bytes = input.safe();
        break;
      case 0x22:
        readRow(input, epochs);
        break;
      default:
        input.skip(tag);
    }
  }
  return { type: "snapshotOffer", epoch, position, epochs, bytes };
}

export function readForward(input: ProtoReader): Of<"forward"> {
  let first = 0;
  let identityMax = -1;
  const requests: ForwardedRequest[] = [];
  const identities: Uint8Array[] = [];
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        first = input.safe();
        break;
      case 0x12: {
        bounded(requests, LIST_LENGTH_MAX);
        const request = readRequest(input);
        identityMax = Math.max(identityMax, request.identity);
        requests.push(request);
        break;
      }
      case 0x1a:
        bounded(identities, LIST_LENGTH_MAX);
        identities.push(input.view());
        break;
      default:
        input.skip(tag);
    }
  }
  if (identityMax >= identities.length) fail(`identity ${identityMax} of ${identities.length}`);
  return { type: "forward", first, requests, identities };
}

function readRequest(input: ProtoReader): ForwardedRequest {
  let sessionHigh = 0;
  let sessionLow = 0;
  let xid = 0;
  let opcode = 0;
  let identity = 0;
  let body: Uint8Array = NOTHING;
  const outer = input.enter();
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x0d:
        sessionHigh = input.fixed32();
        break;
      case 0x15:
        sessionLow = input.fixed32();
        break;
      case 0x18:
        xid = input.sint32();
        break;
      case 0x20:
        opcode = input.sint32();
        break;
      case 0x28:
        identity = input.uint32();
        break;
      case 0x32:
        body = input.view();
        break;
      default:
        input.skip(tag);
    }
  }
  input.leave(outer);
  return { sessionHigh, sessionLow, xid, opcode, identity, body };
}

export function readForwardReply(input: ProtoReader): Of<"forwardReply"> {
  let first = 0;
  let refused = 0;
  const indexes: number[] = [];
  const codes: number[] = [];
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        first = input.safe();
        break;
      case 0x12: {
        const outer = input.enter();
        while (input.left > 0) {
          bounded(indexes, LIST_LENGTH_MAX);
          const index = input.safe();
          if (index === 0) refused++;
          indexes.push(index);
        }
        input.leave(outer);
        break;
      }
      case 0x1a: {
        const outer = input.enter();
        while (input.left > 0) {
          bounded(codes, LIST_LENGTH_MAX);
          codes.push(input.sint32());
        }
        input.leave(outer);
        break;
      }
      default:
        input.skip(tag);
    }
  }
  if (codes.length !== refused) fail(`${codes.length} codes for ${refused} refused requests`);
  return { type: "forwardReply", first, indexes, codes };
}

function readPosition(input: ProtoReader): WirePosition {
  let index = 0;
  let epoch = 0;
  let counter = 0;
  let chain = 0;
  const outer = input.enter();
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        index = input.safe();
        break;
      case 0x10:
        epoch = input.uint32();
        break;
      case 0x18:
        counter = input.uint32();
        break;
      case 0x25:
        chain = input.fixed32();
        break;
      default:
        input.skip(tag);
    }
  }
  input.leave(outer);
  return { index, epoch, counter, chain };
}

/** Rows ascend by epoch, and no epoch starts before an older one. */
function readRow(input: ProtoReader, rows: WireEpochRow[]): void {
  bounded(rows, LIST_LENGTH_MAX);
  let epoch = 0;
  let leader = 0;
  let startIndex = 0;
  const outer = input.enter();
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        epoch = input.uint32();
        break;
      case 0x10:
        leader = input.uint32();
        break;
      case 0x18:
        startIndex = input.safe();
        break;
      default:
        input.skip(tag);
    }
  }
  input.leave(outer);
  const before = rows[rows.length - 1];
  if (before !== undefined && (epoch <= before.epoch || startIndex < before.startIndex)) {
    fail(`epoch ${epoch} from ${startIndex} behind epoch ${before.epoch} from ${before.startIndex}`);
  }
  if (leader > SID_MAX) fail(`server id ${leader}`);
  rows.push({ epoch, leader, startIndex });
}

/** A level or a founder. */
function readSidAndNumber(input: ProtoReader): readonly [sid: number, value: number] {
  let sid = 0;
  let value = 0;
  const outer = input.enter();
  for (let tag = input.tag(); tag !== 0; tag = input.tag()) {
    switch (tag) {
      case 0x08:
        sid = input.uint32();
        break;
      case 0x10:
        value = input.safe();
        break;
      default:
        input.skip(tag);
    }
  }
  input.leave(outer);
  if (sid < 1 || sid > SID_MAX) fail(`server id ${sid}`);
  return [sid, value];
}

/** @throws {@link ProtocolError} if the list is full. */
function bounded(list: readonly unknown[], length: number): void {
  if (list.length >= length) fail(`a list of more than ${length}`);
}
