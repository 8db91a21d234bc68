import { describe, expect, it } from "vitest";
import {
  type Codec,
  connectRequest,
  connectResponse,
  empty,
  errorResponse,
  JuteReader,
  JuteWriter,
  multiRequest,
  multiResponse,
  OPEN_ACL,
  OpCode,
  type ReplyHeader,
  type RequestHeader,
  replyHeader,
  requestCodec,
  requestHeader,
  responseCodec,
  STAT_BYTES,
  type Stat,
  stat,
  watcherEvent,
} from "../../src/client/index.ts";

// Bytes captured between a client and ZooKeeper 3.8.0. Where times and ids vary, a Stat stands for any.
const someStat: Stat = {
  czxid: 2n,
  mzxid: 4n,
  ctime: 0x019e6f8b9c00n,
  mtime: 0x019e6f8b9c01n,
  version: 1,
  cversion: 2,
  aversion: 0,
  ephemeralOwner: 0x01000025d4ba0000n,
  dataLength: 2,
  numChildren: 0,
  pzxid: 3n,
};
const statHex =
  "0000000000000002 0000000000000004 0000019e6f8b9c00 0000019e6f8b9c01 00000001 00000002 00000000" +
  "01000025d4ba0000 00000002 00000000 0000000000000003";
const zeros = "00".repeat(16);
const zeroBytes = Buffer.alloc(16);

describe("a frame without a header", () => {
  it.each<[string, string, Codec<unknown>, unknown]>([
    [
      "connect",
      `0000002d 00000000 0000000000000000 00002710 0000000000000000 00000010 ${zeros} 00`,
      connectRequest,
      { protocolVersion: 0, lastZxidSeen: 0n, timeoutMs: 10_000, sessionId: 0n, password: zeroBytes, readOnly: false },
    ],
    [
      "connect, of an old client",
      `0000002c 00000000 0000000000000000 00002710 0000000000000000 00000010 ${zeros}`,
      connectRequest,
      {
        protocolVersion: 0,
        lastZxidSeen: 0n,
        timeoutMs: 10_000,
        sessionId: 0n,
        password: zeroBytes,
        readOnly: undefined,
      },
    ],
    [
      "connected",
      "00000025 00000000 00002710 01000025d4ba0000 00000010 1483e54d11f98159121ec9e34242e097 00",
      connectResponse,
      {
        protocolVersion: 0,
        timeoutMs: 10_000,
        sessionId: 0x01000025d4ba0000n,
        password: Buffer.from("1483e54d11f98159121ec9e34242e097", "hex"),
        readOnly: false,
      },
    ],
    [
      "expired",
      `00000025 00000000 00000000 0000000000000000 00000010 ${zeros} 00`,
      connectResponse,
      { protocolVersion: 0, timeoutMs: 0, sessionId: 0n, password: zeroBytes, readOnly: false },
    ],
  ])("%s is read and written as captured", (_name, hex, codec, value) => {
    expect(read(hex, (input) => codec.decode(input))).toEqual(value);
    expect(write((out) => codec.encode(out, value))).toBe(plain(hex));
  });
});

