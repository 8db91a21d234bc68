/** A connection's identities as bytes, for requests that go to the leader. */
import type { Identity } from "@rookery/tree";

/** Lists decoded lately, by their bytes: a server's clients have few different ones. */
const REMEMBERED_MAX = 1024;
const remembered = new WeakMap<readonly Identity[], Uint8Array>();

const TEXT_BYTES_MAX = 0xffff;

/** Whether a scheme or an id can be told to the leader as it is. */
export function isShortEnough(text: string): boolean {
  return Buffer.byteLength(text) <= TEXT_BYTES_MAX;
}

/** Scheme and id of each, as UTF-8 behind their lengths, u16 little-endian. The bytes are the same for the same array. */
export function encodeIdentities(identities: readonly Identity[]): Uint8Array {
  const known = remembered.get(identities);
  if (known !== undefined) return known;
  const parts: Buffer[] = [];
  for (const { scheme, id } of identities) {
    for (const text of [scheme, id]) {
      const bytes = Buffer.from(text, "utf8");
      const length = Buffer.alloc(2);
      length.writeUInt16LE(bytes.length);
      parts.push(length, bytes);
    }
  }
  const bytes = Buffer.concat(parts);
  remembered.set(identities, bytes);
  return bytes;
}

export class IdentityReader {
  private readonly known = new Map<string, readonly Identity[]>();

  /** Undefined when the bytes are not what {@link encodeIdentities} makes. */
  decode(bytes: Uint8Array): readonly Identity[] | undefined {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const key = buffer.toString("latin1");
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const texts: string[] = [];
    let at = 0;
    while (at < buffer.length) {
      if (at + 2 > buffer.length) return undefined;
      const end = at + 2 + buffer.readUInt16LE(at);
      if (end > buffer.length) return undefined;
      texts.push(buffer.toString("utf8", at + 2, end));
      at = end;
    }
    if (texts.length % 2 !== 0) return undefined;
    const identities: Identity[] = [];
    for (let i = 0; i < texts.length; i += 2)
      identities.push({ scheme: texts[i] as string, id: texts[i + 1] as string });
    if (this.known.size >= REMEMBERED_MAX) this.known.clear();
    this.known.set(key, identities);
    return identities;
  }
}
