/**
 * Access control lists: their stored form, what they allow, and the register that gives each distinct list an id.
 * A list is kept as the client wire's `vector<ACL>`, since that is also how it is answered.
 */
import {
  type Acl,
  acl as aclCodec,
  digestId,
  ipMatches,
  isDigestAclId,
  isIpAclId,
  JuteReader,
  JuteWriter,
  ProtocolError,
} from "@rookery/protocol/client";

/** Who a connection is, in one scheme. A connection has several; the list is replaced, never changed in place. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

/** A distinct list. `OPEN` has id 1 and is not counted. */
export interface AclList {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly entries: readonly Acl[];
  /** What anyone may do. */
  readonly world: number;
  /** Znodes that use it. */
  uses: number;
  /** Changed since the last commit. */
  dirty: boolean;
}

export const OPEN_ACL_BYTES: Uint8Array = encodeAcl([{ perms: 31, scheme: "world", id: "anyone" }]);

export function encodeAcl(entries: readonly Acl[]): Uint8Array {
  const out = new JuteWriter();
  out.int(entries.length);
  for (const entry of entries) aclCodec.encode(out, entry);
  return out.take();
}

function decodeAcl(bytes: Uint8Array): Acl[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const input = new JuteReader();
  input.reset(buffer, 0, buffer.length);
  const entries: Acl[] = [];
  for (let left = input.int(); left > 0; left--) entries.push(aclCodec.decode(input));
  return entries;
}

export function makeAclList(id: number, bytes: Uint8Array): AclList {
  const entries = decodeAcl(bytes);
  let world = 0;
  for (const entry of entries) if (entry.scheme === "world" && entry.id === "anyone") world |= entry.perms;
  return { id, bytes, entries, world, uses: 0, dirty: false };
}

/** Which schemes exist and how they are configured. */
export interface AuthConfig {
  readonly skipAcl: boolean;
  readonly digestEnabled: boolean;
  /** As `node:crypto` names it. */
  readonly digestAlgorithm: string;
  /** `super:<base64>`. */
  readonly superDigest: string | undefined;
}

/** Whether any identity may do any of `permission`. Source: ZooKeeper 3.9, ZooKeeperServer.checkACL. */
export function permits(
  acl: AclList,
  permission: number,
  identities: readonly Identity[],
  config: AuthConfig,
): boolean {
  if ((acl.world & permission) !== 0 || config.skipAcl || acl.entries.length === 0) return true;
  for (const identity of identities) if (identity.scheme === "super") return true;
  for (const entry of acl.entries) {
    if ((entry.perms & permission) === 0) continue;
    for (const identity of identities) {
      if (identity.scheme === entry.scheme && matches(identity, entry.id, config)) return true;
    }
  }
  return false;
}

function matches(identity: Identity, aclId: string, config: AuthConfig): boolean {
  switch (identity.scheme) {
    case "digest":
      return config.digestEnabled && identity.id === aclId;
    case "ip":
      return ipMatches(identity.id, aclId);
    default:
      return false;
  }
}

/** The identities that a successful auth adds, or undefined when it fails. Source: ZooKeeper 3.9, the providers' handleAuthentication. */
export function authenticate(
  scheme: string | null,
  auth: Uint8Array | null,
  address: string,
  config: AuthConfig,
): readonly Identity[] | undefined {
  if (scheme === "ip") return [{ scheme: "ip", id: address }];
  if (scheme !== "digest" || !config.digestEnabled || auth === null) return undefined;
  const id = digestId(auth, config.digestAlgorithm);
  return id === config.superDigest
    ? [{ scheme: "super", id: "" }, { scheme: "digest", id }] // biome-ignore format: one identity a column
    : [{ scheme: "digest", id }];
}

/** `held` with what is new of `added`. */
export function addIdentities(held: readonly Identity[], added: readonly Identity[]): readonly Identity[] {
  const fresh = added.filter((one) => !held.some((other) => other.scheme === one.scheme && other.id === one.id));
  return fresh.length === 0 ? held : [...held, ...fresh];
}

/** An entry as a client sent it. */
export interface AskedAcl {
  readonly perms: number;
  readonly scheme: string | null;
  /** Null is how kazoo writes "", which it does for `auth`. */
  readonly id: string | null;
}

/** Longest list that is stored, bytes on the wire: what can be asked for in one frame can also be answered in one. */
export const ACL_BYTES_MAX = 1 << 20;

/**
 * A list as it will be stored: duplicates gone, then `auth` replaced by who asks, every id accepted by its scheme.
 * Undefined when that leaves nothing, an entry is not valid, or identities times `auth` entries come to more than
 * {@link ACL_BYTES_MAX}. Throws `ProtocolError` for a null id. Source: ZooKeeper 3.9, PrepRequestProcessor.fixupACL.
 */
export function fixAcl(
  asked: readonly AskedAcl[] | null,
  identities: readonly Identity[],
  config: AuthConfig,
): readonly Acl[] | undefined {
  if (asked === null || asked.length === 0) return undefined;
  const fixed: Acl[] = [];
  const seen = new Set<string>();
  let bytes = 4;
  for (const { perms, scheme, id } of asked) {
    if (!isValid(scheme, id, config)) return undefined;
    const key = `${perms} ${scheme} ${id ?? ""}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (scheme !== "auth") {
      fixed.push({ perms, scheme: scheme as string, id: id as string });
      continue;
    }
    const before = fixed.length;
    for (const mine of identities) {
      if (mine.scheme !== "digest") continue;
      bytes += 12 + mine.scheme.length + Buffer.byteLength(mine.id);
      if (bytes > ACL_BYTES_MAX) return undefined;
      fixed.push({ perms, scheme: mine.scheme, id: mine.id });
    }
    if (fixed.length === before) return undefined;
  }
  return fixed;
}

function isValid(scheme: string | null, id: string | null, config: AuthConfig): boolean {
  switch (scheme) {
    case "auth":
      return true;
    case "world":
      return text(id) === "anyone";
    case "digest":
      return config.digestEnabled && isDigestAclId(text(id));
    case "ip":
      return isIpAclId(text(id));
    default:
      return false;
  }
}

/** A null id, where a scheme looks at it, is a request that cannot be decoded. Source: specification §1.4. */
function text(id: string | null): string {
  if (id === null) throw new ProtocolError("NULL_VALUE", "an ACL entry without an id");
  return id;
}

/** What whoAmI may show of an identity: of a digest, the user. Source: ZooKeeper 3.9, AuthUtil. */
export function shownUser({ scheme, id }: Identity): string {
  if (scheme !== "digest") return id;
  const colon = id.indexOf(":");
  return colon < 0 ? id : id.slice(0, colon);
}