describe("a request", () => {
  it.each<[string, string, RequestHeader, unknown]>([
    [
      "create",
      "00000033 00000001 00000001 00000002 2f61 00000002 6869 00000001 0000001f 00000005 776f726c64" +
        "00000006 616e796f6e65 00000000",
      { xid: 1, type: OpCode.create },
      { path: "/a", data: Buffer.from("hi"), acl: OPEN_ACL, flags: 0 },
    ],
    [
      "exists",
      "0000000f 00000002 00000003 00000002 2f62 01",
      { xid: 2, type: OpCode.exists },
      { path: "/b", watch: true },
    ],
    [
      "getData",
      "0000000f 00000003 00000004 00000002 2f61 01",
      { xid: 3, type: OpCode.getData },
      { path: "/a", watch: true },
    ],
    [
      "create2",
      "00000034 00000004 0000000f 00000005 2f612f6e2d 00000000 00000001 0000001f 00000005 776f726c64" +
        "00000006 616e796f6e65 00000002",
      { xid: 4, type: OpCode.create2 },
      { path: "/a/n-", data: Buffer.alloc(0), acl: OPEN_ACL, flags: 2 },
    ],
    [
      "getChildren",
      "0000000f 00000005 00000008 00000002 2f61 00",
      { xid: 5, type: OpCode.getChildren },
      { path: "/a", watch: false },
    ],
    [
      "setData",
      "00000018 00000006 00000005 00000002 2f61 00000002 796f 00000000",
      { xid: 6, type: OpCode.setData },
      { path: "/a", data: Buffer.from("yo"), version: 0 },
    ],
    ["ping", "00000008 fffffffe 0000000b", { xid: -2, type: OpCode.ping }, undefined],
    [
      "auth",
      "0000001d fffffffc 00000064 00000000 00000006 646967657374 00000003 753a70",
      { xid: -4, type: OpCode.auth },
      { type: 0, scheme: "digest", auth: Buffer.from("u:p") },
    ],
    [
      "addWatch",
      "00000012 00000008 0000006a 00000002 2f61 00000000",
      { xid: 8, type: OpCode.addWatch },
      { path: "/a", mode: 0 },
    ],
    [
      "setWatches",
      "00000022 fffffff8 00000065 0000000000000000 00000001 00000002 2f61 00000000 00000000",
      { xid: -8, type: OpCode.setWatches },
      { relativeZxid: 0n, dataWatches: ["/a"], existWatches: [], childWatches: [] },
    ],
    [
      "multi",
      "00000044 00000009 0000000e  0000000d 00 ffffffff 00000002 2f61 ffffffff" +
        "00000002 00 ffffffff 0000000f 2f612f6e2d30303030303030303030 ffffffff  ffffffff 01 ffffffff",
      { xid: 9, type: OpCode.multi },
      {
        operations: [
          { type: OpCode.check, request: { path: "/a", version: -1 } },
          { type: OpCode.delete, request: { path: "/a/n-0000000000", version: -1 } },
        ],
      },
    ],
    ["closeSession", "00000008 0000000c fffffff5", { xid: 12, type: OpCode.closeSession }, undefined],
  ])("%s is read and written as captured", (_name, hex, header, value) => {
    const codec = requestCodec(header.type) as Codec<unknown>;
    expect(read(hex, (input) => [requestHeader.decode(input), codec.decode(input)])).toEqual([header, value]);
    const written = write((out) => {
      requestHeader.encode(out, header);
      codec.encode(out, value);
    });
    expect(written).toBe(plain(hex));
  });
});

