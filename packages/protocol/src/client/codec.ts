/** What every record has in common, and the vectors inside records. */
import { type JuteReader, unexpectedNull } from "./jute-reader.ts";
import type { JuteWriter } from "./jute-writer.ts";

/**
 * A record's two directions, side by side so that they cannot drift. `decode` reads one record and leaves the bytes
 * behind it alone: the protocol has both sides ignore them.
 *
 * Decoded byte buffers are views of the frame; see `JuteReader.buffer`.
 */
export interface Codec<T> {
  encode(out: JuteWriter, value: T): void;
  /** @throws ProtocolError for bytes that are no such record. */
  decode(input: JuteReader): T;
}

/** A record without fields. */
export const empty: Codec<undefined> = {
  encode() {},
  decode() {
    return undefined;
  },
};

export function encodeStrings(out: JuteWriter, values: readonly string[] | null): void {
  if (values === null) {
    out.int(-1);
    return;
  }
  out.int(values.length);
  for (const value of values) {
    out.string(value);
  }
}

/** A vector of strings that may itself be null; none of its elements may. */
export function decodeStrings(input: JuteReader): readonly string[] | null {
  const count = input.count();
  if (count < 0) {
    return null;
  }
  const values: string[] = [];
  for (let i = 0; i < count; i++) {
    values.push(input.text());
  }
  return values;
}

export function decodeStringsOrFail(input: JuteReader): readonly string[] {
  return decodeStrings(input) ?? unexpectedNull();
}
