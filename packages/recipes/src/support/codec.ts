/** How values stand in a znode. */
import { CoordinationError } from "@rookery/client";

/** Both directions of one format. What does not fit is an error of its `encode` or `decode`. */
export interface Codec<T> {
  encode(value: T): Uint8Array | string;
  decode(data: Buffer): T;
}

/** The bytes themselves. */
export const bytesCodec: Codec<Buffer> = {
  encode: (value) => value,
  decode: (data) => data,
};

/** UTF-8. */
export const textCodec: Codec<string> = {
  encode: (value) => value,
  decode: (data) => data.toString(),
};

/** JSON. The type is what you say it is: nothing checks it. */
export function jsonCodec<T>(): Codec<T> {
  return {
    encode(value) {
      const text = JSON.stringify(value);
      if (text === undefined) throw new CoordinationError("BAD_ARGUMENTS", `JSON has no word for a ${typeof value}.`);
      return text;
    },
    decode(data) {
      try {
        return JSON.parse(data.toString()) as T;
      } catch (cause) {
        throw new CoordinationError("DATA_INCONSISTENCY", `not JSON: ${excerpt(data)}`, { cause });
      }
    },
  };
}

/** 8 bytes, big-endian: Curator's DistributedAtomicLong. */
export const int64Codec: Codec<bigint> = {
  encode(value) {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value)
      throw new CoordinationError("BAD_ARGUMENTS", `${String(value)} is not a bigint of 64 bits.`);
    const data = Buffer.alloc(8);
    data.writeBigInt64BE(value);
    return data;
  },
  decode(data) {
    if (data.length !== 8) throw new CoordinationError("DATA_INCONSISTENCY", `not 8 bytes: ${excerpt(data)}`);
    return data.readBigInt64BE();
  },
};

/** 4 bytes, big-endian: Curator's SharedCount and DistributedAtomicInteger, kazoo's Counter with `support_curator`. */
export const int32Codec: Codec<number> = {
  encode(value) {
    if (!Number.isInteger(value) || (value | 0) !== value)
      throw new CoordinationError("BAD_ARGUMENTS", `${String(value)} is not an integer of 32 bits.`);
    const data = Buffer.alloc(4);
    data.writeInt32BE(value);
    return data;
  },
  decode(data) {
    if (data.length !== 4) throw new CoordinationError("DATA_INCONSISTENCY", `not 4 bytes: ${excerpt(data)}`);
    return data.readInt32BE();
  },
};

/** A number in decimal digits: kazoo's Counter. Integers beyond ±(2^53 − 1) are refused, since they would not be exact. */
export const numberCodec: Codec<number> = {
  encode(value) {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      throw new CoordinationError("BAD_ARGUMENTS", `${String(value)} is not a number that a double holds exactly.`);
    return String(value);
  },
  decode(data) {
    const text = data.toString("latin1").trim();
    const value = Number(text);
    if (text === "" || !Number.isFinite(value))
      throw new CoordinationError("DATA_INCONSISTENCY", `not a number: ${excerpt(data)}`);
    return value;
  },
};

function excerpt(data: Buffer): string {
  return data.length > 32
    ? `${JSON.stringify(data.toString("latin1", 0, 32))}…`
    : JSON.stringify(data.toString("latin1"));
}
