/** A znode's metadata and the entries of its ACL: the records that stand inside others. */
import type { Acl } from "../acl.ts";
import type { Codec } from "../codec.ts";
import type { JuteReader } from "../jute-reader.ts";
import { unexpectedNull } from "../jute-reader.ts";
import type { JuteWriter } from "../jute-writer.ts";

/** The encoded length of every Stat. */
export const STAT_BYTES = 68;

/** What is known of a znode besides its data. Specification §4.2 says what moves which field. */
export interface Stat {
  /** The zxid that created the znode. */
  readonly czxid: bigint;
  /** The zxid that last changed its data. */
  readonly mzxid: bigint;
  /** Milliseconds since 1970 on the leader's clock, at `czxid`. */
  readonly ctime: bigint;
  /** The same at `mzxid`. */
  readonly mtime: bigint;
  /** Changes of the data. */
  readonly version: number;
  /** Children created and deleted. Not what numbers sequential children. */
  readonly cversion: number;
  /** Changes of the ACL. */
  readonly aversion: number;
  /** The session an ephemeral belongs to, 0 for any other znode. */
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
  /** The zxid that last created or deleted a child. */
  readonly pzxid: bigint;
}

/**
 * Layout: czxid, mzxid, ctime, mtime long; version, cversion, aversion int; ephemeralOwner long; dataLength,
 * numChildren int; pzxid long. Source: ZooKeeper 3.9, zookeeper.jute, Stat.
 */
export const stat: Codec<Stat> = {
  encode(out, value) {
    out.long(value.czxid);
    out.long(value.mzxid);
    out.long(value.ctime);
    out.long(value.mtime);
    out.int(value.version);
    out.int(value.cversion);
    out.int(value.aversion);
    out.long(value.ephemeralOwner);
    out.int(value.dataLength);
    out.int(value.numChildren);
    out.long(value.pzxid);
  },
  decode(input) {
    return {
      czxid: input.long(),
      mzxid: input.long(),
      ctime: input.long(),
      mtime: input.long(),
      version: input.int(),
      cversion: input.int(),
      aversion: input.int(),
      ephemeralOwner: input.long(),
      dataLength: input.int(),
      numChildren: input.int(),
      pzxid: input.long(),
    };
  },
};

/** Who, by the rules of a scheme. A request may carry null, which a server refuses as INVALIDACL or worse. */
export interface Id {
  readonly scheme: string | null;
  readonly id: string | null;
}

/** Layout: scheme string, id string. Source: ZooKeeper 3.9, zookeeper.jute, Id. */
export const id: Codec<Id> = {
  encode(out, value) {
    out.string(value.scheme);
    out.string(value.id);
  },
  decode(input) {
    return { scheme: input.string(), id: input.string() };
  },
};

/** An ACL entry as a request may carry it: an `Acl`, unless something in it is null. */
export interface RequestedAcl extends Id {
  readonly perms: number;
}

/** Layout: perms int, id Id. Source: ZooKeeper 3.9, zookeeper.jute, ACL. */
export const requestedAcl: Codec<RequestedAcl> = {
  encode(out, value) {
    out.int(value.perms);
    out.string(value.scheme);
    out.string(value.id);
  },
  decode(input) {
    return { perms: input.int(), scheme: input.string(), id: input.string() };
  },
};

/** An ACL entry that stands in a znode, where nothing is null. Layout: as `requestedAcl`. */
export const acl: Codec<Acl> = {
  encode(out, value) {
    out.int(value.perms);
    out.string(value.scheme);
    out.string(value.id);
  },
  decode(input) {
    return { perms: input.int(), scheme: input.text(), id: input.text() };
  },
};

/** perms and two empty strings: the least an entry can take. */
const ACL_BYTES_MIN = 12;

/** The ACL of a request: a vector that may be null, of entries that may hold nulls. */
export const requestedAcls: Codec<readonly RequestedAcl[] | null> = {
  encode(out, values) {
    if (values === null) {
      out.int(-1);
    } else {
      encodeEntries(out, values);
    }
  },
  decode(input) {
    const count = input.count(ACL_BYTES_MIN);
    return count < 0 ? null : decodeEntries(input, count, requestedAcl);
  },
};

/** The ACL of a znode, as replies and stored records have it. */
export const acls: Codec<readonly Acl[]> = {
  encode(out, values) {
    encodeEntries(out, values);
  },
  decode(input) {
    const count = input.count(ACL_BYTES_MIN);
    return count < 0 ? unexpectedNull() : decodeEntries(input, count, acl);
  },
};

function encodeEntries(out: JuteWriter, values: readonly RequestedAcl[]): void {
  out.int(values.length);
  for (const value of values) {
    requestedAcl.encode(out, value);
  }
}

function decodeEntries<T>(input: JuteReader, count: number, codec: Codec<T>): readonly T[] {
  const values: T[] = [];
  for (let i = 0; i < count; i++) {
    values.push(codec.decode(input));
  }
  return values;
}
