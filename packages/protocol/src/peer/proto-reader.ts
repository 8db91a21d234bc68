/** Reads protobuf fields one after the other, without copying, and refuses what no encoder of ours would write. */
import { ProtocolError } from "../client/protocol-error.ts";

const NOTHING = Buffer.alloc(0);

/** A message's fields: `while ((tag = reader.tag()) !== 0) switch (tag) …`, with {@link skip} for what is not known. */
export class ProtoReader {
  private bytes: Buffer = NOTHING;
  private at = 0;
  private end = 0;

  reset(bytes: Buffer, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    return this;
  }

  /** Field number times 8 and wire type of the next field; 0 at the message's end. */
  tag(): number {
    if (this.at >= this.end) return 0;
    const tag = this.uint32();
    if (tag < 8) fail("field number 0");
    return tag;
  }

  /** Goes into a nested message. What it returns is to be handed to {@link leave}. */
  enter(): number {
    const length = this.uint32();
    const outer = this.end;
    if (length > outer - this.at) fail(`${length} bytes where ${outer - this.at} are left`);
    this.end = this.at + length;
    return outer;
  }

  /** Out of a nested message that was read to its end. */
  leave(outer: number): void {
    this.end = outer;
  }

  get position(): number {
    return this.at;
  }

  /** Bytes of the message that are left. */
  get left(): number {
    return this.end - this.at;
  }

  uint32(): number {
    const { bytes, end } = this;
    let at = this.at;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= end) fail("a varint is cut");
      const byte = bytes[at++] as number;
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.at = at;
        return value >>> 0;
      }
    }
    return fail("an integer of more than 32 bits");
  }

  /** An unsigned integer that is exact as a number. */
  safe(): number {
    const { bytes, end } = this;
    let at = this.at;
    let value = 0;
    for (let factor = 1; factor < 2 ** 56; factor *= 128) {
      if (at >= end) fail("a varint is cut");
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        this.at = at;
        return value;
      }
    }
    return fail("an integer of more than 53 bits");
  }

  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  bool(): boolean {
    return this.uint32() !== 0;
  }

  fixed32(): number {
    const { bytes, at } = this;
    if (this.end - at < 4) fail("a fixed32 is cut");
    this.at = at + 4;
    return (
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24)) >>>
      0
    );
  }

  /** A view of the bytes being read. */
  view(): Buffer {
    const length = this.uint32();
    const { at } = this;
    if (length > this.end - at) fail(`${length} bytes where ${this.end - at} are left`);
    this.at = at + length;
    return this.bytes.subarray(at, at + length);
  }

  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.skipVarint();
        return;
      case 1:
        this.skipBytes(8);
        return;
      case 2:
        this.skipBytes(this.uint32());
        return;
      case 5:
        this.skipBytes(4);
        return;
      default:
        fail(`wire type ${tag & 7}`);
    }
  }

  private skipVarint(): void {
    for (let i = 0; i < 10 && this.at < this.end; i++) {
      if ((this.bytes[this.at++] as number) < 0x80) return;
    }
    fail("a varint is cut or too long");
  }

  private skipBytes(length: number): void {
    if (length > this.end - this.at) fail(`${length} bytes where ${this.end - this.at} are left`);
    this.at += length;
  }
}

/** @throws {@link ProtocolError} `BAD_MESSAGE` */
export function fail(what: string): never {
  throw new ProtocolError("BAD_MESSAGE", what);
}
