/**
 * The rules for ACLs that need no server: what an entry is, which ids are well formed, what matches an address, and
 * what is hidden from those who may not see it. Who may do what is decided elsewhere.
 *
 * Source: client-protocol specification §8; ZooKeeper 3.9, DigestAuthenticationProvider, IPAuthenticationProvider.
 */
import { createHash } from "node:crypto";
import { Permission } from "./constants.ts";

/** Grants `perms` to whoever `scheme` takes for `id`. */
export interface Acl {
  readonly perms: number;
  readonly scheme: string;
  readonly id: string;
}

export const OPEN_ACL: readonly Acl[] = [{ perms: Permission.ALL, scheme: "world", id: "anyone" }];
export const CREATOR_ALL_ACL: readonly Acl[] = [{ perms: Permission.ALL, scheme: "auth", id: "" }];
export const READ_ACL: readonly Acl[] = [{ perms: Permission.READ, scheme: "world", id: "anyone" }];

/**
 * The digest scheme's id for `user:password`: `user:base64(hash of the whole)`. The user ends at the first colon,
 * the password may hold more; without a colon everything is the user, and the whole is hashed all the same.
 *
 * @param algorithm - Whatever `node:crypto` knows. A server and its clients' tools must agree on it.
 */
export function digestId(auth: Uint8Array | string, algorithm = "sha1"): string {
  const bytes = typeof auth === "string" ? Buffer.from(auth) : Buffer.from(auth.buffer, auth.byteOffset, auth.length);
  const text = bytes.toString();
  const colon = text.indexOf(":");
  const user = colon < 0 ? text : text.slice(0, colon);
  return `${user}:${createHash(algorithm).update(bytes).digest("base64")}`;
}

/**
 * Whether the id can stand in a digest ACL: two parts around ":" once empty parts at the end are dropped. So
 * `:b` and `a:b:` can, `a:`, `a` and `a:b:c` cannot. These are the semantics of Java's `String.split`.
 */
export function isDigestAclId(id: string): boolean {
  const parts = id.split(":");
  while (parts.length > 0 && parts.at(-1) === "") {
    parts.pop();
  }
  return parts.length === 2;
}

/** Whether the id can stand in an ip ACL: an IPv4 or IPv6 address, and `/bits` if only the first bits must match. */
export function isIpAclId(id: string): boolean {
  return parseIpRange(id) !== undefined;
}

/**
 * Whether an address is in the range that an ip ACL's id names. IPv4 mapped into IPv6 counts as IPv4 on both sides;
 * otherwise the two families never match. A zone (`%eth0`) of the address is ignored. False for what is malformed.
 */
export function ipMatches(address: string, aclId: string): boolean {
  const range = parseIpRange(aclId);
  const zone = address.indexOf("%");
  const bytes = parseAddress(zone < 0 ? address : address.slice(0, zone), true);
  if (range === undefined || bytes === undefined || bytes.length !== range.bytes.length) {
    return false;
  }
  return samePrefix(bytes, range.bytes, range.bits);
}

/** What those without ADMIN see: of each digest id only the user, then `:x`. */
export function redactDigests(acl: readonly Acl[]): readonly Acl[] {
  return acl.map((entry) => {
    if (entry.scheme !== "digest") {
      return entry;
    }
    const colon = entry.id.indexOf(":");
    return { ...entry, id: `${colon < 0 ? entry.id : entry.id.slice(0, colon)}:x` };
  });
}

interface IpRange {
  /** Four bytes or sixteen. */
  readonly bytes: readonly number[];
  readonly bits: number;
}

function parseIpRange(id: string): IpRange | undefined {
  const slash = id.indexOf("/");
  const text = slash < 0 ? id : id.slice(0, slash);
  const bytes = parseAddress(text, false);
  if (bytes === undefined) {
    return undefined;
  }
  const v6 = text.includes(":");
  const bitsMax = v6 ? 128 : 32;
  const bits = slash < 0 ? bitsMax : parseDecimal(id.slice(slash + 1), bitsMax);
  if (bits === undefined) {
    return undefined;
  }
  if (v6 && bytes.length === 4) {
    // A mapped range narrower than all of IPv4 is a range of IPv4; a wider one says nothing about IPv4.
    return bits >= 96 ? { bytes, bits: bits - 96 } : { bytes: [...MAPPED, ...bytes], bits };
  }
  return { bytes, bits };
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const;

/** Four bytes for IPv4, mapped or not, else sixteen. */
function parseAddress(text: string, dottedTail: boolean): readonly number[] | undefined {
  if (!text.includes(":")) {
    return parseV4(text);
  }
  const bytes = parseV6(text, dottedTail);
  return bytes !== undefined && MAPPED.every((byte, i) => bytes[i] === byte) ? bytes.slice(12) : bytes;
}

function parseV4(text: string): readonly number[] | undefined {
  const parts = text.split(".").map((part) => parseDecimal(part, 255));
  return parts.length === 4 && parts.every((part) => part !== undefined) ? parts : undefined;
}

/** @param dottedTail - Accept `::ffff:1.2.3.4`. Sockets report such; ZooKeeper refuses it in an ACL. */
function parseV6(text: string, dottedTail: boolean): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) {
    return undefined;
  }
  const [head, tail] = halves.map((half, i) =>
    half === "" && halves.length === 2 ? [] : parseGroups(half, dottedTail && i === halves.length - 1),
  );
  if (head === undefined || (halves.length === 2 && tail === undefined)) {
    return undefined;
  }
  if (tail === undefined) {
    return head.length === 16 ? head : undefined;
  }
  const gap = 16 - head.length - tail.length;
  return gap >= 2 ? [...head, ...new Array<number>(gap).fill(0), ...tail] : undefined;
}

/** The bytes of groups between single colons. */
function parseGroups(text: string, dottedTail: boolean): readonly number[] | undefined {
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    const v4 = dottedTail && i === groups.length - 1 && group.includes(".") ? parseV4(group) : undefined;
    if (v4 !== undefined) {
      bytes.push(...v4);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return bytes;
}

function parseDecimal(text: string, max: number): number | undefined {
  if (!/^\d{1,3}$/.test(text)) {
    return undefined;
  }
  const value = Number(text);
  return value <= max ? value : undefined;
}

function samePrefix(a: readonly number[], b: readonly number[], bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) {
    if (a[i] !== b[i]) {
      return false;
    }
  }
  const rest = bits & 7;
  return rest === 0 || (((a[whole] as number) ^ (b[whole] as number)) & (0xff00 >> rest) & 0xff) === 0;
}