describe("a reply", () => {
  const reply = (op: number): Codec<unknown> => responseCodec(op) as Codec<unknown>;
  it.each<[string, string, ReplyHeader, Codec<unknown>, unknown]>([
    [
      "create",
      "00000016 00000001 0000000000000002 00000000 00000002 2f61",
      { xid: 1, zxid: 2n, err: 0 },
      reply(OpCode.create),
      { path: "/a" },
    ],
    [
      "exists, no node",
      "00000010 00000002 0000000000000002 ffffff9b",
      { xid: 2, zxid: 2n, err: -101 },
      empty,
      undefined,
    ],
    [
      "getData",
      `0000005a 00000003 0000000000000002 00000000 00000002 6869 ${statHex}`,
      { xid: 3, zxid: 2n, err: 0 },
      reply(OpCode.getData),
      { data: Buffer.from("hi"), stat: someStat },
    ],
    [
      "create2",
      `00000067 00000004 0000000000000003 00000000 0000000f 2f612f6e2d30303030303030303030 ${statHex}`,
      { xid: 4, zxid: 3n, err: 0 },
      reply(OpCode.create2),
      { path: "/a/n-0000000000", stat: someStat },
    ],
    [
      "getChildren",
      "00000024 00000005 0000000000000003 00000000 00000001 0000000c 6e2d30303030303030303030",
      { xid: 5, zxid: 3n, err: 0 },
      reply(OpCode.getChildren),
      { children: ["n-0000000000"] },
    ],
    [
      "a notification",
      "0000001e ffffffff ffffffffffffffff 00000000 00000003 00000003 00000002 2f61",
      { xid: -1, zxid: -1n, err: 0 },
      watcherEvent as Codec<unknown>,
      { type: 3, state: 3, path: "/a" },
    ],
    [
      "setData",
      `00000054 00000006 0000000000000004 00000000 ${statHex}`,
      { xid: 6, zxid: 4n, err: 0 },
      reply(OpCode.setData),
      { stat: someStat },
    ],
    ["bad version", "00000010 00000007 0000000000000005 ffffff99", { xid: 7, zxid: 5n, err: -103 }, empty, undefined],
    [
      "ping",
      "00000010 fffffffe 0000000000000005 00000000",
      { xid: -2, zxid: 5n, err: 0 },
      reply(OpCode.ping),
      undefined,
    ],
    [
      "auth",
      "00000010 fffffffc 0000000000000000 00000000",
      { xid: -4, zxid: 0n, err: 0 },
      reply(OpCode.auth),
      undefined,
    ],
    [
      "addWatch",
      "00000014 00000008 0000000000000005 00000000 00000000",
      { xid: 8, zxid: 5n, err: 0 },
      errorResponse as Codec<unknown>,
      { err: 0 },
    ],
    [
      "setWatches",
      "00000010 fffffff8 0000000000000005 00000000",
      { xid: -8, zxid: 5n, err: 0 },
      reply(OpCode.setWatches),
      undefined,
    ],
    [
      "multi that succeeded",
      "0000002b 00000009 0000000000000006 00000000  0000000d 00 00000000  00000002 00 00000000  ffffffff 01 ffffffff",
      { xid: 9, zxid: 6n, err: 0 },
      reply(OpCode.multi),
      { results: [{ type: OpCode.check }, { type: OpCode.delete }] },
    ],
    [
      "multi that failed",
      "00000033 0000000a 0000000000000007 00000000  ffffffff 00 ffffff99 ffffff99" +
        "ffffffff 00 fffffffe fffffffe  ffffffff 01 ffffffff",
      { xid: 10, zxid: 7n, err: 0 },
      reply(OpCode.multi),
      {
        results: [
          { type: OpCode.error, err: -103 },
          { type: OpCode.error, err: -2 },
        ],
      },
    ],
    [
      "sync",
      "00000016 0000000b 0000000000000007 00000000 00000002 2f61",
      { xid: 11, zxid: 7n, err: 0 },
      reply(OpCode.sync),
      { path: "/a" },
    ],
    [
      "closeSession",
      "00000010 0000000c 0000000000000008 00000000",
      { xid: 12, zxid: 8n, err: 0 },
      reply(OpCode.closeSession),
      undefined,
    ],
  ])("%s is read and written as captured", (_name, hex, header, codec, value) => {
    expect(read(hex, (input) => [replyHeader.decode(input), codec.decode(input)])).toEqual([header, value]);
    const written = write((out) => {
      replyHeader.encode(out, header);
      codec.encode(out, value);
    });
    expect(written).toBe(plain(hex));
  });
});

it("a Stat is 68 bytes", () => {
  const out = new JuteWriter();
  stat.encode(out, someStat);
  expect(out.take()).toHaveLength(STAT_BYTES);
});

it("an empty multi is its terminator", () => {
  const terminator = "00000009 ffffffff 01 ffffffff";
  expect(read(terminator, (input) => multiRequest.decode(input))).toEqual({ operations: [] });
  expect(write((out) => multiResponse.encode(out, { results: [] }))).toBe(plain(terminator));
});

it("a multi of an operation that cannot be in one is refused by its type", () => {
  expect(() => read("00000009 00000003 00 ffffffff", (input) => multiRequest.decode(input))).toThrow(/^3 is not/);
  expect(() => read("00000009 0000000c 00 00000000", (input) => multiResponse.decode(input))).toThrow(/^12 is not/);
});

function plain(hex: string): string {
  return hex.replaceAll(" ", "");
}

/** Reads the frame's payload, all of it. */
function read<T>(hex: string, decode: (input: JuteReader) => T): T {
  const bytes = Buffer.from(plain(hex), "hex");
  expect(bytes.readInt32BE()).toBe(bytes.length - 4);
  const input = new JuteReader(bytes, 4);
  const value = decode(input);
  expect(input.remaining).toBe(0);
  return value;
}

function write(encode: (out: JuteWriter) => void): string {
  const out = new JuteWriter();
  const mark = out.beginFrame();
  encode(out);
  out.endFrame(mark);
  return out.take().toString("hex");
}
