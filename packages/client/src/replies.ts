/** What calls resolve with, out of the bytes of replies. */
import {
  acls,
  type JuteReader,
  type MultiResult,
  OpCode,
  ProtocolError,
  type SessionId,
  type Stat as WireStat,
  type Zxid,
} from "@rookery/protocol/client";
import type { AclResult, ChildrenResult, CreateResult, GetResult, Stat } from "./types.ts";

export function readStat(input: JuteReader): Stat {
  const czxid = input.long() as Zxid;
  const mzxid = input.long() as Zxid;
  const ctimeMs = readMs(input);
  const mtimeMs = readMs(input);
  const version = input.int();
  const cversion = input.int();
  const aversion = input.int();
  const ephemeralOwner = input.long() as SessionId;
  const dataLength = input.int();
  const numChildren = input.int();
  const pzxid = input.long() as Zxid;
  return {
    czxid,
    mzxid,
    pzxid,
    ctimeMs,
    mtimeMs,
    version,
    cversion,
    aversion,
    ephemeralOwner,
    dataLength,
    numChildren,
  };
}

/** A long that is a time: exact in a number for another 280,000 years. */
function readMs(input: JuteReader): number {
  return input.int() * 0x1_0000_0000 + input.uint();
}

export function readCreated(input: JuteReader): CreateResult {
  return { path: input.text(), stat: readStat(input) };
}

export function readData(input: JuteReader): GetResult {
  return { data: own(input.buffer(), input), stat: readStat(input) };
}

export function readChildren(input: JuteReader): ChildrenResult {
  return { children: readNames(input), stat: readStat(input) };
}

export function readNames(input: JuteReader): readonly string[] {
  const count = input.count();
  if (count < 0) throw new ProtocolError("NULL_VALUE", "a list of names is null");
  const names: string[] = [];
  for (let at = 0; at < count; at++) names.push(input.text());
  return names;
}

export function readAcl(input: JuteReader): AclResult {
  return { acl: acls.decode(input), stat: readStat(input) };
}

export function readNothing(): undefined {
  return undefined;
}

export function readInt(input: JuteReader): number {
  return input.int();
}

/** A copy, unless the view is most of what it would keep alive anyway. */
function own(view: Uint8Array | null, { source }: JuteReader): Buffer {
  if (view === null) return Buffer.alloc(0);
  if (view.length * 2 >= source.length) return Buffer.from(view.buffer, view.byteOffset, view.length);
  return Buffer.from(view);
}

/** Of one operation of a transaction that was applied, or of a read. */
export function resultOf(result: MultiResult): unknown {
  switch (result.type) {
    case OpCode.create:
      return { path: result.response.path, stat: undefined };
    case OpCode.create2:
      return { path: result.response.path, stat: statOf(result.response.stat) };
    case OpCode.setData:
      return statOf(result.response.stat);
    case OpCode.getData: {
      const { data, stat } = result.response;
      return { data: Buffer.from(data ?? []), stat: statOf(stat) };
    }
    case OpCode.getChildren:
      return result.response.children;
    default:
      return undefined;
  }
}

function statOf(stat: WireStat): Stat {
  return {
    czxid: stat.czxid as Zxid,
    mzxid: stat.mzxid as Zxid,
    pzxid: stat.pzxid as Zxid,
    ctimeMs: Number(stat.ctime),
    mtimeMs: Number(stat.mtime),
    version: stat.version,
    cversion: stat.cversion,
    aversion: stat.aversion,
    ephemeralOwner: stat.ephemeralOwner as SessionId,
    dataLength: stat.dataLength,
    numChildren: stat.numChildren,
  };
}
