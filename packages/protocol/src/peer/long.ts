/**
 * Between bigint and the generated code's `Long`. The generated encoder takes a bigint for 0 without a word, so every
 * crossing goes through here.
 */
import LongClass from "long";
import type { Long } from "./transaction.ts";

/** From two int32 halves; each is taken modulo 2³². */
export function longOfParts(high: number, low: number): Long {
  return LongClass.fromBits(low, high, true);
}

/** The lower 64 bits, so that signed and unsigned values both fit. */
export function longOf(value: bigint): Long {
  return LongClass.fromBits(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)), true);
}

/** @param value - An integer from 0 to 2⁵³ − 1, such as a time in milliseconds. */
export function longOfNumber(value: number): Long {
  return LongClass.fromBits((value % TWO_32) | 0, (value / TWO_32) | 0, true);
}

/** As a signed 64-bit integer: how the client wire has session ids and zxids. */
export function signedOf(long: Long): bigint {
  return (BigInt(long.high) << 32n) | BigInt(long.low >>> 0);
}

/** As an unsigned 64-bit integer. */
export function unsignedOf(long: Long): bigint {
  return (BigInt(long.high >>> 0) << 32n) | BigInt(long.low >>> 0);
}

/** As a number, exact up to 2⁵³ − 1. */
export function numberOf(long: Long): number {
  return (long.high >>> 0) * TWO_32 + (long.low >>> 0);
}

const TWO_32 = 2 ** 32;
