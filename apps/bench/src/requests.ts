/**
 * What a connection asks, one request after another. Encoding is most of what a generator has to do, and it shares the
 * machine with the server, so requests are encoded once, on a tape, and a turn's requests are one stretch of it.
 */
import {
  createRequest,
  deleteRequest,
  getDataRequest,
  JuteWriter,
  OPEN_ACL,
  OpCode,
  requestHeader,
  setDataRequest,
  Xid,
} from "@rookery/protocol/client";

/** One connection's requests. Whoever takes them asks about the replies in the same order. */
export interface Requests {
  /** The frames of the next `count`, at most the depth they were made for. */
  take(count: number): Buffer;
  /** Whether the next reply is to a write. */
  nextReply(xid: number): "read" | "write";
}

export interface Shape {
  readonly prefix: string;
  /** Of 100 requests, how many read. */
  readonly reads: number;
  /** Bytes of a value. */
  readonly size: number;
  readonly keys: number;
  readonly depth: number;
}

/** A tape is long enough for its repetition not to matter, unless values are so large that it would not fit. */
const TAPE_REQUESTS = 8192;
const TAPE_BYTES = 32 * 2 ** 20;
/** What a request takes besides its value, about. */
const REQUEST_BYTES = 96;
const CHURN_REQUESTS_MIN = 64;
const XID_MAX = 0x7fff_ffff;

export function keyPath(prefix: string, key: number): string {
  return `${prefix}/n${key}`;
}

/**
 * Reads and writes of random keys; all connections share the tape.
 *
 * @param random - From 0 up to, not including, 1.
 */
export function setTape(shape: Shape, random: () => number): Tape {
  const { prefix, reads, size, keys, depth } = shape;
  const data = payload(size);
  const length = Math.max(depth, Math.min(TAPE_REQUESTS, Math.floor(TAPE_BYTES / (size + REQUEST_BYTES))));
  return new Tape(length, depth, (out, xid) => {
    const path = keyPath(prefix, Math.floor(random() * keys));
    const write = random() * 100 >= reads;
    requestHeader.encode(out, { xid, type: write ? OpCode.setData : OpCode.getData });
    if (write) setDataRequest.encode(out, { path, data, version: -1 });
    else getDataRequest.encode(out, { path, watch: false });
    return write ? "write" : "read";
  });
}

/** Creates a znode, deletes it, creates the next: a tape for each connection. */
export function churnTape({ prefix, size, depth }: Shape, name: string): Tape {
  const data = payload(size);
  const pairs = Math.ceil(Math.max(depth, CHURN_REQUESTS_MIN) / 2);
  return new Tape(pairs * 2, depth, (out, xid) => {
    const path = `${prefix}/${name}-${(xid - 1) >> 1}`;
    if (xid % 2 === 1) {
      requestHeader.encode(out, { xid, type: OpCode.create });
      createRequest.encode(out, { path, data, acl: OPEN_ACL, flags: 0 });
    } else {
      requestHeader.encode(out, { xid, type: OpCode.delete });
      deleteRequest.encode(out, { path, version: -1 });
    }
    return "write";
  });
}

export function pingTape({ depth }: Shape): Tape {
  return new Tape(depth, depth, (out) => {
    requestHeader.encode(out, { xid: Xid.ping, type: OpCode.ping });
    return "read";
  });
}

/** Encodes one request with this xid, if it is of a kind that has one, and says of which kind it is. */
type Encode = (out: JuteWriter, xid: number) => "read" | "write";

export class Tape {
  readonly length: number;
  readonly bytes: Buffer;
  /** Where each request starts in `bytes`; one more for the end. */
  readonly starts: readonly number[];
  readonly kinds: readonly ("read" | "write")[];
  readonly xids: readonly number[];

  /** The first `depth` requests stand at the end again, so that a stretch of so many never has to be put together. */
  constructor(length: number, depth: number, encode: Encode) {
    const out = new JuteWriter(65_536);
    const starts = [0];
    const kinds: ("read" | "write")[] = [];
    for (let i = 0; i < length; i++) {
      const mark = out.beginFrame();
      kinds.push(encode(out, i + 1));
      out.endFrame(mark);
      starts.push(out.position);
    }
    const once = Buffer.from(out.take());
    this.length = length;
    this.kinds = kinds;
    this.xids = kinds.map((_, i) => once.readInt32BE((starts[i] as number) + 4));
    this.bytes = Buffer.concat([once, once.subarray(0, starts[depth])]);
    for (let i = 1; i <= depth; i++) starts.push(once.length + (starts[i] as number));
    this.starts = starts;
  }

  /** @param from - Where on the tape this connection begins. */
  play(from: number): Requests {
    const { length, bytes, starts, kinds, xids } = this;
    let sent = from % length;
    let answered = sent;
    return {
      take(count) {
        const stretch = bytes.subarray(starts[sent], starts[sent + count]);
        sent = (sent + count) % length;
        return stretch;
      },
      nextReply(xid) {
        if (xid !== xids[answered]) outOfOrder(xid, xids[answered] as number);
        const kind = kinds[answered] as "read" | "write";
        answered = answered + 1 === length ? 0 : answered + 1;
        return kind;
      },
    };
  }
}

/** Creates znodes that stay. No two are the same, so these are encoded one by one. */
export function growing({ prefix, size }: Shape, name: string): Requests {
  const data = payload(size);
  const out = new JuteWriter(65_536);
  let sent = 0;
  let answered = 0;
  let created = 0;
  return {
    take(count) {
      for (let i = 0; i < count; i++) {
        const mark = out.beginFrame();
        sent = sent === XID_MAX ? 1 : sent + 1;
        requestHeader.encode(out, { xid: sent, type: OpCode.create });
        createRequest.encode(out, { path: `${prefix}/${name}-${created++}`, data, acl: OPEN_ACL, flags: 0 });
        out.endFrame(mark);
      }
      return out.take();
    },
    nextReply(xid) {
      answered = answered === XID_MAX ? 1 : answered + 1;
      if (xid !== answered) outOfOrder(xid, answered);
      return "write";
    },
  };
}

export function payload(size: number): Buffer {
  return Buffer.alloc(size, "x");
}

function outOfOrder(xid: number, expected: number): never {
  throw new Error(`a reply to request ${xid} came where one to ${expected} was due`);
}
