/**
 * Session ids, session passwords and zxids: 64-bit numbers that must not be mixed up, and how to make and print them.
 *
 * Source: client-protocol specification §2.3, §3.2; ZooKeeper 3.9, SessionTrackerImpl, ZooKeeperServer.
 */

/** Names a session, for as long as it lives, across connections and servers. Signed, as on the wire. */
export type SessionId = bigint & { readonly [brand]: "SessionId" };

/** Orders everything that ever changed: the leader's epoch in the upper half, a counter in the lower. Signed. */
export type Zxid = bigint & { readonly [brand]: "Zxid" };

declare const brand: unique symbol;

export function sessionId(value: bigint): SessionId {
  return BigInt.asIntN(64, value) as SessionId;
}

/** "0x" and 16 hex digits. */
export function formatSessionId(id: bigint): string {
  return `0x${BigInt.asUintN(64, id).toString(16).padStart(16, "0")}`;
}

/** @param epoch - An uint32, as is `counter`. */
export function zxid(epoch: number, counter: number): Zxid {
  return BigInt.asIntN(64, (BigInt(epoch >>> 0) << 32n) | BigInt(counter >>> 0)) as Zxid;
}

/** A zxid from its one number. */
export function zxidOf(value: bigint): Zxid {
  return BigInt.asIntN(64, value) as Zxid;
}

export function epochOf(zxid: bigint): number {
  return Number(BigInt.asUintN(32, zxid >> 32n));
}

export function counterOf(zxid: bigint): number {
  return Number(BigInt.asUintN(32, zxid));
}

/** "0x" and hex digits without leading zeros, as ZooKeeper prints one. */
export function formatZxid(zxid: bigint): string {
  return `0x${BigInt.asUintN(64, zxid).toString(16)}`;
}

/**
 * The first session id a server gives out; each next one is one more. The top byte keeps servers apart, the clock
 * keeps one server's lives apart as long as none gives out 65,536 ids a millisecond.
 *
 * @param serverId - 0 to 255.
 * @param nowMs - Milliseconds of any clock that does not run backwards over a restart.
 */
export function firstSessionId(serverId: number, nowMs: number): SessionId {
  const clock = BigInt.asUintN(64, BigInt(Math.trunc(nowMs)) << 24n) >> 8n;
  const id = BigInt.asIntN(64, (BigInt(serverId) << 56n) | clock);
  // 0 asks for a new session, and the lowest long marks containers.
  return (id === 0n || id === LOWEST_LONG ? id + 1n : id) as SessionId;
}

const LOWEST_LONG = -(2n ** 63n);

/**
 * The password that lets a client come back to its session: the first 16 bytes of `java.util.Random` seeded with the
 * id. A checksum rather than a secret: anyone who knows the id can compute it, and so can every server.
 */
export function sessionPassword(id: bigint): Uint8Array {
  const password = new Uint8Array(16);
  let state = BigInt.asUintN(48, id ^ 0xb3415c00n ^ MULTIPLIER);
  for (let at = 0; at < 16; at += 4) {
    state = BigInt.asUintN(48, state * MULTIPLIER + 0xbn);
    const word = Number(state >> 16n);
    password[at] = word;
    password[at + 1] = word >>> 8;
    password[at + 2] = word >>> 16;
    password[at + 3] = word >>> 24;
  }
  return password;
}

const MULTIPLIER = 0x5deece66dn;
