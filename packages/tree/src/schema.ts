/**
 * How the tree lies in a state store: tables, keys and the record of a znode.
 * One record a znode, keyed by its parent's id and its name, so that a path resolves with one read a level,
 * a create is one put, and listing children is one range scan. Ids are never reused.
 */
import { createHash } from "node:crypto";

/** Names of the tables, in the order of {@link TABLE}. An engine is opened with these. */
export const STATE_TABLES: readonly string[] = ["meta", "node", "acl", "session", "ephemeral", "due"];

export const TABLE = { meta: 0, node: 1, acl: 2, session: 3, ephemeral: 4, due: 5 } as const;

/** Version of everything below; a state with a higher one is refused. */
export const TREE_FORMAT = 2;
/** From this format on the meta record ends with the digest. */
export const DIGEST_SINCE_FORMAT = 2;

/** Keys of {@link TABLE.meta}: the tree's counters and digest; what consensus keeps with the state. */
export const META_KEY: Uint8Array = Buffer.from("tree");
export const CONSENSUS_KEY: Uint8Array = Buffer.from("consensus");

/**
 * Bytes of a znode's or an ACL's id in keys and records: 2^48 of each may be made over a tree's life. An ACL that its last
 * user lets go and the next one brings back takes an id each time, so 2^32 would be used up in weeks.
 */
const ID_BYTES = 6;
/** Longest name stored as such in a key; a longer one is replaced by a NUL and its SHA-256 (names hold no NUL). */
export const NAME_KEY_BYTES_MAX = 1800;

export function writeId(out: Buffer, id: number, at: number): void {
  out.writeUIntBE(id, at, ID_BYTES);
}

export function readId(from: Buffer, at: number): number {
  return from.readUIntBE(at, ID_BYTES);
}

export interface NodeKey {
  readonly key: Buffer;
  /** The name's bytes when the key holds only their hash. */
  readonly longName: Buffer | undefined;
}

export function nodeKey(parentId: number, name: string): NodeKey {
  const bytes = Buffer.byteLength(name);
  if (bytes <= NAME_KEY_BYTES_MAX) {
    const key = Buffer.allocUnsafe(ID_BYTES + bytes);
    key.writeUIntBE(parentId, 0, ID_BYTES);
    if (bytes === name.length) key.write(name, ID_BYTES, bytes, "latin1");
    else key.write(name, ID_BYTES, bytes, "utf8");
    return { key, longName: undefined };
  }
  const longName = Buffer.from(name);
  const key = Buffer.allocUnsafe(ID_BYTES + 33);
  key.writeUIntBE(parentId, 0, ID_BYTES);
  key[ID_BYTES] = 0;
  createHash("sha256")
    .update(longName)
    .digest()
    .copy(key, ID_BYTES + 1);
  return { key, longName };
}

/** The range of all children of a znode. */
export function childRange(parentId: number): { readonly from: Buffer; readonly to: Buffer } {
  const from = Buffer.allocUnsafe(ID_BYTES);
  from.writeUIntBE(parentId, 0, ID_BYTES);
  const to = Buffer.allocUnsafe(ID_BYTES);
  to.writeUIntBE(parentId + 1, 0, ID_BYTES);
  return { from, to };
}

/** The child's name as far as the key tells it: undefined when it is hashed and stands in the record. */
export function nameInKey(key: Uint8Array): string | undefined {
  if (key.length > ID_BYTES && key[ID_BYTES] === 0) return undefined;
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("utf8", ID_BYTES);
}

export function parentInKey(key: Uint8Array): number {
  return Buffer.from(key.buffer, key.byteOffset, key.length).readUIntBE(0, ID_BYTES);
}

export function sessionKey(id: bigint): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeBigInt64BE(id);
  return key;
}

export function ephemeralKey(owner: bigint, nodeId: number): Buffer {
  const key = Buffer.allocUnsafe(8 + ID_BYTES);
  key.writeBigInt64BE(owner);
  key.writeUIntBE(nodeId, 8, ID_BYTES);
  return key;
}

/**
 * Containers and TTL nodes by the millisecond from which they may be collected; containers never used by that of their
 * last change, above {@link NEVER_USED}: how long they may stay is not the state's to say.
 */
export function dueKey(dueMs: number, nodeId: number): Buffer {
  const key = Buffer.allocUnsafe(ID_BYTES * 2);
  key.writeUIntBE(dueMs, 0, ID_BYTES);
  key.writeUIntBE(nodeId, ID_BYTES, ID_BYTES);
  return key;
}

/** Added to the due time of containers that never had a child, so that they stand behind all that has a due time. */
export const NEVER_USED: number = 2 ** 47;

export function aclIdKey(id: number): Buffer {
  const key = Buffer.allocUnsafe(1 + ID_BYTES);
  key[0] = 0;
  writeId(key, id, 1);
  return key;
}

/** From the list's bytes to its id; hashed, since lists can be longer than a key. */
export function aclBytesKey(bytes: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(33);
  key[0] = 1;
  createHash("sha256").update(bytes).digest().copy(key, 1);
  return key;
}
