/**
 * Writes the messages that are sent all the time, as `message.proto` has them: byte for byte what the generated code
 * writes, which is the reference this is tested against. Fields descend, so that on the wire they ascend; what is zero is
 * left out. Each function leaves a whole envelope in the writer.
 */
import type { ConsensusMessage, ServerMessage, WireEntry, WireEpochRow, WirePosition } from "./messages.ts";
import {
  begin,
  bool,
  bytes,
  bytesHead,
  FIXED32,
  fixed32,
  raw,
  reserve,
  safe,
  sint32,
  tag,
  take,
  uint32,
  VARINT,
  written,
} from "./proto-writer.ts";

export type HotMessage =
  | Extract<ConsensusMessage, { type: "append" | "appendAck" | "heartbeat" }>
  | Extract<ServerMessage, { type: "forward" | "forwardReply" }>;
type Of<Type extends HotMessage["type"]> = Extract<HotMessage, { type: Type }>;

/** More than the fields of an entry, or of an append, take beside payloads and entries. */
const FIELDS_BYTES_MAX = 64;

/** Entries are the same for every receiver: those encoded last, and their bytes. */
let lastEntries: readonly WireEntry[] = [];
let lastBytes: Buffer = Buffer.alloc(0);

export function writeAppend({ epoch, prev, entries, commit, sentAt }: Of<"append">): void {
  if (entries.length > 0) {
    follow(prev, entries[0] as WireEntry);
    if (entries !== lastEntries) {
      lastBytes = encodeEntries(entries);
      lastEntries = entries;
    }
  }
  begin();
  if (entries.length > 0) {
    reserve(lastBytes.length + FIELDS_BYTES_MAX);
    raw(lastBytes);
  }
  safeField(sentAt, 4);
  safeField(commit, 3);
  positionField(prev, 2);
  uint32Field(epoch, 1);
  bytesHead(0, 1);
}

function encodeEntries(entries: readonly WireEntry[]): Buffer {
  let room = 0;
  for (const { payload } of entries) {
    room += payload.length + FIELDS_BYTES_MAX;
  }
  begin();
  reserve(room);
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i] as WireEntry;
    if (i > 0) {
      follow(entries[i - 1] as WireEntry, entry);
    }
    const before = written();
    if (entry.counter === 0) {
      uint32Field(entry.epoch, 4);
    }
    if (entry.payload.length > 0) {
      bytes(entry.payload, 3);
    }
    fixed32Field(entry.chain, 2);
    uint32Field(entry.kind, 1);
    bytesHead(before, 5);
  }
  return take();
}

/** The wire leaves out what can be computed: entries with gaps would arrive as other entries. */
function follow(before: WirePosition, { index, epoch, counter }: WirePosition): void {
  const dense = epoch === before.epoch ? counter === before.counter + 1 : epoch > before.epoch && counter === 0;
  if (!dense || index !== before.index + 1) {
    throw new Error(
      `invariant: entry ${index} (${epoch}, ${counter}) does not follow ${before.index} (${before.epoch}, ${before.counter})`,
    );
  }
}

export function writeAppendAck({ epoch, durable, applied, sentAt, readSeq, reject }: Of<"appendAck">): void {
  begin();
  if (reject !== undefined) {
    rowFields(reject.epochs, 2);
    positionField(reject.last, 1);
    bytesHead(0, 6);
  }
  safeField(readSeq, 5);
  safeField(sentAt, 4);
  safeField(applied, 3);
  safeField(durable, 2);
  uint32Field(epoch, 1);
  bytesHead(0, 2);
}

export function writeHeartbeat(message: Of<"heartbeat">): void {
  begin();
  const { levels } = message;
  for (let i = levels.length - 1; i >= 0; i--) {
    const { sid, index } = levels[i] as (typeof levels)[number];
    const before = written();
    safeField(index, 2);
    uint32Field(sid, 1);
    bytesHead(before, 8);
  }
  safeField(message.digest, 7);
  safeField(message.digestIndex, 6);
  safeField(message.readSeq, 5);
  safeField(message.sentAt, 4);
  if (message.established) {
    bool(true);
    tag(3, VARINT);
  }
  safeField(message.commit, 2);
  uint32Field(message.epoch, 1);
  bytesHead(0, 3);
}

export function writeForward({ first, requests, identities }: Of<"forward">): void {
  begin();
  for (let i = identities.length - 1; i >= 0; i--) {
    bytes(identities[i] as Uint8Array, 3);
  }
  for (let i = requests.length - 1; i >= 0; i--) {
    const request = requests[i] as (typeof requests)[number];
    const before = written();
    if (request.body.length > 0) {
      bytes(request.body, 6);
    }
    uint32Field(request.identity, 5);
    sint32Field(request.opcode, 4);
    sint32Field(request.xid, 3);
    fixed32Field(request.sessionLow, 2);
    fixed32Field(request.sessionHigh, 1);
    bytesHead(before, 2);
  }
  safeField(first, 1);
  bytesHead(0, 4);
}

export function writeForwardReply({ first, indexes, codes }: Of<"forwardReply">): void {
  begin();
  if (codes.length > 0) {
    for (let i = codes.length - 1; i >= 0; i--) {
      sint32(codes[i] as number);
    }
    bytesHead(0, 3);
  }
  if (indexes.length > 0) {
    const before = written();
    for (let i = indexes.length - 1; i >= 0; i--) {
      safe(indexes[i] as number);
    }
    bytesHead(before, 2);
  }
  safeField(first, 1);
  bytesHead(0, 5);
}

function rowFields(rows: readonly WireEpochRow[], field: number): void {
  for (let i = rows.length - 1; i >= 0; i--) {
    const { epoch, leader, startIndex } = rows[i] as WireEpochRow;
    const before = written();
    safeField(startIndex, 3);
    uint32Field(leader, 2);
    uint32Field(epoch, 1);
    bytesHead(before, field);
  }
}

function positionField({ index, epoch, counter, chain }: WirePosition, field: number): void {
  const before = written();
  fixed32Field(chain, 4);
  uint32Field(counter, 3);
  uint32Field(epoch, 2);
  safeField(index, 1);
  bytesHead(before, field);
}

function safeField(value: number, field: number): void {
  if (value !== 0) {
    safe(value);
    tag(field, VARINT);
  }
}

function uint32Field(value: number, field: number): void {
  if (value !== 0) {
    uint32(value);
    tag(field, VARINT);
  }
}

function sint32Field(value: number, field: number): void {
  if (value !== 0) {
    sint32(value);
    tag(field, VARINT);
  }
}

function fixed32Field(value: number, field: number): void {
  if (value !== 0) {
    fixed32(value);
    tag(field, FIXED32);
  }
}
